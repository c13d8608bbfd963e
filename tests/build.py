"""Make what a test needs, in words: a_person(), an_account(), an_event() ..."""

import uuid
from datetime import timedelta
from itertools import count
from math import inf
from typing import Any

from campaigns_app import plan, starter_pack
from consent_app.models import ALL, Basis, ConsentRecord, Permission
from people_app.models import Account, ContactPoint, Entitlement, Membership, Person
from signals_app import authentication, limits, overload
from signals_app.models import Event, Source
from upsell_project.lib import clock

_numbers = count(1)


def forget_caches() -> None:
    """Drop what the processes keep between requests."""
    clock.forget()
    authentication.forget()
    overload.forget()
    limits.forget()
    # Tests run in the same second and beside each other: what one uses up is another's only where they ask for it.
    limits._rates._next_flush = inf
    plan.of.cache_clear()


def the_starter_pack() -> None:
    """Signals, offers, templates, policy and playbooks, published and live."""
    starter_pack.load()


def a_source(kind: str = "http", **fields: Any) -> Source:
    number = next(_numbers)
    return Source.objects.create(
        **{
            "kind": kind,
            "name": f"{kind} {number}",
            "write_key": f"wk_test_{uuid.uuid4().hex}",
            "hook_token": uuid.uuid4().hex,
            "signing_secret": "whsec_test_secret_of_decent_length",
            "created_at": clock.now(),
            **fields,
        }
    )


def an_account(group_id: str | None = None, caps: dict[str, int] | None = None, **fields: Any) -> Account:
    account = Account.objects.create(
        group_id=group_id or f"acct_{next(_numbers)}", created_at=clock.now(), **{"plan": "free", **fields}
    )
    if account.stripe_customer_id:
        account.names.create(kind="stripe_customer_id", value=account.stripe_customer_id)
    for resource, cap in (caps or {}).items():
        Entitlement.objects.create(
            account=account, resource=resource, cap=cap, changed_at=clock.now(), source="test"
        )
    return account


def a_person(
    user_id: str | None = None,
    account: Account | None = None,
    email: str | None = None,
    consent: tuple[str, ...] = (),
    **fields: Any,
) -> Person:
    """A known person in an account, reachable in-app and, if given, by mail; `consent` names permitted channels."""
    now = clock.now()
    person = Person.objects.create(
        user_id=user_id or f"u_{next(_numbers)}",
        **{"first_seen_at": now, "last_seen_at": now, "timezone": "Europe/Berlin", "country": "DE", **fields},
    )
    person.identities.create(kind="user", value=str(person.user_id))
    ContactPoint.objects.create(person=person, channel="in_app", changed_at=now)
    if email:
        ContactPoint.objects.create(person=person, channel="email", address=email, changed_at=now)
    for channel in consent:
        a_permission(person, channel)
    Membership.objects.create(person=person, account=account or an_account(), joined_at=now)
    return person


def a_permission(person: Person, channel: str, granted: bool = True, topic: str = ALL) -> Permission:
    now = clock.now()
    basis = Basis.CONSENT if granted else Basis.OBJECTION
    record = ConsentRecord.objects.create(
        person=person,
        channel=channel,
        topic=topic,
        granted=granted,
        basis=basis,
        how="test",
        collected_at=now,
        recorded_at=now,
    )
    permission, _ = Permission.objects.update_or_create(
        person=person,
        purpose="marketing",
        channel=channel,
        topic=topic,
        defaults={"granted": granted, "basis": basis, "record": record, "since": now},
    )
    return permission


def an_event(person: Person, name: str, ago: timedelta = timedelta(0), **properties: Any) -> Event:
    at = clock.now() - ago
    membership = person.memberships.first()
    return Event.objects.create(
        source=Source.objects.first() or a_source(),
        message_id=uuid.uuid4().hex,
        kind="track",
        name=name,
        person=person,
        account=membership.account if membership else None,
        properties=properties,
        occurred_at=at,
        received_at=at,
    )
