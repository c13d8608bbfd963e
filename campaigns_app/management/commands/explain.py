"""Why did a person get an offer, or not, and when could they?"""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.dateparse import parse_datetime

from campaigns_app import explain
from people_app import erasure
from upsell_project.lib import in_words


class Command(BaseCommand):
    help = "Prints why a person got an offer or did not, gate by gate, and what must happen; --json as the API does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user_id")
        parser.add_argument("--offer", default="", metavar="SLUG")
        parser.add_argument("--playbook", default="", metavar="SLUG")
        parser.add_argument("--at", default="", metavar="ISO", help="What was in force then")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, user_id: str, **options: Any) -> None:
        person = erasure.known_as(user_id)
        if person is None:
            raise CommandError("Nobody is known under this user id.")
        at = _moment(options["at"]) if options["at"] else None
        told = explain.answer(person, options["offer"], options["playbook"], at)
        if options["json"]:
            self.stdout.write(json.dumps(told, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
            return
        for line in _lines(told):
            self.stdout.write(line)


def _moment(text: str) -> datetime:
    """Without a zone it is UTC, as in the API."""
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise CommandError("--at is no ISO 8601 time; right is 2026-03-10T10:00:00Z.")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _lines(told: dict[str, Any]) -> list[str]:
    decided = [one for one in told["evaluations"] if not one["derived"]]
    derived = told["standing"] or [one for one in told["evaluations"] if one["derived"]]
    if not decided and not derived:
        return [
            "Nothing was decided about them yet: name --offer or --playbook to see what stands in the way."
        ]
    lines = [line for one in decided for line in _evaluation(one)]
    if derived:
        lines += ["What stands in the way:", *(line for one in derived for line in _evaluation(one))]
    return lines


def _evaluation(one: dict[str, Any]) -> list[str]:
    about = (
        " / ".join(part for part in (one["playbook"], one["offer"], one["channel"]) if part) or "any offer"
    )
    lines = [f"{in_words.moment(one['at'])}  {about}: {one['outcome']}. {one['reason']}".rstrip()]
    lines += [
        f"    {'passed ' if gate['passed'] else 'stopped'}  {gate['gate']}  {gate.get('reason', '')}".rstrip()
        for gate in one["gates"]
    ]
    lines += [f"    not known: {said}" for said in one["not_known"]]
    return lines + ([f"    -> {one['must_happen']}"] if one["must_happen"] else [])
