"""Whom an offer is for: its own rule, closed by what does not hold and by what nobody knows."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers_app import decide
from offers_app.models import Offer, Template, Treatment
from people_app.models import Person
from tests.build import a_person, an_account, an_event
from tests.campaigns.rules import EXPORTED, FREE, PAID, SAAS, TABLE, told
from upsell_project.lib.gates import Gate
from upsell_project.lib.rules import ready

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture(autouse=True)
def catalog() -> None:
    for slug, priority in (("pro", 10), ("seats", 5)):
        Offer.objects.create(slug=slug, name=slug.title(), priority=priority, live=True)
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")


def ask(person: Person, *offers: str) -> decide.Ask:
    account = person.memberships.select_related("account").get().account
    return decide.Ask(person, account, offers or ("pro",), "nudge", "in_app", {"used": 17})


def choose(person: Person, *offers: str) -> decide.Choice:
    asked = ask(person, *offers)
    return decide.offer(asked, decide.catalog([asked], NOW))


def only_for(rule: Any, slug: str = "pro") -> None:
    Offer.objects.filter(slug=slug).update(eligibility=rule)


def gate_of(choice: decide.Choice) -> Gate:
    return next(gate for gate in choice.gates if gate.gate == "not_eligible")


@pytest.mark.parametrize(("rule", "holds"), TABLE)
def test_it_is_only_for_whom_its_rule_holds(rule: Any, holds: bool | None) -> None:
    only_for(rule)
    choice = choose(a_person(account=an_account()))
    assert (choice.offer is not None) is (holds is True)
    gate = gate_of(choice)
    assert gate.passed is (holds is True)
    assert gate.threshold == ready.of(rule).sentence
    if holds is not True:
        word = "what is not so" if holds is False else "what is not known"
        assert gate.reason.startswith(f"The offer Pro asks for {word}: ")
        assert choice.gates[-1] is gate


def test_an_offer_without_a_rule_is_for_everybody() -> None:
    choice = choose(a_person())
    assert choice.offer
    assert "not_eligible" not in [gate.gate for gate in choice.gates]


def test_each_condition_is_told_with_its_value_and_the_reason_names_what_failed() -> None:
    only_for({"all": [FREE, SAAS, EXPORTED]})
    person = a_person(account=an_account())
    an_event(person, "Report Exported")
    gate = gate_of(choose(person))
    assert told({"input": gate.input}) == [
        ("Account plan is free", "free", True),
        ("Account industry is saas", None, None),
        ("Times Report Exported in 7 days >= 2", 1, False),
    ]
    assert gate.reason == "The offer Pro asks for what is not so: Times Report Exported in 7 days >= 2."
    an_event(person, "Report Exported")
    assert gate_of(choose(person)).reason.endswith("not known: Account industry is saas.")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("email", "ana@corp.test", "a***@c***.test"),
        ("boss", "ben@corp.test", "b***@c***.test"),
        ("title", "owner", "owner"),
    ],
)
def test_addresses_are_masked_in_what_is_told(name: str, value: str, shown: str) -> None:
    only_for({"fact": "trait", "of": "person", "name": name, "op": "contains", "value": "x"})
    gate = gate_of(choose(a_person(traits={name: value})))
    assert gate.input["conditions"][0]["value"] == shown


def test_it_is_met_after_what_they_own_and_before_what_they_turned_down() -> None:
    only_for(FREE)
    met = [gate.gate for gate in choose(a_person(account=an_account())).gates]
    assert met[2:5] == ["already_owned", "not_eligible", "dismissed_earlier"]


def test_the_next_best_is_taken_when_the_best_is_not_for_them() -> None:
    only_for(PAID)
    only_for(FREE, "seats")
    choice = choose(a_person(account=an_account()), "pro", "seats")
    assert choice.offer
    assert choice.offer.slug == "seats"


def test_a_rule_that_cannot_be_read_is_for_nobody() -> None:
    only_for({"fact": "moon"})
    choice = choose(a_person())
    assert choice.offer is None
    assert choice.gates[-1].reason == "The offer Pro has a rule that cannot be read, so it is for nobody."


def test_each_is_judged_by_their_own_account() -> None:
    only_for(EXPORTED | {"of": "account"})
    busy, calm = a_person(account=an_account()), a_person(account=an_account())
    for _ in range(2):
        an_event(busy, "Report Exported")
    asks = [ask(busy), ask(calm)]
    known = decide.catalog(asks, NOW)
    assert [bool(decide.offer(one, known).offer) for one in asks] == [True, False]


def test_the_statements_do_not_grow_with_the_people() -> None:
    only_for(
        {
            "all": [
                EXPORTED,
                {"fact": "entitlement", "resource": "x", "share": "ratio", "op": "at_least", "value": 0},
            ]
        }
    )
    counts = []
    for number in (1, 40):
        asks = [ask(a_person(account=an_account(caps={"x": 3}))) for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            known = decide.catalog(asks, NOW)
            assert [decide.offer(one, known).gates[-1].gate for one in asks] == ["not_eligible"] * number
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 4 + 8


def test_without_a_rule_nothing_more_is_asked() -> None:
    asks = [ask(a_person())]
    with CaptureQueriesContext(connection) as captured:
        decide.catalog(asks, NOW)
    assert len(captured) == 7, "texts, offers, their caps, what was answered, what was learned, claims"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"all": [FREE, {**FREE, "op": "isnt"}]}, "all[1].op must be one of"),
        ({"any": []}, "any must be a list"),
        ([FREE], "The rule must be an object"),
    ],
)
def test_what_no_rule_is_says_where(rule: Any, said: str) -> None:
    offer = Offer.objects.get(slug="pro")
    offer.eligibility = rule
    with pytest.raises(ValidationError) as refused:
        offer.full_clean()
    assert any(one.startswith(said) for one in refused.value.message_dict["eligibility"])
