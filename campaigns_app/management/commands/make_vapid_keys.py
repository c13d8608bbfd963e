"""Makes the key pair by which push services of browsers know this deployment."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management.base import BaseCommand

from upsell_project.lib import web_push


class Command(BaseCommand):
    help = "Makes a pair of VAPID keys for web push and prints it. Nothing is stored."

    def handle(self, *args: Any, **options: Any) -> None:
        key = ec.generate_private_key(web_push.CURVE)
        raw = key.private_numbers().private_value.to_bytes(32)
        self.stdout.write(f"private {base64.urlsafe_b64encode(raw).decode().rstrip('=')}")
        self.stdout.write(f"public  {web_push.public_text(key)}")
