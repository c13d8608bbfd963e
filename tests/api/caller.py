"""Calls the staff API as a key of one role, and makes the rows that the engine would have made."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from campaigns_app import api_keys
from campaigns_app.models import (
    ChannelAccount,
    Delivery,
    Enrollment,
    Interaction,
    Playbook,
    PlaybookVersion,
    StaffTask,
)
from offers_app.models import (
    Checkout,
    CheckoutAccount,
    Claim,
    Decision,
    LintWaiver,
    Offer,
    Placement,
    Product,
    Proposition,
    Template,
    Treatment,
)
from people_app.models import Person
from signals_app.models import (
    Meter,
    RejectedEvent,
    Score,
    ScoreDefinition,
    Segment,
    SegmentMember,
    Signal,
    SignalDefinition,
)
from tests.build import a_person, a_source, an_account, an_event
from upsell_project.lib import clock


@dataclass
class Caller:
    """`role` None calls without a key."""

    role: str | None = "viewer"
    key: str = ""
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        if self.role:
            self.key = api_keys.create(f"test {self.role}", self.role)[1]

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.call("PATCH", path, body, **headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            named["Authorization"] = f"Bearer {self.key}"
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        answer: Any = self.client.generic(method, path, text, content_type="application/json", headers=named)
        return answer  # type: ignore[no-any-return]

    def all(self, path: str, limit: int) -> list[dict[str, Any]]:
        """Every row, page by page."""
        url, rows = f"{path}?limit={limit}", []
        while url:
            page = json.loads(self.get(url).content)
            assert len(page["results"]) <= limit
            rows += page["results"]
            url = page["next"] or ""
        return rows


def an_offer(slug: str = "pro-plan") -> Offer:
    return Offer.objects.get_or_create(slug=slug, defaults={"name": slug, "live": True})[0]


def a_playbook(slug: str = "power-user-upsell") -> Playbook:
    playbook, made = Playbook.objects.get_or_create(slug=slug, defaults={"name": slug, "live": True})
    if made:
        version = PlaybookVersion.objects.create(
            playbook=playbook, number=1, goal_event="Plan Upgraded", published_at=clock.now()
        )
        playbook.live_version = version
        playbook.save()
    return playbook


def a_signal(person: Person, slug: str = "usage-limit-near") -> Signal:
    definition, _ = SignalDefinition.objects.get_or_create(
        slug=slug, defaults={"name": slug, "detector": "threshold"}
    )
    return Signal.objects.create(
        definition=definition,
        definition_version=1,
        person=person,
        account=_account(person),
        evidence={"used": 17, "cap": 20},
        confidence=1,
        detected_at=clock.now(),
        expires_at=clock.now(),
        dedupe_key=uuid.uuid4().hex,
    )


def an_enrollment(person: Person, playbook: Playbook | None = None, **fields: Any) -> Enrollment:
    chosen = playbook or a_playbook()
    assert chosen.live_version
    return Enrollment.objects.create(
        playbook=chosen,
        version=chosen.live_version,
        person=person,
        account=_account(person),
        signal=a_signal(person),
        **{"state": "finished", "entered_at": clock.now(), "step_entered_at": clock.now(), **fields},
    )


def a_decision(person: Person, **fields: Any) -> Decision:
    defaults = {
        "at": clock.now(),
        "account": _account(person),
        "playbook": "power-user-upsell",
        "offer": "pro-plan",
        "channel": "in_app",
        "outcome": "delivered",
    }
    return Decision.objects.create(person=person, **{**defaults, **fields})


def a_delivery(person: Person, offer: str = "pro-plan", **fields: Any) -> Delivery:
    now, decision = clock.now(), a_decision(person, offer=offer)
    enrollment = an_enrollment(person)
    assert decision.account
    proposition = Proposition.objects.create(
        decision=decision,
        person=person,
        account=decision.account,
        enrollment_id=enrollment.pk,
        offer=an_offer(offer),
        topic="upgrades",
        channel="in_app",
        ready_at=now,
        expires_at=now,
    )
    defaults = {"channel": "in_app", "state": "accepted", "intended_at": now, "sent_at": now}
    return Delivery.objects.create(
        enrollment=enrollment,
        step_id=1,
        person=person,
        account=decision.account,
        proposition=proposition,
        decision=decision,
        **{**defaults, **fields},
    )


def a_claim(slug: str = "hours", **fields: Any) -> Claim:
    said = {
        "kind": "benefit",
        "texts": {"en": "Seven hours a month."},
        "source_name": "Our study",
        "source_url": "https://study.test/",
        "source_date": "2025-05-02",
        "valid_until": "2099-01-01",
    }
    return Claim.objects.create(slug=slug, **said | fields)


def a_checkout(delivery: Delivery, **fields: Any) -> Checkout:
    account, _ = CheckoutAccount.objects.get_or_create(name="Stripe", defaults={"provider": "stripe"})
    said = {"account": account, "asked_at": clock.now(), "url": "https://pay.test/secret"}
    return Checkout.objects.create(proposition=delivery.proposition, **said | fields)


def one_of_each() -> None:
    """One more of each, in new accounts and people, so that nothing is cached by chance."""
    now, slug = clock.now(), f"s-{uuid.uuid4().hex[:8]}"
    person = a_person(account=an_account(caps={"exports": 20}), email="a@example.test")
    an_event(person, "Report Exported")
    delivery = a_delivery(person, slug)
    Interaction.objects.create(
        id=uuid.uuid4(),
        proposition=delivery.proposition,
        person=person,
        kind="viewed",
        at=now,
        recorded_at=now,
        how="widget",
    )
    StaffTask.objects.create(person=person, channel="chat", title="Call", created_at=now)
    RejectedEvent.objects.create(source=a_source(), envelope_id=person.pk, index=0, received_at=now)
    template = Template.objects.create(slug=slug, name=slug)
    Treatment.objects.create(template=template, channel="email", headline="Hi", body="Hi")
    LintWaiver.objects.create(
        rule="false-scarcity", subject=f"offer {slug}", because="Counted", by="me", at=now
    )
    a_claim(slug)
    a_checkout(delivery)
    Placement.objects.create(slug=slug, name=slug, format="banner")
    Meter.objects.create(resource=slug, label=slug, verb=slug, event=slug)
    listed = Segment.objects.create(slug=slug, name=slug, kind="list")
    SegmentMember.objects.create(segment=listed, person=person, since=now)
    ScoreDefinition.objects.create(slug=slug, name=slug)
    Score.objects.create(account=_account(person), name=slug, value=0.5, at=now)
    a_playbook(slug)
    an_offer(slug)
    Product.objects.get_or_create(slug=slug, defaults={"name": slug, "kind": "addon"})
    a_decision(person)
    ChannelAccount.objects.create(provider="twilio", channel="sms", name=slug, given={"from": "+1"})


def _account(person: Person) -> Any:
    return person.memberships.select_related("account")[0].account
