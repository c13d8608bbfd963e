from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from signals_app import partitions


class Command(BaseCommand):
    help = "Makes partitions for the time ahead and deletes what is older than is kept; the dispatcher does so hourly."

    def add_arguments(self, parser: CommandParser) -> None:
        text = "Seconds that one statement may take: more, where many rows lie in the default partition"
        parser.add_argument("--patience", type=float, default=5.0, help=text)

    def handle(self, *args: Any, **options: Any) -> None:
        kept = partitions.keep_house(options["patience"])
        self.stdout.write(str(kept) if kept else "Somebody else is keeping house.")
