from signal import SIGINT, SIGTERM, signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from campaigns_app import dispatch


class Command(BaseCommand):
    help = "Looks for due work in PostgreSQL and wakes the workers; several may run."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (SIGINT, SIGTERM):
            signal(number, lambda *_: stop.set())
        dispatch.beat_in_background("dispatcher")
        dispatch.keep_house_in_background()
        dispatch.run(stop)
