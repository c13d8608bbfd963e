from typing import Any

from django.core.management.base import BaseCommand

from campaigns_app import demo


class Command(BaseCommand):
    help = "Insightify: simulated customers with history, and the person behind the demo page. Idempotent."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--accounts", type=int, default=30)

    def handle(self, *args: Any, accounts: int, **options: Any) -> None:
        demo.seed(accounts)
        self.stdout.write(f"Insightify is seeded with {accounts} simulated accounts.")
