"""In-app offers wait to be fetched by the widget: accepted as soon as they are intended."""

from collections.abc import Iterator
from contextlib import contextmanager

from campaigns_app.channels.base import Accepted, Connection, Message, Outcome


class InApp:
    name = "in_app"
    at_intent = True
    key_lives = None

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        yield self

    def send(self, message: Message) -> Outcome:
        return Accepted(message.delivery_id)
