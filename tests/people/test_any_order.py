"""Newest wins, whatever order a history arrives in and however often."""

import copy
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people_app import identify
from people_app.models import Account, ContactPoint, Entitlement, Membership, Person
from signals_app.incoming import Incoming

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
START = datetime(2026, 3, 1, tzinfo=UTC)
PEOPLE, GROUPS = ("ana", "ben"), ("acme", "bolt")
ZONES, ADDRESSES = ("Europe/Berlin", "Europe/Paris", "nowhere", 7), ("a@x.test", "b@x.test", "not an address")
said_of_people = st.fixed_dictionaries(
    {},
    optional={
        "first_name": st.sampled_from(["Ana", "Anna", 7, None, "x" * 400]),
        "country": st.sampled_from(["de", "FR", "ßß", "DEU"]),
        "email": st.sampled_from(ADDRESSES),
        "timezone": st.sampled_from(ZONES),
        "colour": st.sampled_from(["red", 1, True, None, ["x"]]),
        "n" * 150: st.integers(0, 3),
    },
)
said_of_accounts = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["free", "pro", None, ["x"]]),
        "mrr": st.sampled_from(["49", 500, 10**12, "999999999999.999", "NaN", None]),
        "renews_at": st.sampled_from(
            ["2026-05-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00", 5]
        ),
        "limits": st.dictionaries(
            st.sampled_from(["exports", "seats", "r" * 150]), st.sampled_from([5, 20, None, "many"])
        ),
        "currency": st.sampled_from(["eur", "ßßß"]),
        "role": st.sampled_from(["admin", "member", 3]),
        "seats_used": st.sampled_from([1, 2.0, 2**40, True]),
        "addons": st.sampled_from([["a"], ["b", "a"], "a"]),
    },
)


def item(kind: str, number: int, **fields: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", occurred_at=START + timedelta(minutes=2 * number), **fields)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Incoming], list[list[Incoming]]]:
    """A history in its own order, and the same cut into batches after shuffling and repeating some of it."""
    count = draw(st.integers(1, 7))
    history = []
    for number in range(count):
        user, group = draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(GROUPS))
        if draw(st.booleans()):
            one = item(
                "identify",
                number,
                user_id=user,
                group_id=group,
                traits=draw(said_of_people),
                context=draw(st.sampled_from([{}, {"timezone": "Asia/Tokyo"}, {"locale": "de-DE"}])),
            )
        else:
            one = item("group", number, user_id=user, group_id=group, account_traits=draw(said_of_accounts))
        history.append(one)
    again = [copy.deepcopy(one) for one in draw(st.lists(st.sampled_from(history), max_size=3))]
    shuffled = draw(st.permutations(history + again))
    cuts = sorted(draw(st.sets(st.integers(1, len(shuffled)), max_size=3)) | {0, len(shuffled)})
    return history, [list(shuffled[a:b]) for a, b in pairwise(cuts)]


def state() -> Any:
    people = Person.objects.order_by("user_id").values_list(
        "user_id", "first_name", "country", "timezone", "locale", "traits"
    )
    fields = ("group_id", "plan", "mrr", "renews_at", "currency", "seats_used", "addons", "traits")
    return (
        list(people),
        list(Account.objects.order_by("group_id").values_list(*fields)),
        list(Entitlement.objects.order_by("account__group_id", "resource").values_list("resource", "cap")),
        list(ContactPoint.objects.order_by("person__user_id", "channel").values_list("channel", "address")),
        list(
            Membership.objects.order_by("person__user_id", "account__group_id").values_list(
                "person__user_id", "account__group_id", "role"
            )
        ),
    )


def after(batches: list[list[Incoming]]) -> Any:
    """The final state, taken back again."""
    with transaction.atomic():
        for batch in batches:
            identify.resolve(batch, "http", START + timedelta(days=1))
        found = state()
        transaction.set_rollback(True)
    return found


@given(histories())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_and_repetition_of_a_history_ends_the_same(
    drawn: tuple[list[Incoming], list[list[Incoming]]],
) -> None:
    history, batches = drawn
    assert after(batches) == after([[one] for one in history])
