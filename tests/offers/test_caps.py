"""Caps are never exceeded, whatever happens in whatever order, by one worker or two."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from offers_app import caps, decide
from offers_app.models import Decision, Offer, OfferCap, Proposition, Template, Treatment
from people_app.models import Account, Person
from tests.build import a_person, an_account
from tests.offers.selling import a_cap, an_offer
from upsell_project.lib.gates import Gate

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
OUTCOMES = [one.value for one in OfferCap.Outcome]


@pytest.fixture
def offer() -> Offer:
    return written()


def written() -> Offer:
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")
    return an_offer("training")


def shown(
    offer: Offer, person: Person, account: Account, at: datetime, outcome: str = "presented"
) -> Proposition:
    """One proposition and what came of it, at once."""
    stamped: dict[str, Any] = {"viewed": {"viewed_at": at}, "clicked": {"clicked_at": at}, "presented": {}}
    came = stamped.get(outcome, {"answer": outcome, "answered_at": at})
    return Proposition.objects.create(
        decision=Decision.objects.create(at=at, person=person, outcome="delivered"),
        person=person,
        account=account,
        enrollment_id=1,
        offer=offer,
        topic="x",
        channel="in_app",
        ready_at=at,
        expires_at=at + DAY,
        **came,
    )


def gate(person: Person, account: Account, now: datetime = NOW, held: uuid.UUID | None = None) -> Gate | None:
    ask = decide.Ask(person, account, ["training"], "nudge", "in_app", {"used": 1}, held=held)
    gates = decide.offer(ask, decide.catalog([ask], now)).gates
    return next((one for one in gates if one.gate == "offer_cap"), None)


def open_to(person: Person, account: Account, now: datetime = NOW) -> bool:
    found = gate(person, account, now)
    assert found
    return found.passed


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("scope", ["person", "account", "everybody"])
def test_it_works_for_each_outcome_and_scope(offer: Offer, outcome: str, scope: str) -> None:
    account, elsewhere = an_account(), an_account()
    person, colleague, stranger = (
        a_person(account=account),
        a_person(account=account),
        a_person(account=elsewhere),
    )
    cap = a_cap(offer, 2, 7, outcome=outcome, scope=scope)
    shown(offer, person, account, NOW - 2 * DAY, outcome)
    assert open_to(person, account)
    shown(offer, person, account, NOW - DAY, outcome)
    assert not open_to(person, account)
    assert open_to(colleague, account) == (scope == "person")
    assert open_to(stranger, elsewhere) == (scope != "everybody")
    found = gate(person, account)
    assert found
    assert found.input == {"outcome": outcome, "scope": scope, "count": 2}
    assert found.threshold == {"at_most": 2, "days": 7}
    assert found.next_eligible_at == NOW + 5 * DAY
    assert not open_to(person, account, NOW + 5 * DAY - timedelta(seconds=1))
    assert open_to(person, account, NOW + 5 * DAY)
    OfferCap.objects.filter(pk=cap.pk).update(days=None)
    ever = gate(person, account, NOW + 900 * DAY)
    assert ever
    assert (ever.passed, ever.next_eligible_at) == (False, None)


def test_another_outcome_or_offer_does_not_count(offer: Offer) -> None:
    account = an_account()
    person = a_person(account=account)
    a_cap(offer, 1, outcome="declined")
    shown(offer, person, account, NOW - DAY, "dismissed")
    shown(an_offer("other"), person, account, NOW - DAY, "declined")
    assert open_to(person, account)


def test_what_waits_to_leave_does_not_count_against_itself(offer: Offer) -> None:
    account = an_account()
    person = a_person(account=account)
    a_cap(offer, 1)
    held = shown(offer, person, account, NOW - DAY)
    assert not open_to(person, account)
    found = gate(person, account, held=held.pk)
    assert found
    assert found.passed


def test_of_several_caps_any_closes_it(offer: Offer) -> None:
    account = an_account()
    person = a_person(account=account)
    a_cap(offer, 5, 30, scope="account")
    a_cap(offer, 1, 1)
    a_cap(offer, 9)
    shown(offer, person, account, NOW - timedelta(hours=1))
    assert not open_to(person, account)
    assert open_to(person, account, NOW + DAY)


def test_the_statements_do_not_grow_with_the_people_or_the_caps(offer: Offer) -> None:
    counts = []
    for number, (scope, outcome) in enumerate(
        [("person", "viewed"), ("account", "clicked"), ("everybody", "declined")]
    ):
        a_cap(offer, 3, 7, scope=scope, outcome=outcome)
        asks = []
        for _ in range(1 + 10 * number):
            account = an_account()
            person = a_person(account=account)
            shown(offer, person, account, NOW - DAY, outcome)
            asks.append(decide.Ask(person, account, ["training"], "nudge", "in_app", {"used": 1}))
        with CaptureQueriesContext(connection) as captured:
            decide.catalog(asks, NOW)
        counts.append(len(captured))
    assert counts == [8, 8, 9], "one more locks what everybody shares"


steps = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["presented", "dismissed", "accepted"]), st.integers(0, 60)),
    max_size=25,
)
drawn = st.lists(
    st.tuples(
        st.sampled_from(["presented", "dismissed", "accepted"]),
        st.sampled_from(["person", "account", "everybody"]),
        st.integers(1, 3),
        st.sampled_from([None, 1, 3]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: (one[0], one[1], one[3]),
)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn, steps)
def test_no_cap_is_ever_exceeded(limits: list[Any], moves: list[Any]) -> None:
    """Three people in two accounts; time goes on by hours. Whoever is let through gets the outcome at once."""
    with transaction.atomic():
        offer = written()
        for outcome, scope, at_most, days in limits:
            a_cap(offer, at_most, days, outcome=outcome, scope=scope)
        accounts = [an_account(), an_account()]
        people = [a_person(account=accounts[0]), a_person(account=accounts[0]), a_person(account=accounts[1])]
        made: list[tuple[int, str, datetime]] = []
        now = NOW
        for who, outcome, hours in moves:
            now += timedelta(hours=hours)
            account = accounts[who // 2]
            allowed = open_to(people[who], account, now)
            assert allowed == all(_room(limit, who, made, now) for limit in limits)
            if allowed:
                shown(offer, people[who], account, now, outcome)
                made.append((who, outcome, now))
        transaction.set_rollback(True)


def _room(limit: Any, who: int, made: list[tuple[int, str, datetime]], now: datetime) -> bool:
    """By the words of the cap alone."""
    outcome, scope, at_most, days = limit
    counted = 0
    for other, came, at in made:
        same = {"person": other == who, "account": other // 2 == who // 2, "everybody": True}[scope]
        recent = days is None or at > now - timedelta(days=days)
        counted += outcome in ("presented", came) and same and recent
    return bool(counted < at_most)


@pytest.mark.parametrize("scope", ["person", "account", "everybody"])
def test_within_one_transaction_what_was_just_made_counts(offer: Offer, scope: str) -> None:
    a_cap(offer, 2, 7, scope=scope)
    account = an_account()
    person = a_person(account=account)
    found = Offer.objects.prefetch_related("caps").get()
    counts = caps.load([found], {person.pk}, {account.pk}, NOW)
    for left in (2, 1):
        met = caps.gate([*found.caps.all()], person.pk, account.pk, counts)
        assert (met.passed, met.input["count"]) == (True, 2 - left)
        counts.presented(found, person.pk, account.pk, NOW)
    last = caps.gate([*found.caps.all()], person.pk, account.pk, counts)
    assert (last.passed, last.next_eligible_at) == (False, NOW + 7 * DAY)


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_both_make_the_last_one_that_everybody_shares() -> None:
    offer = written()
    a_cap(offer, 3, scope="everybody")
    people = [(a_person(account=account), account) for account in (an_account() for _ in range(12))]

    def work(one: tuple[Person, Account]) -> bool:
        try:
            with transaction.atomic():
                allowed = open_to(*one)
                if allowed:
                    shown(offer, *one, NOW)
                return allowed
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, people)) == 3
    assert Proposition.objects.count() == 3
