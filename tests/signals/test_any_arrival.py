"""The whole way in: who did what, and what each account used, end the same however the same events arrive."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaigns_app import pipeline
from people_app.models import Account, Identity
from signals_app import ingest, usage
from signals_app.models import Event, Meter, Source
from signals_app.usage import recount
from tests import examples
from tests.build import a_source

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 20, tzinfo=UTC)
who = st.fixed_dictionaries(
    {
        "userId": st.none() | st.sampled_from(["ana", "ben"]),
        "anonymousId": st.none() | st.sampled_from(["v1", "v2"]),
    }
).filter(lambda ids: any(ids.values()))
known = st.sampled_from(["ana", "ben"])
groups = st.sampled_from(["acme", "bolt"])
addresses = st.sampled_from(["a@x.test", "b@x.test"])
calls = st.one_of(
    st.builds(
        lambda ids, size, group: {
            "type": "track",
            "event": "Report Exported",
            "properties": {"pages": size},
            **ids,
            **({"context": {"groupId": group}} if group else {}),
        },
        who,
        st.integers(1, 5),
        st.none() | groups,
    ),
    st.builds(
        lambda user, group, traits: {
            "type": "group",
            "userId": user,
            "groupId": group,
            "traits": traits,
        },
        known,
        groups,
        st.sampled_from([{}, {}, {"timezone": "Asia/Tokyo"}, {"timezone": "America/New_York"}]),
    ),
    st.builds(
        lambda user, old: {"type": "alias", "userId": user, "previousId": old},
        known,
        st.sampled_from(["ana", "ben", "v1", "v2"]),
    ),
    st.builds(lambda ids: {"type": "identify", "traits": {"plan": "x"}, **ids}, who),
    st.builds(
        lambda user, address: {"type": "identify", "userId": user, "traits": {"email": address}},
        known,
        addresses,
    ),
    st.builds(
        lambda size, address: {
            "type": "track",
            "event": "Report Exported",
            "properties": {"pages": size},
            "email": address,
        },
        st.integers(1, 5),
        addresses,
    ),
)
histories = st.lists(st.tuples(calls, st.integers(0, 72)), min_size=2, max_size=12)


def export(**ids: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Report Exported", "properties": {"pages": 2}, **ids}


JOINS = {"type": "group", "userId": "ana", "groupId": "acme", "traits": {}}
SIGNS_IN = {"type": "identify", "userId": "ana", "anonymousId": "v1"}
HAS = {"type": "identify", "userId": "ana", "traits": {"email": "a@x.test"}}
BY_MAIL = export(email="a@x.test")


def alias(user: str, previous: str) -> dict[str, Any]:
    return {"type": "alias", "userId": user, "previousId": previous}


# Whose user id remains changes with the newest alias, for one of the two also back again.
TURNS = [(alias("ana", "ben"), 10), (alias("ben", "ana"), 20), (alias("ana", "ben"), 30)]
TWO_VISITORS = [
    (export(anonymousId="v1"), 0),
    (alias("ana", "ben"), 66),
    ({**SIGNS_IN, "userId": "ben", "anonymousId": "v2"}, 71),
    (export(anonymousId="v2", userId="ana"), 7),
    (alias("ben", "v1"), 70),
]


@example([(export(userId="ana"), 60), (JOINS, 0)], 3)
@example([(export(userId="ana"), 60), (JOINS, 0), ({**JOINS, "groupId": "bolt"}, 1)], 5)
@example([(export(anonymousId="v1"), 60), (SIGNS_IN, 0), (JOINS, 5)], 7)
@example([(export(anonymousId="v1"), 60), (SIGNS_IN, 9), ({**SIGNS_IN, "userId": "ben"}, 5)], 11)
@example(
    [(export(userId="ben"), 60), ({"type": "alias", "userId": "ana", "previousId": "ben"}, 0), (JOINS, 1)], 13
)
@example([(BY_MAIL, 60), (HAS, 0), (JOINS, 5)], 3)
@example([(BY_MAIL, 60), (HAS, 0), ({**HAS, "userId": "ben"}, 5), (JOINS, 9)], 3)
@example([(BY_MAIL, 60), (HAS, 0), (JOINS, 5), ({**HAS, "traits": {"email": "b@x.test"}}, 9)], 3)
@example([(export(userId="ana"), 1), (export(userId="ben"), 2), *TURNS[:2]], 4)
@example([(export(userId="ben"), 1), (export(userId="ana"), 2), *TURNS], 1)
@example([(export(userId="ben"), 1), (export(userId="ana"), 2), *TURNS], 2)
@example(TWO_VISITORS, 3)
@given(histories, st.integers(0, 2**32))
@settings(max_examples=examples.slow(10), deadline=None, suppress_health_check=list(HealthCheck))
def test_events_people_and_totals_are_the_same_in_any_order(history: Any, seed: int) -> None:
    numbers = count()
    sent = [
        {
            **call,
            "messageId": f"m{next(numbers)}",
            # Around the turn of a month, which comes at another hour in each zone.
            "timestamp": (START + timedelta(hours=hour - 36)).isoformat(),
        }
        for call, hour in history
    ]
    chance = Random(seed)
    again = [*sent, *chance.choices(sent, k=2)]
    chance.shuffle(again)
    cut = chance.randint(1, len(again) - 1)
    ways = [[[one] for one in sent], [[one] for one in reversed(sent)], [again[:cut], again[cut:]]]
    ends = [after(way) for way in ways]
    assert ends[0] == ends[1] == ends[2]


def after(batches: list[list[dict[str, Any]]]) -> Any:
    """The final state, taken back again."""
    with transaction.atomic():
        source = a_source()
        for resource, aggregate in (
            ("exports", "count"),
            ("pages", "sum"),
            ("sizes", "distinct"),
            ("last", "last"),
        ):
            Meter.objects.get_or_create(
                resource=resource,
                defaults={"event": "Report Exported", "aggregate": aggregate, "property": "pages"},
            )
        recount_all()
        for batch in batches:
            receive(source, batch)
        recount_all()
        found = state()
        transaction.set_rollback(True)
    return found


def receive(source: Source, batch: list[dict[str, Any]]) -> None:
    """What names only an address comes from a producer of our own: Segment's calls name an id."""
    by_address = [{**call, "message_id": call["messageId"]} for call in batch if "email" in call]
    by_id = [call for call in batch if "email" not in call]
    if by_id:
        ingest.accept(source.pk, "batch", json.dumps({"batch": by_id}).encode(), {})
    if by_address:
        producer = Source.objects.filter(kind="standard_webhooks").first() or a_source("standard_webhooks")
        ingest.accept(producer.pk, "hook", json.dumps({"batch": by_address}).encode(), {})
    while pipeline.process(20):
        pass


def recount_all() -> None:
    while recount.step():
        pass


def state() -> Any:
    names: dict[int, list[str]] = {}
    for one in Identity.objects.order_by("kind", "value"):
        names.setdefault(one.person_id or 0, []).append(f"{one.kind}:{one.value}")
    accounts = {account.pk: account for account in Account.objects.filter(merged_into=None)}
    owner = {
        pk: account.group_id or repr(names.get(account.personal_of_id or 0))
        for pk, account in accounts.items()
    }
    month = [START - timedelta(days=10), NOW]
    totals = {
        (owner[account], resource, at): Decimal(used)
        for at in month
        for (account, resource), (used, _) in usage.totals(list(accounts), at).items()
        if used
    }
    return (
        sorted((e.message_id, names.get(e.person_id or 0, [])) for e in Event.objects.all()),
        totals,
    )
