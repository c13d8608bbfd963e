"""What texts may say about one person and account beside the evidence: P1 to P12 as merge fields."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from offers_app import merge_fields, personalize
from offers_app.cohort import Compared
from offers_app.models import Price
from offers_app.offer_facts import Said
from people_app.models import Account, Person
from tests.offers.selling import unsaved

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)
HEADLINES = {
    "headline": "Leave limits behind",
    "benefits": ["One"],
    "de": {"headline": "Keine Limits mehr"},
    "US": {"headline": "Built for US teams"},
    "trial": {"headline": "Continue your progress", "de": {"headline": "Weiter geht's"}},
}
PRICES = [Price(currency=c, period=p, amount=Decimal(a)) for c, p, a in (
    ("EUR", "month", "49"), ("USD", "month", "55"), ("EUR", "year", "490"))]  # fmt: skip


def fields(
    account: dict[str, Any] | None = None,
    person: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    **offer: Any,
) -> dict[str, Any]:
    who = Person(**{"user_id": "u1", **(person or {})})
    theirs = Account(**{"group_id": "acme", "name": "Acme", **(account or {})})
    selling = unsaved(**{"fields": HEADLINES, "prices": PRICES, **offer})
    return personalize.context(who, theirs, selling, {"used": 1}, NOW, who.locale, more)


def test_it_works() -> None:
    said = {"industry": "fintech", "tier": "vip", "seats_used": 9, "renews_at": NOW + 12 * DAY}
    account = fields(said)["account"]
    assert (account["industry"], account["tier"], account["team_size"]) == ("fintech", "vip", 9)
    assert (account["renews_on"], account["renews_in_days"]) == ("March 22, 2026", 12)
    person = fields(person={"role": "Admin", "device": "iPhone", "preferred_channel": "email"})["person"]
    assert (person["is_admin"], person["device"], person["preferred_channel"]) == (True, "iPhone", "email")
    assert fields(person={"role": "member"})["person"]["is_admin"] is False


@pytest.mark.parametrize(
    ("account", "person", "headline"),
    [
        ({}, {}, "Leave limits behind"),
        ({}, {"locale": "de"}, "Keine Limits mehr"),
        ({"country": "US"}, {}, "Built for US teams"),
        ({}, {"country": "US"}, "Built for US teams"),
        ({"country": "FR"}, {"country": "US"}, "Leave limits behind"),
        ({"trial_ends_at": NOW + DAY}, {}, "Continue your progress"),
        ({"trial_ends_at": NOW + DAY, "country": "US"}, {}, "Continue your progress"),
        ({"trial_ends_at": NOW + DAY}, {"locale": "de-AT"}, "Weiter geht's"),
        ({"trial_ends_at": NOW}, {}, "Leave limits behind"),
    ],
)
def test_language_country_and_trial_change_the_headline(
    account: dict[str, Any], person: dict[str, Any], headline: str
) -> None:
    offer = fields(account, person)["offer"]
    assert (offer["headline"], offer["benefits"]) == (headline, ["One"])
    assert not {"de", "US", "trial"} & offer.keys()


def test_a_running_trial_says_how_long_it_runs() -> None:
    account = fields({"trial_ends_at": NOW + 3 * DAY + timedelta(hours=5)})["account"]
    assert (account["in_trial"], account["trial_days_left"], account["trial_ends"]) == (
        True,
        3,
        "March 13, 2026",
    )
    for over in ({"trial_ends_at": NOW - DAY}, {}):
        account = fields(over)["account"]
        assert account["in_trial"] is False
        assert "trial_ends" not in account, "no date, so no text can say one"


@pytest.mark.parametrize(
    ("zone", "on"),
    [
        ("Europe/Berlin", "April 1, 2026"),
        ("America/New_York", "March 31, 2026"),
        ("", "March 31, 2026"),
        ("Mars/Olympus", "March 31, 2026"),
    ],
)
def test_days_are_those_of_the_accounts_zone(zone: str, on: str) -> None:
    at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    account = fields({"renews_at": at, "trial_ends_at": at, "timezone": zone})["account"]
    assert (account["renews_on"], account["trial_ends"]) == (on, on)


def test_a_renewal_of_the_past_is_not_told() -> None:
    assert "renews_on" not in fields({"renews_at": NOW - DAY})["account"]


@pytest.mark.parametrize(
    ("account", "locale", "price", "period"),
    [
        ({}, "en", "€49", "month"),
        ({"country": "US"}, "en-US", "$55", "month"),
        ({"currency": "USD"}, "de", "55\xa0$", "Monat"),
        ({"billing_period": "year"}, "fr", "490\xa0€", "an"),
        ({"billing_period": "year"}, "es", "490\xa0€", "año"),
    ],
)
def test_currency_and_period_are_the_accounts_and_the_words_the_readers(
    account: dict[str, Any], locale: str, price: str, period: str
) -> None:
    shown = fields(account, {"locale": locale})
    assert (shown["terms"]["price"], shown["terms"]["period"]) == (price, period)
    assert price in shown["terms"]["line"]
    assert shown["stated"]["price"] in ("49.00", "55.00", "490.00")


@pytest.mark.parametrize(
    ("deal", "words"),
    [
        ({"incentive_value": Decimal("12.5")}, "12.5% off"),
        ({"incentive_kind": "amount", "incentive_value": Decimal(5), "incentive_currency": "EUR"}, "€5 off"),
        ({"incentive_kind": "amount", "incentive_value": Decimal(5), "incentive_currency": "USD"}, None),
        ({"incentive_kind": "trial_days", "incentive_value": Decimal(16)}, "16 more free days"),
        ({"incentive_ends_at": NOW}, None),
        ({"incentive_kind": ""}, None),
    ],
)
def test_an_incentive_in_words(deal: dict[str, Any], words: str | None) -> None:
    assert fields(**deal)["terms"]["incentive"] == words


def test_a_bonus_is_told_in_the_readers_language_to_the_widget_too() -> None:
    said = {"bonus": "a free session", "de": {"bonus": "eine kostenlose Schulung"}}
    shown = fields(person={"locale": "de"}, fields=said, incentive_kind="bonus", incentive_value=None)
    assert shown["terms"]["incentive"] == "eine kostenlose Schulung"
    assert shown["stated"]["incentive"]["value"] == "eine kostenlose Schulung"


def test_an_end_is_a_date() -> None:
    shown = fields(incentive_ends_at=datetime(2026, 3, 31, tzinfo=UTC))
    assert shown["terms"]["incentive_ends"] == "March 31, 2026"


def test_the_newest_answer_is_told() -> None:
    prior = Said(unsaved(slug="seats", name="Seats"), "dismissed", NOW - 4 * DAY, 1)
    assert fields(more={"prior": prior})["prior"] == {
        "offer": "seats",
        "name": "Seats",
        "answer": "dismissed",
        "days_ago": 4,
    }
    assert fields()["prior"] == {}


def test_peers_are_told_in_the_readers_figures() -> None:
    peers = Compared(Decimal("1234.500"), Decimal(617), 31, "fintech", date(2026, 3, 1), date(2026, 3, 10))
    assert fields(person={"locale": "de"}, more={"peers": peers})["peers"] == {
        "own": "1.234,5",
        "median": "617",
        "size": "31",
        "industry": "fintech",
        "from": "1. März 2026",
        "to": "10. März 2026",
        "above": True,
        "times": "2",
    }
    assert fields(more={"peers": None})["peers"] == {}


@pytest.mark.parametrize(
    ("locale", "currency", "mrr", "ltv"),
    [
        ("en", "EUR", "€49.50", "€12,000"),
        ("de", "EUR", "49,50 €", "12.000 €"),
        ("de-CH", "CHF", "CHF 49.50", "CHF 12’000"),
        ("fr", "USD", "49,50 $US", "12 000 $US"),
        ("es", "EUR", "49,50 €", "12.000 €"),
    ],
)
def test_what_they_pay_is_said_in_their_currency(locale: str, currency: str, mrr: str, ltv: str) -> None:
    paying = {"mrr": Decimal("49.50"), "ltv": Decimal(12000), "currency": currency}
    shown = fields(paying, person={"locale": locale})["account"]
    said = {name: re.sub(r"\s", " ", shown[name]) for name in ("mrr", "ltv")}
    assert said == {"mrr": mrr, "ltv": ltv}


def test_what_nobody_said_that_they_pay_is_blank() -> None:
    assert [fields({"currency": "EUR"})["account"][name] for name in ("mrr", "ltv")] == ["", ""]
    unknown = fields({"mrr": Decimal(49), "ltv": Decimal(1)})["account"]
    assert (unknown["mrr"], unknown["ltv"]) == ("", ""), "an amount of no currency is none"


def test_the_list_of_merge_fields_is_what_texts_are_given() -> None:
    """But for ids, which no text needs."""
    running = {"industry": "fintech", "trial_ends_at": NOW + 3 * DAY, "renews_at": NOW + 9 * DAY}
    rests_on_a_claim = {"payback"}  # tests/offers/test_payback.py
    prior = Said(unsaved(slug="seats", name="Seats"), "dismissed", NOW - 4 * DAY, 1)
    peers = Compared(Decimal(9), Decimal(3), 31, "fintech", NOW.date(), NOW.date())
    deal: dict[str, Any] = {
        "incentive_kind": "percent",
        "incentive_value": 20,
        "incentive_ends_at": NOW + DAY,
        "trial_days": 14,
    }
    given = [
        fields(running, more={"prior": prior, "peers": peers}, **deal),
        fields({"trial_ends_at": NOW - DAY}),
    ]
    for group in ("person", "account", "terms", "prior", "peers"):
        told = {name for shown in given for name in shown[group]} - {"id"}
        listed = {one.partition(".")[2] for one in merge_fields.KNOWN if one.startswith(f"{group}.")}
        assert told == listed - rests_on_a_claim
