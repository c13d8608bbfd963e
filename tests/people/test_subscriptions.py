"""An account's subscriptions: whatever the order in which they are told of, the account says the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_app import facts, subscriptions
from people_app.subscriptions import combined, further

Said = dict[str, dict[str, Any]]


def active(**said: Any) -> dict[str, Any]:
    return {"status": "active", "currency": "EUR", **said}


def told(*claims: tuple[int, Said]) -> Said:
    """What is known after these words about these minutes: per fact the newest, in one minute the one further on."""
    words = [
        ((minute, further(said.get("status", "")), repr(value)), id, name, value)
        for minute, claim in claims
        for id, said in claim.items()
        for name, value in said.items()
    ]
    known: Said = {}
    for _, id, name, value in sorted(words, key=lambda word: word[0]):
        known.setdefault(id, {})[name] = value
    return known


def test_it_works() -> None:
    team = active(price_keys=["team"], seats=12, mrr="588.00", billing_period="month", renews_at="2026-04-01")
    extra = active(price_keys=["extra"], seats=1, mrr="20.50", billing_period="year", renews_at="2026-03-20")
    assert combined({"sub_1": team, "sub_2": extra}) == {
        "subscription_status": "active",
        "billing_price_keys": ["team", "extra"],
        "billing_period": "month",
        "seats": 13,
        "mrr": "608.50",
        "currency": "EUR",
        "renews_at": "2026-03-20",
    }


def test_one_ended_subscription_takes_nothing_from_the_other() -> None:
    team = active(price_keys=["team"], seats=12, mrr="588.00")
    ended: dict[str, Any] = {
        "status": "canceled",
        "price_keys": [],
        "mrr": "0.00",
        "renews_at": None,
        "invoice_status": "past_due",
    }
    found = combined(told((1, {"sub_1": team}), (2, {"sub_2": active(mrr="9.00")}), (3, {"sub_2": ended})))
    assert found["subscription_status"] == "active"
    assert (found["mrr"], found["seats"], found["billing_price_keys"]) == ("588.00", 12, ["team"])


def test_when_the_last_one_ended_the_plan_is_gone() -> None:
    team = active(
        price_keys=["team"], seats=12, mrr="588.00", renews_at="2026-04-01", cancel_at_period_end=True
    )
    found = combined(told((1, {"sub_1": team}), (2, {"sub_1": {"status": "canceled"}})))
    assert found == {
        "subscription_status": "canceled",
        "billing_price_keys": [],
        "cancel_at_period_end": False,
        "seats": 0,
        "mrr": "0.00",
        "currency": "EUR",
        "renews_at": None,
    }


@pytest.mark.parametrize("status", ["incomplete", "incomplete_expired"])
def test_a_checkout_that_was_never_paid_says_nothing_about_the_plan(status: str) -> None:
    assert combined({"sub_1": {"status": status, "price_keys": ["team"], "seats": 3}}) == {
        "subscription_status": status
    }


def test_of_two_states_in_one_second_the_one_further_on_counts() -> None:
    course = ["incomplete", "trialing", "active", "past_due", "unpaid", "paused", "canceled"]
    assert sorted(course, key=further) == course
    assert further("never heard of") == further("") == 0


def test_one_unpaid_invoice_makes_the_account_past_due() -> None:
    known = {"a": active(invoice_status="past_due"), "b": active(invoice_status="paid")}
    assert combined(known)["invoice_status"] == "past_due"
    known["a"]["invoice_status"] = "paid"
    assert combined(known)["invoice_status"] == "paid"
    assert combined({"one_off": {"invoice_status": "past_due"}}) == {"invoice_status": "past_due"}


def test_revenue_in_another_currency_is_not_added() -> None:
    found = combined({"a": active(mrr="10.00"), "b": active(mrr="900.00", currency="USD")})
    assert (found["currency"], found["mrr"]) == ("USD", "900.00")


def test_a_subscription_being_cancelled_does_not_renew() -> None:
    ending = active(renews_at="2026-03-05", cancel_at_period_end=True, mrr="1.00")
    found = combined({"a": ending, "b": active(renews_at="2026-03-09", mrr="2.00")})
    assert (found["renews_at"], found["cancel_at_period_end"]) == ("2026-03-09", False)


def test_the_first_trial_to_end_counts_while_one_runs() -> None:
    trial = {"status": "trialing", "trial_ends_at": "2026-03-20"}
    over = active(trial_ends_at="2026-01-02")
    assert combined({"a": trial, "b": over})["trial_ends_at"] == "2026-03-20"
    assert combined({"b": over})["trial_ends_at"] == "2026-01-02"


@pytest.mark.parametrize(
    ("fact", "junk"),
    [("seats", {}), ("price_keys", "team"), ("mrr", "much"), ("status", None), ("cancel_at_period_end", 1)],
)
def test_what_fits_no_fact_is_unusable(fact: str, junk: object) -> None:
    with pytest.raises(facts.Unusable):
        subscriptions.PARSERS[fact](junk)


def test_facts_are_kept_as_they_are_stored() -> None:
    said = {"seats": -3, "mrr": 49, "renews_at": "2026-04-01T02:00:00+02:00", "price_keys": ["a", 7]}
    assert {name: subscriptions.PARSERS[name](value) for name, value in said.items()} == {
        "seats": 0,
        "mrr": "49.00",
        "renews_at": "2026-04-01T00:00:00+00:00",
        "price_keys": ["a"],
    }


ids = st.sampled_from(["sub_1", "sub_2", "one_off"])
moments = st.sampled_from([None, "2026-04-01", "2026-05-01"])
claims = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(subscriptions.STATUSES),
        "price_keys": st.lists(st.sampled_from("abc"), max_size=2),
        "seats": st.integers(0, 5),
        "mrr": st.sampled_from([None, "1.00", "2.50"]),
        "currency": st.sampled_from(["EUR", "USD"]),
        "renews_at": moments,
        "trial_ends_at": moments,
        "cancel_at_period_end": st.booleans(),
        "invoice_status": st.sampled_from([None, "paid", "past_due"]),
    },
)


begun = st.dictionaries(ids, claims, max_size=2)
# Only ever the first word about a subscription: none becomes incomplete again.
unpaid = st.dictionaries(ids, st.just({"status": "incomplete", "price_keys": ["a"], "seats": 1}), max_size=1)
histories = st.lists(st.tuples(st.just(0), unpaid) | st.tuples(st.integers(1, 3), begun), max_size=8)


@given(histories, st.data())
def test_nothing_is_left_behind_whatever_the_order(
    history: list[tuple[int, Said]], data: st.DataObject
) -> None:
    """An account whose facts are replaced at every step ends where one ends that heard it all at once."""
    shuffled = data.draw(st.permutations(history + history[:3]))
    account: dict[str, Any] = {}
    for step in range(1, len(shuffled) + 1):
        account |= combined(told(*shuffled[:step]))
    assert account == combined(told(*history))
