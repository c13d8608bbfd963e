"""Makes a staff API key and prints it, this once."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from campaigns_app import api_keys
from campaigns_app.models import ApiKey


class Command(BaseCommand):
    help = "Makes a staff API key and prints it. It is stored hashed and cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True, help="who or what will use it")
        parser.add_argument("--role", choices=ApiKey.Role.values, default=ApiKey.Role.VIEWER.value)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of the bare key")

    def handle(self, *args: Any, **options: Any) -> None:
        row, key = api_keys.create(options["name"], options["role"])
        if options["json"]:
            shown = {"id": row.pk, "name": row.name, "role": row.role, "prefix": row.prefix, "key": key}
            self.stdout.write(json.dumps(shown))
        else:
            self.stdout.write(key)
