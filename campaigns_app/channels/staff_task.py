"""A human does it: the task is written with the intent, so that it exists exactly when the delivery does."""

from collections.abc import Iterator
from contextlib import contextmanager

from campaigns_app.channels.base import Accepted, Connection, Message, Outcome


class StaffTask:
    name = "staff_task"
    at_intent = True
    key_lives = None

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        yield self

    def send(self, message: Message) -> Outcome:
        return Accepted(message.delivery_id)
