"""Makes a source of events and prints its keys as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from signals_app import sources


class Command(BaseCommand):
    help = "Makes a source of events and prints its keys as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", nargs="?", help="one of those that --list prints, or another name of it")
        parser.add_argument("--name", default="", help="shown to staff; the kind's own name when left out")
        parser.add_argument("--secret", default="", help="the signing secret that the provider gave you")
        parser.add_argument(
            "--origin", action="append", default=[], help="a browser origin that may use it; repeatable"
        )
        parser.add_argument("--json", action="store_true", help="on one line")
        parser.add_argument("--list", action="store_true", help="print the kinds, one a line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.stdout.write("\n".join(sources.kinds()))
            return
        if not options["kind"]:
            raise CommandError("Name the kind of source; --list prints them.")
        try:
            source = sources.create(options["kind"], options["name"], options["secret"], options["origin"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(sources.once(source), indent=None if options["json"] else 2))
        if not options["json"] and (missing := sources.missing(source)):
            self.stderr.write(missing)  # a program that reads both streams as one would trip over it
