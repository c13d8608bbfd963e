"""Takes one mail from a mail server's pipe and keeps it for the workers.

Postfix: `upsell unix - n n - 4 pipe flags=Rhu user=upsell argv=.venv/bin/python manage.py receive_mail --source 7`.
Exit 75 (EX_TEMPFAIL) makes the mail server keep the mail and try again later.
"""

import os
import sys
from argparse import ArgumentParser
from typing import IO, Any

from django.core.management.base import BaseCommand

from signals_app import ingest, overload
from signals_app.models import Source
from upsell_project.lib.errors import told

KIND = "inbound_mail"
MAX_MAIL = 10 * 1024 * 1024


class Command(BaseCommand):
    help = "Takes one mail from a mail server's pipe (stdin) and keeps it for the workers."
    requires_system_checks = ()
    stealth_options = ("mail",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--source", type=int, required=True, help="the id of a source of kind inbound_mail"
        )

    def handle(self, *args: Any, source: int, mail: IO[bytes] | None = None, **options: Any) -> None:
        stream = mail or sys.stdin.buffer
        raw = stream.read(MAX_MAIL)  # of a longer one the attachments at its end are cut off
        while stream.read(65_536):
            pass  # a writer whose pipe breaks would take that for a failure
        if not raw.strip():
            return
        try:
            problem = _keep(source, raw)
        except Exception as error:
            problem = f"the mail cannot be kept now: {told(error)}"
        if problem:
            self.stderr.write(problem)
            sys.exit(os.EX_TEMPFAIL)


def _keep(source_id: int, raw: bytes) -> str:
    """What is in the way, if anything. A wrong setting too is temporary: the mail shall not bounce for it."""
    if not Source.objects.filter(pk=source_id, kind=KIND, active=True).exists():
        return f"there is no active source {source_id} of kind {KIND}"
    if overload.overloaded():
        return "too much is waiting to be processed"
    ingest.accept(source_id, "hook", raw, {"content-type": "message/rfc822"})
    return ""
