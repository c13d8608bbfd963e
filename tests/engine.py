"""Stories for the engine: somebody nears a limit, time passes, they answer or do not."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from campaigns_app import advance, enroll, interact, outbox, pipeline, starter_pack
from campaigns_app.models import Delivery, Enrollment
from offers_app.models import Decision, Proposition
from people_app.models import Account, Entitlement, Person
from signals_app import ingest, usage
from signals_app.models import MeterTotal, Signal, SignalDefinition, Source
from tests.build import a_person, an_account
from upsell_project.lib import clock

MORNING = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
"""07:00 in Berlin: twelve hours later a mail may still leave."""


@pytest.fixture(scope="module")
def starter(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The starter pack once for a whole module: each test's transaction lies inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.frozen(MORNING):
            starter_pack.load()
        yield
        transaction.set_rollback(True)


def work() -> None:
    """Until nothing is due."""
    while pipeline.process(20) or advance.due() or outbox.send():
        pass


def receive(source: Source, *calls: dict[str, Any]) -> None:
    """Through the inbox, as the SDKs' batches come."""
    batch = [{"messageId": uuid.uuid4().hex, **call} for call in calls]
    ingest.accept(source.pk, "batch", json.dumps({"batch": batch}).encode(), {})
    while pipeline.process(20):
        pass
    # No two requests come at one instant, and of two words of one instant the first would stay.
    if now := clock._frozen.get():
        clock._frozen.set(now + timedelta(milliseconds=1))


def somebody(
    consent: tuple[str, ...] = ("email", "chat"), account: Account | None = None, **fields: Any
) -> Person:
    """Reachable everywhere, in Berlin, in an account that has used 17 of its 20 exports."""
    name = f"u_{uuid.uuid4().hex[:8]}"
    account = account or an_account(caps={"exports": 20})
    person = a_person(name, account=account, email=f"{name}@corp.test", consent=consent, **fields)
    used(account, 17)
    return person


def used(account: Account, amount: int, resource: str = "exports") -> None:
    now = clock.now()
    MeterTotal.objects.update_or_create(
        account=account,
        resource=resource,
        period=usage.month(now, account.timezone),
        defaults={"used": amount, "last_event_at": now},
    )


def cap(account: Account, amount: int, resource: str = "exports") -> None:
    Entitlement.objects.filter(account=account, resource=resource).update(cap=amount)


def a_signal(person: Person | None, account: Account | None, slug: str = "usage-limit-near") -> Signal:
    now = clock.now()
    definition = SignalDefinition.objects.get(slug=slug)
    evidence: dict[str, Any] = {"resource": "exports", "used": 17, "cap": 20, "percent": 85}
    if slug == "premium-feature-frequent":
        evidence = {"event": "Feature Used", "feature": "Cohorts", "count": 5, "days": 14}
    return Signal.objects.create(
        definition=definition,
        definition_version=definition.version,
        person=person,
        account=account,
        evidence=evidence | {"measured_at": now.isoformat()},
        confidence=definition.confidence,
        detected_at=now,
        expires_at=now + timedelta(days=7),
        dedupe_key=uuid.uuid4().hex,
    )


def enrolled(person: Person, slug: str = "usage-limit-near") -> Enrollment:
    """The playbooks of this signal begin for the person; nothing was worked on yet."""
    signal = a_signal(person, account_of(person), slug)
    enroll.from_signals([signal], clock.now())
    return Enrollment.objects.get(signal=signal)


def begun(person: Person, slug: str = "usage-limit-near") -> Enrollment:
    """The banner is ready."""
    run = enrolled(person, slug)
    advance.due()
    run.refresh_from_db()
    return run


def account_of(person: Person) -> Account:
    membership = person.memberships.select_related("account").first()
    assert membership
    return membership.account


def offer_of(run: Enrollment) -> Proposition:
    """The newest offer of a run."""
    return Proposition.objects.filter(enrollment_id=run.pk).order_by("-ready_at")[0]


def act(person: Person, proposition: Proposition, kind: str, **data: Any) -> None:
    assert interact.record(
        proposition.pk, person.pk, kind, id=uuid.uuid4(), at=clock.now(), how="widget", data=data
    )


def touches(person: Person) -> list[tuple[str, datetime]]:
    """What reached them, or will as soon as somebody carries it: (channel, when it was intended)."""
    rows = Delivery.objects.filter(person=person, intended_at__isnull=False).exclude(state="skipped")
    return [(d.channel, d.intended_at) for d in rows.order_by("intended_at", "pk") if d.intended_at]


def last_decision(person: Person) -> Decision:
    return Decision.objects.filter(person=person).order_by("-pk")[0]
