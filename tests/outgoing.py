"""Messages as `deliver` intends them, ready for the outbox."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from campaigns_app import outbox
from campaigns_app.models import ChannelAccount, Delivery, Enrollment, Playbook
from offers_app.models import Decision, Offer, Proposition
from people_app.models import Account, ContactPoint, Person
from signals_app.models import Signal, SignalDefinition
from tests.build import a_person
from upsell_project.lib import clock

TEXT = {
    "title": "17 of 20 exports used",
    "body": "You've used 17 of 20 exports. https://upsell.test/c/abc\nReply STOP to stop",
    "url": "https://upsell.test/c/abc",
    "locale": "en",
}


def a_reader(channel: str, address: str, **fields: Any) -> Person:
    """Somebody who permitted this channel."""
    person = a_person(consent=(channel,), first_name="Ana", **fields)
    ContactPoint.objects.update_or_create(
        person=person, channel=channel, defaults={"address": address, "changed_at": clock.now()}
    )
    return person


def an_account_at(provider: str, channel: str, url: str, **fields: Any) -> ChannelAccount:
    """`secrets` and `given` as its provider wants them."""
    secrets = fields.pop("secrets", {})
    name = fields.pop("name", f"{provider} {channel} {uuid.uuid4().hex[:6]}")
    account = ChannelAccount(provider=provider, channel=channel, name=name, base_url=url, **fields)
    account.keep(secrets)
    account.save()
    return account


def intended(
    person: Person,
    channel: str,
    content: Mapping[str, Any] = TEXT,
    run: Enrollment | None = None,
    **fields: Any,
) -> Delivery:
    """The starter pack must be loaded."""
    now, account = clock.now(), person.memberships.get().account
    run = run or _a_run(person, account)
    decision = Decision.objects.create(at=now, person=person, account=account, outcome="delivered")
    proposition = Proposition.objects.create(
        decision=decision,
        person=person,
        account=account,
        enrollment_id=run.pk,
        offer=Offer.objects.get(slug="pro-plan"),
        topic="upgrades",
        channel=channel,
        content=dict(content),
        evidence={"used": 17},
        ready_at=now,
        expires_at=now + timedelta(days=7),
    )
    given: dict[str, Any] = {"state": Delivery.State.INTENDED, "intended_at": now}
    return Delivery.objects.create(
        enrollment=run,
        step_id=run.step_id,
        person=person,
        account=account,
        proposition=proposition,
        decision=decision,
        channel=channel,
        **given | fields,
    )


def _a_run(person: Person, account: Account) -> Enrollment:
    now, playbook = clock.now(), Playbook.objects.get(slug="power-user-upsell")
    assert playbook.live_version
    signal = Signal.objects.create(
        definition=SignalDefinition.objects.get(slug="usage-limit-near"),
        definition_version=1,
        person=person,
        account=account,
        confidence=1,
        detected_at=now,
        expires_at=now + timedelta(days=7),
        dedupe_key=uuid.uuid4().hex,
    )
    return Enrollment.objects.create(
        playbook=playbook,
        version=playbook.live_version,
        person=person,
        account=account,
        signal=signal,
        step=playbook.live_version.steps.get(kind="message", config__channel="email"),
        step_entered_at=now,
        entered_at=now,
    )


def after(delivery: Delivery) -> Delivery:
    """As it is once the outbox was worked."""
    outbox.send()
    delivery.refresh_from_db()
    return delivery


def due_again(delivery: Delivery) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(retry_at=clock.real())
