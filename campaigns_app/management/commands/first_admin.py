"""`manage.py first_admin`: the first login, from DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD."""

import os
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Creates the superuser named by the environment, once; an existing one keeps its password."

    def handle(self, *args: Any, **options: Any) -> None:
        name = os.environ.get("DJANGO_SUPERUSER_USERNAME", "")
        password = os.environ.get("DJANGO_SUPERUSER_PASSWORD", "")
        if not name or not password:
            raise CommandError("Set DJANGO_SUPERUSER_USERNAME and DJANGO_SUPERUSER_PASSWORD.")
        if User.objects.filter(username=name).exists():
            self.stdout.write(f"{name} exists already; nothing was changed.")
            return
        User.objects.create_superuser(name, os.environ.get("DJANGO_SUPERUSER_EMAIL", ""), password)
        self.stdout.write(f"Created the administrator {name}.")
