"""Of several answers to one offer the strongest counts, and none is lost."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from offers_app import answers, decide
from offers_app.models import Decision, Offer, OfferCap, Proposition, Template, Treatment
from people_app.models import Account, Person
from tests.build import a_person, an_account
from tests.offers.selling import a_cap, a_product, an_offer
from upsell_project.lib.gates import Gate

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
GIVEN = answers.WEAKEST_FIRST[1:]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def account() -> Account:
    return an_account()


@pytest.fixture
def person(account: Account) -> Person:
    return a_person(account=account)


@pytest.fixture
def offer() -> Offer:
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(template=template, channel="in_app", locale="en", headline="x", body="x")
    return an_offer("pro", sells=a_product("pro", "plan"))


@pytest.fixture
def shown(offer: Offer, person: Person, account: Account) -> Proposition:
    return Proposition.objects.create(
        decision=Decision.objects.create(at=NOW, person=person, outcome="delivered"),
        person=person,
        account=account,
        enrollment_id=1,
        offer=offer,
        topic="x",
        channel="in_app",
        ready_at=NOW,
        expires_at=NOW + 24 * HOUR,
    )


def said(shown: Proposition, *kinds: str) -> Proposition:
    """An hour apart."""
    for hours, kind in enumerate(kinds):
        answers.keep(shown.pk, kind, NOW + hours * HOUR)
    shown.refresh_from_db()
    return shown


def gates(person: Person, account: Account, at: datetime) -> dict[str, Gate]:
    ask = decide.Ask(person, account, ["pro"], "nudge", "in_app", {"used": 1})
    return {gate.gate.value: gate for gate in decide.offer(ask, decide.catalog([ask], at)).gates}


def test_it_works(shown: Proposition) -> None:
    said(shown, "dismissed", "declined")
    assert (shown.answer, shown.answered_at) == ("declined", NOW + HOUR)
    assert shown.also_said == {"dismissed": NOW.isoformat()}
    assert shown.answers == {"dismissed", "declined"}


def test_the_order_in_which_they_come_does_not_matter(shown: Proposition) -> None:
    for kinds in permutations(("replied", "dismissed", "accepted", "declined")):
        Proposition.objects.update(answer="", answered_at=None, also_said={})
        said(shown, *kinds, *kinds)
        assert (shown.answer, shown.answers) == ("declined", set(kinds))
        assert shown.answered_at == NOW + kinds.index("declined") * HOUR


@pytest.mark.parametrize("later", GIVEN)
@pytest.mark.parametrize("first", [one for one in GIVEN if one in OfferCap.Outcome.values])
def test_no_later_answer_frees_what_an_earlier_one_closed_by_a_cap(
    shown: Proposition, person: Person, account: Account, offer: Offer, first: str, later: str
) -> None:
    a_cap(offer, 1, 365, outcome=first)
    said(shown, first, later)
    met = gates(person, account, NOW + timedelta(days=200))["offer_cap"]
    assert (met.passed, met.next_eligible_at) == (False, NOW + timedelta(days=365))


def test_a_yes_that_was_taken_back_is_a_no_of_theirs_and_still_a_yes_of_the_account(
    shown: Proposition, person: Person, account: Account
) -> None:
    said(shown, "accepted", "feedback")
    assert shown.answer == "feedback"
    colleague = a_person(account=account)
    assert not gates(colleague, account, NOW + timedelta(days=29))["already_owned"].passed
    assert gates(colleague, account, NOW + timedelta(days=31))["already_owned"].passed
    later = gates(person, account, NOW + timedelta(days=60))["dismissed_earlier"]
    assert (later.passed, later.next_eligible_at) == (False, NOW + HOUR + timedelta(days=90))
