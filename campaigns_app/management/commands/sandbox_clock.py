import re
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns_app import sandbox
from upsell_project.lib import clock

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    help = "Moves the product's clock and returns when what became due is done; refused outside a sandbox."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--advance", metavar="12h|3d")
        parser.add_argument("--reset", action="store_true")

    def handle(self, *args: Any, advance: str | None, reset: bool, **options: Any) -> None:
        try:
            if reset:
                sandbox.reset()
            if advance:
                sandbox.advance(span(advance))
        except (sandbox.NotASandbox, sandbox.NobodyWorks, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(clock.now().isoformat(timespec="seconds"))


def span(text: str) -> timedelta:
    """`90m`, `12h` or `3d`. Raises ValueError."""
    match = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if not match:
        raise ValueError(f"{text!r} is no span of time; write 90m, 12h or 3d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
