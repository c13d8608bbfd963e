from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from signals_app import replay
from signals_app.models import Envelope


class Command(BaseCommand):
    help = "Reads stored envelopes once more: parked ones, and done ones of the last 30 days. Nothing is counted twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--source", type=int, help="Only of the source with this id")
        parser.add_argument("--id", type=int, nargs="+", help="Only these")
        parser.add_argument(
            "--since", type=datetime.fromisoformat, help="Received then or later: 2026-03-10T10:00Z"
        )
        parser.add_argument("--until", type=datetime.fromisoformat, help="Received before")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {
            "source_id": options["source"],
            "pk__in": options["id"],
            "received_at__gte": options["since"],
            "received_at__lt": options["until"],
        }
        given = {name: value for name, value in asked.items() if value is not None}
        if not given:
            raise CommandError("Say which: --source, --id, --since or --until.")
        if any(value.tzinfo is None for value in given.values() if isinstance(value, datetime)):
            raise CommandError("A time needs its zone: 2026-03-10T10:00:00+01:00.")
        self.stdout.write(f"{replay.envelopes(Envelope.objects.filter(**given))}.")
