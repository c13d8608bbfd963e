"""What people may ask for by law: everything that is stored about them, or that it be forgotten."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from campaigns_app import person_export, privacy
from people_app import erasure


class Command(BaseCommand):
    help = "Prints everything about a person as JSON (export), or forgets them (erase)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["export", "erase"])
        parser.add_argument("user_id")

    def handle(self, *args: Any, what: str, user_id: str, **options: Any) -> None:
        person = erasure.known_as(user_id)
        if person is None:
            raise CommandError("Nobody is known under this user id.")
        if what == "export":
            told = person_export.of(person)
            self.stdout.write(json.dumps(told, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
            return
        privacy.ask(person)
        privacy.carry_out_now(person)
        self.stdout.write("Erased. The raw requests in which it came leave with their retention.")
