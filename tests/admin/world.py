"""One row of every model, so that every page has something to show."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from campaigns_app.models import (
    ApiKey,
    ContactPolicy,
    Cooldown,
    Delivery,
    DemoMail,
    Enrollment,
    IdempotencyKey,
    Interaction,
    Lane,
    Playbook,
    PlaybookVersion,
    RunSweep,
    StaffTask,
    Step,
)
from consent_app.models import Pause, Suppression
from offers_app.models import Decision, HoldoutAssignment, Offer, Placement, Proposition, Template, Treatment
from people_app.models import AccountName, ErasedName, Erasure, Person, PlanPrice, TurnedAddress
from signals_app.models import (
    Answer,
    AskAgain,
    BackTest,
    DetectorState,
    Dropped,
    Envelope,
    Event,
    EventMapping,
    Lookup,
    Meter,
    MeterTotal,
    MeterValue,
    PastTotal,
    Recount,
    RecountDue,
    RejectedEvent,
    Score,
    ScoreDefinition,
    SeenProperty,
    Segment,
    SegmentMember,
    Signal,
    SignalAlert,
    SignalDefinition,
    Source,
    SourceAlert,
    SourceHour,
    Sweep,
    Ticket,
    Unnoticed,
)
from tests.build import a_person, a_source, an_account, an_event
from upsell_project.lib import clock
from upsell_project.lib.models import ClockOffset, Heartbeat


@dataclass
class World:
    person: Person
    source: Source
    event: Event
    definition: SignalDefinition
    offer: Offer
    template: Template
    version: PlaybookVersion
    enrollment: Enrollment
    decision: Decision
    delivery: Delivery


def a_definition(slug: str = "usage-limit-near", **fields: Any) -> SignalDefinition:
    return SignalDefinition.objects.create(
        **{
            "slug": slug,
            "name": "Usage limit near",
            "detector": "threshold",
            "config": {"resources": ["exports"], "fire_at": 0.8, "rearm_below": 0.7},
            "live": True,
            **fields,
        }
    )


def a_version(definition: SignalDefinition) -> PlaybookVersion:
    """Message, then wait at most 12 h for a click, else another message; published and live."""
    playbook = Playbook.objects.create(slug="power-user-upsell", name="Power user upsell", live=True)
    playbook.signals.add(definition)
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=1, published_at=clock.now(), goal_event="Plan Upgraded"
    )
    Step.objects.create(
        version=version,
        position=0,
        kind="message",
        config={"channel": "in_app", "placement": "app-banner", "offers": ["pro-plan"]},
    )
    wait = Step.objects.create(version=version, position=1, kind="wait_until", config={"hours": 12})
    clicked = Lane.objects.create(step=wait, position=0, condition="clicked", label="Clicked")
    Lane.objects.create(step=wait, position=1, condition="otherwise")
    Step.objects.create(version=version, lane=clicked, position=0, kind="exit", config={"reason": "clicked"})
    Playbook.objects.filter(pk=playbook.pk).update(live_version=version)
    return version


def a_signal(person: Person, definition: SignalDefinition, **fields: Any) -> Signal:
    now = clock.now()
    return Signal.objects.create(
        **{
            "definition": definition,
            "definition_version": 1,
            "person": person,
            "account": person.memberships.get().account,
            "evidence": {"used": 17, "cap": 20},
            "confidence": 1,
            "detected_at": now,
            "expires_at": now + timedelta(days=7),
            "dedupe_key": uuid.uuid4().hex,
            **fields,
        }
    )


def an_enrollment(person: Person, version: PlaybookVersion, signal: Signal, **fields: Any) -> Enrollment:
    now = clock.now()
    return Enrollment.objects.create(
        **{
            "playbook": version.playbook,
            "version": version,
            "person": person,
            "account": signal.account,
            "signal": signal,
            "step": version.steps.get(kind="wait_until"),
            "step_entered_at": now,
            "entered_at": now,
            "wake_at": now + timedelta(hours=12),
            **fields,
        }
    )


def a_decision(person: Person, **fields: Any) -> Decision:
    gates = [
        {"gate": "opted_out", "passed": True},
        {
            "gate": "cap",
            "passed": False,
            "reason": "2 contacts within 24 hours; the limit is 2.",
            "input": 2,
            "threshold": 2,
            "next_eligible_at": "2026-03-11T08:30:00+00:00",
        },
    ]
    excluded = {"outcome": "excluded", "gate": "cap", "gates": gates, "reason": gates[1]["reason"]}
    return Decision.objects.create(
        **{
            "at": clock.now(),
            "person": person,
            "account": person.memberships.get().account,
            "playbook": "power-user-upsell",
            "offer": "pro-plan",
            "channel": "email",
            **excluded,
            **fields,
        }
    )


def a_delivery(enrollment: Enrollment, offer: Offer, occurrence: int = 1, **fields: Any) -> Delivery:
    now = clock.now()
    decision = a_decision(enrollment.person, outcome="delivered", gate="", reason="", channel="in_app")
    proposition = Proposition.objects.create(
        decision=decision,
        person=enrollment.person,
        account=enrollment.account,
        enrollment_id=enrollment.pk,
        offer=offer,
        topic=offer.topic,
        channel="in_app",
        ready_at=now,
        expires_at=now + timedelta(days=7),
    )
    return Delivery.objects.create(
        **{
            "enrollment": enrollment,
            "step_id": enrollment.version.steps.order_by("pk")[0].pk,
            "occurrence": occurrence,
            "person": enrollment.person,
            "account": enrollment.account,
            "proposition": proposition,
            "decision": decision,
            "channel": "in_app",
            "state": "accepted",
            "intended_at": now,
            **fields,
        }
    )


def an_interaction(delivery: Delivery, kind: str = "clicked") -> Interaction:
    now = clock.now()
    return Interaction.objects.create(
        id=uuid.uuid4(),
        proposition=delivery.proposition,
        person=delivery.person,
        kind=kind,
        at=now,
        recorded_at=now,
        how="widget",
    )


def a_world() -> World:
    account = an_account("acme", caps={"exports": 20}, name="Acme", plan="free", tier="vip", mrr=900)
    person = a_person("u1", account, email="anna@example.com", consent=("email",))
    source = a_source(name="Backend")
    event = an_event(person, "Report Exported", format="pdf")
    definition = a_definition()
    version = a_version(definition)
    offer = Offer.objects.create(slug="pro-plan", name="Pro", live=True)
    template = Template.objects.create(slug="smart-nudge", name="Smart nudge")
    Treatment.objects.create(
        template=template, channel="email", headline="{{ offer.name }}", body="<p>Hello</p>"
    )
    enrollment = an_enrollment(person, version, a_signal(person, definition))
    delivery = a_delivery(enrollment, offer)
    an_interaction(delivery)
    decision = a_decision(person)
    _the_rest(person, source, definition, delivery)
    return World(person, source, event, definition, offer, template, version, enrollment, decision, delivery)


def _the_rest(person: Person, source: Source, definition: SignalDefinition, delivery: Delivery) -> None:
    now, account = clock.now(), delivery.account
    month = now.date().replace(day=1)
    meter = Meter.objects.create(
        resource="exports", label="reports", verb="exported", event="Report Exported"
    )
    MeterTotal.objects.create(account=account, resource="exports", period=month, used=17, last_event_at=now)
    MeterValue.objects.create(account=account, resource="exports", period=month, digest="0" * 32, seen=1)
    counted_as = chr(31).join(["exports", "Report Done", "{}", "sum", "pages", "rolling", "7"])
    PastTotal.objects.create(
        account=account,
        resource="exports",
        period=month - timedelta(days=900),
        counted_as=counted_as,
        used=3,
        last_event_at=now,
    )
    Recount.objects.create(meter=meter, counting_as=counted_as, upto=1, last=4, changed_at=now)
    RecountDue.objects.create(account=account, asked_at=now)
    TurnedAddress.objects.create(kind="hashed_email", address="ada@corp.test")
    Dropped.objects.create(pk=1, before=now)
    EventMapping.objects.create(event="report_done", name="Report Exported", properties={"format": "kind"})
    SeenProperty.objects.create(
        source=source, name="report_done", path="format", type="text", last_seen_at=now
    )
    Lookup.objects.create(source=source, kind="contact", object_id="7", due_at=now)
    SourceHour.objects.create(source=source, hour=now.replace(minute=0, second=0, microsecond=0), accepted=3)
    SourceAlert.objects.create(source=source, kind="silent", sentence="Nothing has come.", opened_at=now)
    SignalAlert.objects.create(definition=definition, opened_at=now)
    BackTest.objects.create(
        definition=definition, settings={}, first=month, last=month, asked_at=now, state="done"
    )
    DetectorState.objects.create(
        definition=definition, account=account, part="exports", period=month, holds_since=now, fired_at=now
    )
    Answer.objects.create(person=person, account=account, offer="pro-plan", answer="declined", at=now)
    Score.objects.create(account=account, name="health", value=0.5, at=now)
    ScoreDefinition.objects.create(slug="health", name="Health", signs=[])
    listed = Segment.objects.create(slug="friends", name="Friends", kind="list")
    SegmentMember.objects.create(segment=listed, person=person, since=now, added_by="sam")
    AskAgain.objects.create(definition=definition, person=person, account=account)
    Sweep.objects.create(definition=definition, version=1, at=now)
    Unnoticed.objects.create(event_ids=[1], accounts=[account.pk], lease_until=now)
    Envelope.objects.create(source=source, call="batch", body=b'{"batch":[]}', received_at=now)
    RejectedEvent.objects.create(
        source=source,
        envelope_id=1,
        index=0,
        reason="event is missing",
        path="event",
        payload='{"userId":"u1"}',
        received_at=now,
    )
    Ticket.objects.create(
        source=source, external_id="T1", person=person, account=account, problem=True, opened_at=now
    )
    Pause.objects.create(person=person, kind="snooze", until=now + timedelta(days=3), set_at=now)
    Suppression.objects.create(channel="email", address_hash="0" * 64, reason="complaint", at=now)
    PlanPrice.objects.create(price_key="pro_monthly", plan="pro")
    Erasure.objects.create(person=Person.objects.create(first_seen_at=now, last_seen_at=now), asked_at=now)
    ErasedName.objects.create(digest="0" * 64, asked_at=now)
    AccountName.objects.create(kind="stripe_customer_id", value="cus_9")
    Placement.objects.create(slug="app-banner", name="Banner", format="banner")
    HoldoutAssignment.objects.create(account=account, held_out=False, percent=10, assigned_at=now)
    RunSweep.objects.create(at=now)
    Cooldown.objects.create(person=person, outcome="ignored", until=now + timedelta(days=14), set_at=now)
    ContactPolicy.objects.create(version=1, caps=[], cooldown_days={}, hours={}, created_at=now)
    StaffTask.objects.create(
        person=person, account=account, channel="chat", title="Chat with u1", created_at=now
    )
    DemoMail.objects.create(message_id="m1", to="anna@example.com", subject="Hello", raw="raw", at=now)
    ApiKey.objects.create(name="CI", prefix="sk_123", key_hash="h", created_at=now)
    IdempotencyKey.objects.create(caller="key:1", key="k", fingerprint="f", created_at=now)
    Heartbeat.objects.create(name="worker-1", kind="worker", at=now)
    ClockOffset.objects.create(seconds=0)
