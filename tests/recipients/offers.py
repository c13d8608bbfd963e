"""An offer by mail, with everything behind it that a recipient's page touches."""

from typing import Any

from campaigns_app import pressure
from campaigns_app.models import ContactPolicy, Enrollment, Playbook, PlaybookVersion
from offers_app.models import Decision, Offer, Proposition
from people_app.models import Person
from signals_app.models import Signal, SignalDefinition
from upsell_project.lib import clock

WHY = "You've exported 17 of 20 reports this month"
TARGET = "https://shop.corp.test/upgrade?account=a%201"


def a_proposition(person: Person, topic: str = "upgrades", **fields: Any) -> Proposition:
    """A live offer by mail, made by an active enrollment."""
    now = clock.now()
    offer, _ = Offer.objects.get_or_create(
        slug=f"offer-{topic}", defaults={"name": "Pro", "topic": topic, "live": True}
    )
    values: dict[str, Any] = {
        "decision": Decision.objects.create(at=now, person=person, outcome=Decision.Outcome.DELIVERED),
        "person": person,
        "enrollment_id": an_enrollment(person).pk,
        "offer": offer,
        "topic": topic,
        "channel": "email",
        "content": {"subject": "Room for more", "why": WHY, "cta": {"label": "Upgrade", "url": TARGET}},
        "evidence": {
            "resource": "exports",
            "resource_label": "reports",
            "used": 1700,
            "cap": 2000,
            "percent": 85,
        },
        "ready_at": now,
        "expires_at": now,
    }
    return Proposition.objects.create(**(values | fields))


def an_enrollment(person: Person) -> Enrollment:
    now = clock.now()
    definition, _ = SignalDefinition.objects.get_or_create(slug="near", defaults={"detector": "threshold"})
    playbook = Playbook.objects.create(slug=f"playbook-{Playbook.objects.count()}", name="Power user")
    membership = person.memberships.select_related("account").first()
    assert membership
    signal = Signal.objects.create(
        definition=definition,
        definition_version=1,
        person=person,
        account=membership.account,
        confidence=1,
        detected_at=now,
        expires_at=now,
        dedupe_key=f"{playbook.slug}:{person.pk}",
    )
    return Enrollment.objects.create(
        playbook=playbook,
        version=PlaybookVersion.objects.create(playbook=playbook, number=1, goal_event="Plan Upgraded"),
        person=person,
        account=membership.account,
        signal=signal,
        step_entered_at=now,
        entered_at=now,
        wake_at=now,
    )


def a_policy() -> ContactPolicy:
    policy, _ = ContactPolicy.objects.get_or_create(
        version=1,
        defaults={
            "caps": pressure.DEFAULT_CAPS,
            "cooldown_days": pressure.DEFAULT_COOLDOWN_DAYS,
            "hours": pressure.DEFAULT_HOURS,
            "created_at": clock.now(),
        },
    )
    return policy
