"""Scores for tests."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from people_app.models import Account, Membership, Person
from signals_app.models import Score, ScoreDefinition
from signals_app.scores import compute
from upsell_project.lib import clock


def used(count: int, days: int = 7) -> dict[str, Any]:
    window = {"window": {"days": days}, "of": "account"}
    return {"fact": "events", "names": ["Feature Used"], **window, "op": "at_least", "value": count}


ACTIVE = used(1)
PAID = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "pro"}
WANTS = {"fact": "intent", "label": "more_capacity", "window": {"days": 30}, "op": "at_least", "value": 0.5}


def a_sign(part: str, rule: Any, points: float = 1, name: str = "") -> dict[str, Any]:
    return {"part": part, "name": name or f"{part} {points}", "points": points, "if": rule}


def a_definition(slug: str = "health", **fields: Any) -> ScoreDefinition:
    return ScoreDefinition.objects.create(**{"slug": slug, "name": slug.capitalize(), **fields})


def members(count: int) -> list[Membership]:
    """So many people who are in an account of the plan "pro" each."""
    now = clock.now()
    accounts = Account.objects.bulk_create(
        Account(group_id=f"of {place}", plan="pro", created_at=now) for place in range(count)
    )
    people = Person.objects.bulk_create(
        Person(user_id=f"in {place}", first_seen_at=now, last_seen_at=now) for place in range(count)
    )
    return Membership.objects.bulk_create(
        Membership(person=person, account=account, joined_at=now)
        for person, account in zip(people, accounts, strict=True)
    )


def scored() -> dict[str, set[int]]:
    """Until nothing is due; the accounts whose value changed, by score."""
    before = _values()
    while compute.step():
        pass
    changed: dict[str, set[int]] = defaultdict(set)
    for (name, account), value in _values().items():
        if before.get((name, account)) != value:
            changed[name].add(account)
    return dict(changed)


def _values() -> dict[tuple[str, int], Decimal]:
    return {(one.name, one.account_id): one.value for one in Score.objects.all()}
