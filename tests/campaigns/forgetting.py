"""Somebody of whom everything is known, who asks to be forgotten, and where something is left of them."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection

from campaigns_app import privacy, serve
from campaigns_app.models import Delivery, DemoMail, Enrollment, StaffTask
from consent_app import ledger
from offers_app.models import Decision
from people_app import erasure
from people_app.models import (
    ContactPoint,
    Person,
)
from signals_app import ingest
from signals_app.models import Envelope, MeterTotal, Source, Ticket
from tests.build import an_account
from tests.engine import act, begun, offer_of, receive, somebody
from upsell_project.lib import clock

SECRET = "very-personal"
"""In every text that is stored about the person."""


def ask(source: Source, user_id: str, **more: Any) -> None:
    receive(source, {"type": "delete", "userId": user_id, **more})


def forget() -> None:
    privacy.carry_out()
    assert not erasure.waiting()


def everything_of(server: Source) -> Person:
    """A person with a row of every kind, each text of which says SECRET."""
    account = an_account("acme", caps={"exports": 20})
    person = somebody(
        account=account, first_name=SECRET, role=SECRET, traits={"note": SECRET}, provenance={"note": SECRET}
    )
    user_id = str(person.user_id)
    person.identities.filter(kind="user").update(facts={"note": ["2026-01-01", 1, "http", SECRET]})
    person.identities.create(kind="zendesk_requester_id", value=f"{SECRET}-1")
    ContactPoint.objects.create(person=person, channel="sms", address=f"+49{SECRET}", changed_at=clock.now())
    ledger.grant(person, channels=["email"], how="form", proof={"ip": SECRET})
    ledger.snooze(person, 1, SECRET)
    ledger.resume(person)
    receive(server, {"type": "track", "event": "Note", "userId": user_id, "properties": {"text": SECRET}})
    run = begun(person)
    act(person, offer_of(run), "feedback", text=SECRET)
    signal = run.signal
    signal.evidence, signal.person = signal.evidence | {"note": SECRET}, person
    signal.save()
    Enrollment.objects.update(error=SECRET, entry_gates=[{"gate": "x", "input": SECRET}])
    Decision.objects.update(
        input={"x": SECRET}, gates=[{"x": SECRET}], reason=SECRET, threshold={"x": SECRET}
    )
    Delivery.objects.update(provider_ref=SECRET, proof={"x": SECRET}, reason=SECRET)
    StaffTask.objects.create(
        person=person, account=account, channel="chat", title=SECRET, body=SECRET, created_at=clock.now()
    )
    DemoMail.objects.create(
        message_id="m", to=f"{user_id}@corp.test", subject=SECRET, raw=SECRET, at=clock.now()
    )
    ticket = {"problem": False, "opened_at": clock.now(), "account": account}
    Ticket.objects.create(source=server, external_id="1", person=person, **ticket)
    staff = User.objects.create(username="sam")
    LogEntry.objects.log_actions(staff.pk, [person, run], CHANGE, change_message="Looked")
    return person


def texts() -> Iterator[tuple[str, str]]:
    """(table, every row as text) of our own tables, but for the raw requests."""
    with connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if "_app_" in table]
        for table in [*tables, "django_admin_log"]:
            if not table.startswith(("signals_app_envelope", "signals_app_rejectedevent")):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                yield from ((table, row[0]) for row in cursor.fetchall())


def an_envelope(source: Source, call: dict[str, Any]) -> Envelope:
    body = json.dumps({"batch": [{"messageId": "late", **call}]}).encode()
    ingest.accept(source.pk, "batch", body, {})
    return Envelope.objects.latest("pk")


def live_offers(person: Person) -> int:
    return len(serve.offers(str(person.user_id), None, None, 10, clock.now()))


def totals() -> list[tuple[Any, ...]]:
    rows = MeterTotal.objects.filter(used__gt=0).order_by("account_id", "resource", "period")
    return list(rows.values_list("account_id", "resource", "period", "used"))


def as_sent(at: datetime) -> str:
    """Senders' clocks are real ones, which the sandbox's clock moves."""
    return (at - clock.offset()).isoformat()
