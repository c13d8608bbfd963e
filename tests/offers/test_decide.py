"""One honest offer for one person, and why not the others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from offers_app import decide
from offers_app.models import Decision, Offer, Proposition, Template, Treatment
from people_app.models import Person
from tests.build import a_person, an_account
from tests.offers.selling import a_product, an_offer

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture(autouse=True)
def catalog() -> None:
    an_offer("pro", a_product("pro", "plan"), priority=10)
    an_offer("seats", a_product("seats"), priority=5)
    template = Template.objects.create(slug="nudge", name="Nudge")
    for locale in ("en", "de", "pt-BR"):
        Treatment.objects.create(template=template, channel="in_app", locale=locale, headline="x", body="x")


def choose(person: Person | None = None, now: datetime = NOW, **fields: Any) -> decide.Choice:
    person = person or a_person(account=an_account())
    membership = person.memberships.select_related("account").get()
    asked: dict[str, Any] = {
        "offers": ["seats", "pro"],
        "template": "nudge",
        "channel": "in_app",
        "evidence": {"used": 17, "secret": "x"},
        **fields,
    }
    ask = decide.Ask(person, membership.account, **asked)
    return decide.offer(ask, decide.catalog([ask], now))


def stopped(choice: decide.Choice) -> str:
    assert choice.offer is None
    assert choice.treatment is None
    assert [gate.passed for gate in choice.gates] == [True] * (len(choice.gates) - 1) + [False]
    return choice.gates[-1].gate


def test_it_works() -> None:
    choice = choose()
    assert choice.offer
    assert choice.treatment
    assert (choice.offer.slug, choice.treatment.locale) == ("pro", "en")
    assert [g.gate for g in choice.gates] == [
        "offer_off",
        "no_evidence",
        "already_owned",
        "no_price",
        "dismissed_earlier",
        "no_treatment",
    ]
    assert choice.gates[1].input == {"used": 17}, "only figures are noted, not whatever the evidence holds"


def test_the_next_best_is_taken_when_the_best_is_owned() -> None:
    choice = choose(a_person(account=an_account(plan="PRO")))
    assert choice.offer
    assert choice.offer.slug == "seats"


def test_what_is_owned_is_never_offered() -> None:
    assert stopped(choose(a_person(account=an_account(plan="pro", addons=["seats"])))) == "already_owned"


def test_an_offer_that_is_off_or_unknown_is_not_chosen() -> None:
    assert stopped(choose(offers=["nothing"])) == "offer_off"
    Offer.objects.update(live=False)
    assert stopped(choose()) == "offer_off"


def test_no_evidence_no_offer() -> None:
    assert stopped(choose(evidence={})) == "no_evidence"


def test_an_offer_needs_words_for_the_channel() -> None:
    assert stopped(choose(channel="email")) == "no_treatment"


def turned_down(person: Person, slug: str, answer: str, ago: timedelta) -> None:
    decision = Decision.objects.create(at=NOW, person=person, outcome="delivered")
    Proposition.objects.create(
        decision=decision,
        person=person,
        enrollment_id=1,
        offer=Offer.objects.get(slug=slug),
        topic="x",
        channel="in_app",
        ready_at=NOW - ago,
        expires_at=NOW,
        answer=answer,
        answered_at=NOW - ago,
    )


@pytest.mark.parametrize("answer", ["declined", "opted_out", "feedback"])
def test_a_no_is_a_no_for_90_days(answer: str) -> None:
    person = a_person()
    turned_down(person, "pro", answer, timedelta(days=90) - timedelta(seconds=1))
    choice = choose(person, offers=["pro"])
    assert stopped(choice) == "dismissed_earlier"
    assert choice.gates[-1].next_eligible_at == NOW + timedelta(seconds=1)
    assert choose(person, NOW + timedelta(seconds=1), offers=["pro"]).offer


@pytest.mark.parametrize("answer", ["", "dismissed", "accepted", "snoozed"])
def test_other_answers_are_no_no(answer: str) -> None:
    person = a_person()
    turned_down(person, "pro", answer, timedelta(days=1))
    assert choose(person, offers=["pro"]).offer


def test_of_two_noes_the_newer_counts() -> None:
    person = a_person()
    for days in (1, 80, 40):
        turned_down(person, "pro", "declined", timedelta(days=days))
    assert choose(person, offers=["pro"]).gates[-1].next_eligible_at == NOW + timedelta(days=89)


def test_the_no_of_another_person_or_to_another_offer_does_not_count() -> None:
    person, other = a_person(), a_person()
    turned_down(other, "pro", "declined", timedelta(days=1))
    turned_down(person, "seats", "declined", timedelta(days=1))
    choice = choose(person)
    assert choice.offer
    assert choice.offer.slug == "pro"


@pytest.mark.parametrize(
    ("locale", "found"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("de_AT", "de"),
        ("pt_br", "pt-BR"),
        ("fr", "en"),
        ("", "en"),
        ("-", "en"),
    ],
)
def test_words_in_the_persons_language_or_english(locale: str, found: str) -> None:
    treatment = choose(a_person(locale=locale)).treatment
    assert treatment
    assert treatment.locale == found
