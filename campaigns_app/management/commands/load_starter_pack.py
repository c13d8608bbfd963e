from typing import Any

from django.core.management.base import BaseCommand

from campaigns_app import starter_pack


class Command(BaseCommand):
    help = "Load the starter pack: published and live; idempotent; what staff edited stays as it is."

    def handle(self, *_: Any, **__: Any) -> None:
        summary = starter_pack.load()
        for name in ("created", "updated", "kept"):
            for row in getattr(summary, name):
                self.stdout.write(f"{name} {row}")
        self.stdout.write(f"{len(summary.unchanged)} unchanged")
