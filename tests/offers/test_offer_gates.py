"""Each gate of an offer: what closes it, what it says, and when it opens again; and their order."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from offers_app import decide
from offers_app.models import Decision, Offer, Product, Proposition, Template, Treatment
from people_app.models import Account, Person
from tests.build import a_person, an_account
from tests.offers.selling import a_cap, a_product, an_offer
from upsell_project.lib.gates import Code, Gate

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]

FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
PAID = {"not": FREE}


@pytest.fixture(autouse=True)
def catalog() -> None:
    an_offer("pro", a_product("pro", "plan"))
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")


def judged(person: Person, offer: str = "pro", **asked: Any) -> list[Gate]:
    account = Account.objects.get(memberships__person=person)
    given: dict[str, Any] = {"template": "nudge", "channel": "in_app", "evidence": {"used": 17}, **asked}
    ask = decide.Ask(Person.objects.get(pk=person.pk), account, [offer], **given)
    return decide.offer(ask, decide.catalog([ask], NOW)).gates


def closed(person: Person, offer: str = "pro", **asked: Any) -> Gate | None:
    """The one that stopped it; every one before it is open."""
    gates = judged(person, offer, **asked)
    assert all(gate.passed for gate in gates[:-1])
    return None if gates[-1].passed else gates[-1]


def answered(
    person: Person, answer: str, ago: timedelta = DAY, offer: str = "pro", **fields: Any
) -> Proposition:
    return Proposition.objects.create(
        decision=Decision.objects.create(at=NOW, person=person, outcome="delivered"),
        person=person,
        account=Account.objects.get(memberships__person=person),
        enrollment_id=fields.pop("enrollment", 1),
        offer=Offer.objects.get(slug=offer),
        topic="x",
        channel="in_app",
        ready_at=NOW - ago,
        expires_at=NOW + DAY,
        answer=answer,
        answered_at=NOW - ago if answer else None,
        **fields,
    )


def _offer(**fields: Any) -> Callable[[Person], object]:
    return lambda person: Offer.objects.filter(slug="pro").update(**fields)


def _account(**facts: Any) -> Callable[[Person], object]:
    return lambda person: Account.objects.filter(memberships__person=person).update(**facts)


def _capped(person: Person) -> None:
    a_cap(Offer.objects.get(slug="pro"), 1, 7, outcome="dismissed")
    answered(person, "dismissed", 2 * DAY)


CLOSING: list[tuple[Code, Callable[[Person], object], str, datetime | None]] = [
    (Code.OFFER_OFF, _offer(live=False), "The offer pro is switched off.", None),
    (
        Code.NOT_VALID_NOW,
        _offer(valid_from=NOW + DAY, valid_until=None),
        "The offer Pro begins on 2026-03-11.",
        NOW + DAY,
    ),
    (Code.NOT_VALID_NOW, _offer(valid_until=NOW), "The offer Pro ended on 2026-03-10.", None),
    (Code.ALREADY_OWNED, _account(plan="PRO"), "The account already has Pro.", None),
    (
        Code.ALREADY_OWNED,
        lambda person: answered(person, "accepted"),
        "The account said yes to Pro on 2026-03-09.",
        NOW + 29 * DAY,
    ),
    (
        Code.PREPAID_ANNUALLY,
        _account(prepaid=True, billing_period="year", renews_at=NOW + 60 * DAY),
        "The account has paid its plan a year ahead, and Pro is a plan.",
        NOW + 60 * DAY,
    ),
    (Code.NO_PRICE, _account(currency="JPY"), "Pro has no price in JPY.", None),
    (Code.NOT_ELIGIBLE, _offer(eligibility=PAID), "The offer Pro asks for what is not so", None),
    (Code.NOT_APPLICABLE, _offer(applicability=PAID), "The offer Pro asks for what is not so", None),
    (Code.NOT_SUITABLE, _offer(suitability=PAID), "The offer Pro asks for what is not so", None),
    (
        Code.OFFER_CAP,
        _capped,
        "The offer was put off once in 7 days, the most for this person.",
        NOW + 5 * DAY,
    ),
    (
        Code.DISMISSED_EARLIER,
        lambda person: answered(person, "declined"),
        "They said no to Pro on 2026-03-09.",
        NOW + 89 * DAY,
    ),
    (
        Code.NO_TREATMENT,
        lambda person: Treatment.objects.all().delete(),
        "The template nudge has no text for in_app in their language or English.",
        None,
    ),
]


def test_it_works() -> None:
    assert [(gate.gate, gate.passed) for gate in judged(a_person())] == [
        ("offer_off", True),
        ("no_evidence", True),
        ("already_owned", True),
        ("no_price", True),
        ("dismissed_earlier", True),
        ("no_treatment", True),
    ]


@pytest.mark.parametrize(("code", "close", "reason", "again"), CLOSING)
def test_each_is_closed_by_its_own_reason(
    code: Code, close: Callable[[Person], object], reason: str, again: datetime | None
) -> None:
    person = a_person(account=an_account())
    assert closed(person) is None
    close(person)
    gate = closed(person)
    assert gate
    assert (gate.gate, gate.next_eligible_at) == (code, again)
    assert gate.reason.startswith(reason)


def test_no_evidence_closes_it() -> None:
    gate = closed(a_person(), evidence={})
    assert gate
    assert gate.gate == Code.NO_EVIDENCE


@pytest.mark.parametrize("place", range(len(CLOSING) - 1))
def test_of_two_the_earlier_one_is_met(place: int) -> None:
    person = a_person(account=an_account())
    (first, close, *_), (_, close_too, *_) = CLOSING[place], CLOSING[place + 1]
    close_too(person)
    close(person)
    gate = closed(person)
    assert gate
    assert gate.gate == first


def test_the_codes_stand_in_this_order() -> None:
    order = list(Code)
    places = [order.index(code) for code, *_ in CLOSING]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("facts", "owned"),
    [
        ({"plan": "Pro"}, True),
        ({"addons": ["analytics"]}, True),
        ({"addons": ["integrations", "other"]}, True),
        ({"addons": ["other"]}, False),
        ({"plan": "analytics"}, False),
        ({"addons": ["pro"]}, False),
        ({"addons": ["Analytics"]}, True),
    ],
)
def test_a_bundle_is_owned_by_any_of_its_parts(facts: dict[str, Any], owned: bool) -> None:
    parts = (Product.objects.get(slug="pro"), a_product("analytics"), a_product("integrations"))
    an_offer("both", a_product("both", "bundle", parts=parts))
    gate = closed(a_person(account=an_account(**facts)), "both")
    assert (gate.gate if gate else None) == (Code.ALREADY_OWNED if owned else None)


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ("ENTERPRISE", "The account already has more: Enterprise."),
        ("team", "The account already has as much: Team."),
        ("pro", "The account already has Pro."),
        ("basic", ""),
        ("unheard of", ""),
        ("", ""),
    ],
)
def test_a_plan_is_not_offered_to_who_has_as_much_or_more(plan: str, reason: str) -> None:
    Product.objects.filter(slug="pro").update(rank=20)
    for name, rank in (("basic", 10), ("team", 20), ("enterprise", 30)):
        a_product(name, "plan", rank=rank)
    gate = closed(a_person(account=an_account(plan=plan)))
    assert (gate.reason if gate else "") == reason
    assert gate is None or (gate.gate, gate.threshold) == (Code.ALREADY_OWNED, ["pro"])


def test_without_a_rank_plans_have_no_order() -> None:
    a_product("enterprise", "plan", rank=30)
    assert closed(a_person(account=an_account(plan="enterprise"))) is None


def test_a_yes_to_a_higher_plan_is_one_to_the_lower_too() -> None:
    Product.objects.filter(slug="pro").update(rank=20)
    more, person = a_product("enterprise", "plan", rank=30), a_person(account=an_account())
    assert closed(person) is None
    an_offer("enterprise", more)
    answered(person, "accepted", offer="enterprise")
    gate = closed(person)
    assert gate
    assert gate.reason == "The account said yes to Enterprise on 2026-03-09."


def test_what_can_be_bought_again_is_never_owned() -> None:
    an_offer("seats", a_product("seats", code=""))
    assert closed(a_person(account=an_account(addons=["", "seats"])), "seats") is None


def test_what_is_not_for_sale_needs_no_price() -> None:
    an_offer("training")
    person = a_person(account=an_account(currency="JPY", prepaid=True))
    assert Code.NO_PRICE not in [gate.gate for gate in judged(person, "training")]
    assert closed(person, "training") is None


@pytest.mark.parametrize(
    ("answer", "ago", "enrollment", "open_again"),
    [
        ("accepted", DAY, 1, False),
        ("accepted", 30 * DAY, 1, True),
        ("accepted", DAY, 7, True),
        ("dismissed", DAY, 1, True),
    ],
    ids=["meanwhile", "long ago", "by the run that asks", "no yes"],
)
def test_a_yes_counts_until_billing_says_more_but_not_against_its_own_run(
    answer: str, ago: timedelta, enrollment: int, open_again: bool
) -> None:
    person = a_person()
    answered(person, answer, ago, enrollment=enrollment)
    assert (closed(person, enrollment=7) is None) == open_again


def test_a_colleagues_yes_to_a_part_of_the_bundle_counts_too() -> None:
    analytics, account = a_product("analytics"), an_account()
    an_offer("analytics", analytics)
    an_offer("both", a_product("both", "bundle", parts=(analytics,)))
    person, colleague = a_person(account=account), a_person(account=account)
    answered(colleague, "accepted", offer="both")
    gate = closed(person, "analytics")
    assert gate
    assert gate.reason == "The account said yes to Both on 2026-03-09."
    assert closed(a_person(), "analytics") is None


@pytest.mark.parametrize(
    ("facts", "barred"),
    [
        ({"prepaid": True, "billing_period": "year"}, True),
        ({"prepaid": True, "billing_period": ""}, True),
        ({"prepaid": True, "billing_period": "month"}, False),
        ({"prepaid": False, "billing_period": "year"}, False),
        ({"prepaid": None, "billing_period": "year"}, False),
    ],
)
def test_who_paid_a_year_ahead_gets_add_ons_and_no_plan(facts: dict[str, Any], barred: bool) -> None:
    an_offer("seats", a_product("seats"))
    an_offer("both", a_product("both", "bundle", parts=(Product.objects.get(slug="pro"),)))
    person = a_person(account=an_account(**facts))
    for slug, plan in (("pro", True), ("both", True), ("seats", False)):
        gate = closed(person, slug)
        assert (gate.gate if gate else None) == (Code.PREPAID_ANNUALLY if barred and plan else None)


def test_the_price_is_told_as_it_was_chosen() -> None:
    person = a_person(account=an_account(country="US"), country="DE")
    gate = next(gate for gate in judged(person) if gate.gate == Code.NO_PRICE)
    assert gate.input == {"currency": "", "country": "US"}
    assert gate.threshold == {"currency": "USD", "period": "month"}


@pytest.mark.parametrize("name", ["eligibility", "applicability", "suitability"])
def test_a_rule_that_nobody_can_answer_closes_it(name: str) -> None:
    saas = {"fact": "trait", "of": "account", "name": "industry", "op": "is", "value": "saas"}
    Offer.objects.update(**{name: saas})
    gate = closed(a_person())
    assert gate
    assert "what is not known" in gate.reason
    assert closed(a_person(account=an_account(industry="saas"))) is None
