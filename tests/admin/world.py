"""One row of every model, so that every page has something to show: here what became of one person."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from campaigns_app.models import Delivery, Enrollment, Interaction, Lane, Playbook, PlaybookVersion, Step
from offers_app.models import Decision, DraftRequest, Offer, Price, Product, Proposition, Template, Treatment
from people_app.models import Person
from signals_app.models import Event, Signal, SignalDefinition, Source
from tests.admin.other_rows import one_of_each_other
from tests.build import a_person, a_source, an_account, an_event
from upsell_project.lib import clock


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
    product = Product.objects.create(slug="pro", name="Pro", kind="plan", code="pro")
    Price.objects.create(product=product, currency="EUR", amount=49)
    offer = Offer.objects.create(slug="pro-plan", name="Pro", live=True, product=product)
    template = Template.objects.create(slug="smart-nudge", name="Smart nudge")
    treatment = Treatment.objects.create(
        template=template, channel="email", headline="{{ offer.name }}", body="<p>Hello</p>"
    )
    DraftRequest.objects.create(treatment=treatment, offer=offer, staff=1, asked_at=clock.now(), state="done")
    enrollment = an_enrollment(person, version, a_signal(person, definition))
    delivery = a_delivery(enrollment, offer)
    an_interaction(delivery)
    decision = a_decision(person)
    one_of_each_other(person, source, definition, delivery)
    return World(person, source, event, definition, offer, template, version, enrollment, decision, delivery)
