"""Whether all that is live passes the linter; to be run after an update."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from offers_app import lapsed


class Command(BaseCommand):
    help = (
        "Reads every live text, offer and playbook by the rules of this release; exit 1 where one is refused."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = lapsed.live_refusals()
        for sentence in found:
            self.stdout.write(sentence)
        if found:
            raise CommandError(f"{len(found)} in what is live would be refused today: mend or waive them.")
        self.stdout.write("Every live text, offer and playbook passes.")
