from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from offers_app import compared, in_force
from offers_app.off_policy import Comparison
from offers_app.policy import Policy
from upsell_project.lib import clock


class Command(BaseCommand):
    help = (
        "What another way of choosing offers would have brought, from stored decisions; nothing is switched."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="How far back decisions are looked at")
        for name in in_force.NUMBERS:
            parser.add_argument(f"--{name.replace('_', '-')}", type=float, help="Instead of the setting's")
        parser.add_argument("--greedy", action="store_true", help="Always the best by what is expected")
        parser.add_argument(
            "--priority", action="append", default=[], metavar="OFFER=N", help="Instead of the offer's own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        other = _policy(options)
        if not 1 <= options["days"] <= compared.MOST_DAYS:
            raise CommandError(f"--days: from 1 to {compared.MOST_DAYS}")
        try:
            result = compared.compare(other, clock.now() - timedelta(days=options["days"]))
        except (compared.NothingLogged, ValueError) as error:
            raise CommandError(str(error)) from None
        for name, found in (("Acceptance", result.acceptance), ("Value", result.value)):
            self.stdout.write("\n".join([f"{name} per decision", *_lines(found)]))
        for sentence in result.left_out:
            self.stdout.write(sentence)


def _policy(options: dict[str, Any]) -> Policy:
    priorities = dict(map(_priority, options["priority"]))
    try:
        return in_force.but(options, priorities)
    except ValueError as error:
        raise CommandError(str(error)) from None


def _priority(said: str) -> tuple[str, int]:
    slug, _, number = said.partition("=")
    try:
        return slug, int(number)
    except ValueError:
        raise CommandError(f"--priority: {said} is not of the form offer=10") from None


def _lines(found: Comparison) -> Iterator[str]:
    told = f"{found.decisions} decisions of {_accounts(found.accounts)}"
    yield f"  {told}, worth {found.effective:.0f} of the other policy"
    for name, one in (
        ("as it ran", found.logged),
        ("the other, doubly robust", found.doubly_robust),
        ("the other, by weights alone", found.weighted),
        ("difference", found.difference),
    ):
        yield f"  {name}: {one.mean:.4f} ({one.low:.4f} to {one.high:.4f})"
    yield f"  {found.verdict}"


def _accounts(number: int) -> str:
    return "1 account" if number == 1 else f"{number} accounts"
