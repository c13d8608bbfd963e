"""Own figures beside the median of the industry, and nothing where too few could be told apart."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers_app import cohort, decide, personalize, wording
from offers_app.cohort import MINIMUM, Question
from offers_app.models import Template, Treatment
from people_app.models import Account
from signals_app.models import MeterTotal
from tests.build import a_person, an_account
from tests.offers.selling import an_offer

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def used(account: Account, amount: int, period: date = MARCH, **fields: Any) -> None:
    given = {"resource": "exports", "last_event_at": NOW, **fields}
    MeterTotal.objects.create(account=account, period=period, used=amount, **given)


def others(count: int, first: int = 1, industry: str = "fintech", **fields: Any) -> None:
    """They used first, first + 1, ..."""
    for number in range(count):
        used(an_account(industry=industry), first + number, **fields)


def own(amount: int = 40, industry: str = "fintech") -> Account:
    account = an_account(industry=industry)
    used(account, amount)
    return account


def asked(account: Account, since: date = MARCH) -> Question:
    return Question(account.pk, "exports", since, NOW.date())


def test_it_works() -> None:
    account = own(40)
    others(MINIMUM)
    question = asked(account)
    found = cohort.compare([question])[question]
    assert (found.own, found.median, found.size, found.industry) == (Decimal(40), Decimal(11), 20, "fintech")


def test_one_too_few_is_no_cohort() -> None:
    account = own()
    others(MINIMUM - 1)
    assert cohort.compare([asked(account)]) == {}
    others(1)
    assert cohort.compare([asked(account)])


@pytest.mark.parametrize(
    "strangers",
    [
        {"industry": "ecommerce"},
        {"period": FEBRUARY},
        {"resource": "seats"},
        {"newest": True},
        {"first": 0, "count": 1},
    ],
    ids=["another industry", "another month", "another resource", "a last value", "used nothing"],
)
def test_who_is_not_like_them_does_not_count(strangers: dict[str, Any]) -> None:
    account = own()
    others(MINIMUM - 1)
    others(**{"count": 5, **strangers})
    assert cohort.compare([asked(account)]) == {}


def test_merged_accounts_do_not_count() -> None:
    account = own()
    others(MINIMUM)
    gone = Account.objects.exclude(pk=account.pk).first()
    assert gone
    Account.objects.filter(pk=gone.pk).update(merged_into=account)
    assert cohort.compare([asked(account)]) == {}


@pytest.mark.parametrize("account", [{"industry": ""}, {"amount": 0}])
def test_of_whom_nothing_is_known_nothing_is_compared(account: dict[str, Any]) -> None:
    others(MINIMUM, industry=account.get("industry", "fintech"))
    assert cohort.compare([asked(own(**account))]) == {}


def test_the_window_adds_up_months() -> None:
    account = own(40)
    used(account, 60, FEBRUARY)
    others(MINIMUM)
    question = asked(account, FEBRUARY)
    assert cohort.compare([question])[question].own == Decimal(100)


def test_one_statement_for_all() -> None:
    others(MINIMUM + 5)
    for count in (1, 15):
        questions = [asked(own()) for _ in range(count)]
        with CaptureQueriesContext(connection) as captured:
            assert len(cohort.compare(questions)) == count
        assert len(captured) == 1
    assert cohort.compare([]) == {}


@pytest.mark.parametrize(
    ("evidence", "since", "upto"),
    [
        ({}, MARCH, NOW.date()),
        ({"period": "2026-02-01"}, FEBRUARY, NOW.date()),
        ({"from": "2026-02-10", "to": "2026-02-20"}, date(2026, 2, 10), date(2026, 2, 20)),
        ({"to": "2027-01-01"}, MARCH, NOW.date()),
        ({"from": "soon", "period": 7}, MARCH, NOW.date()),
    ],
)
def test_the_window_is_that_of_the_evidence(evidence: dict[str, Any], since: date, upto: date) -> None:
    assert cohort.question(1, {"resource": "exports", **evidence}, NOW) == Question(1, "exports", since, upto)


@pytest.mark.parametrize("evidence", [{}, {"resource": 3}, {"resource": "x", "from": "2026-05-01"}])
def test_without_a_resource_or_a_window_there_is_no_question(evidence: dict[str, Any]) -> None:
    assert cohort.question(1, evidence, NOW) is None


@pytest.mark.parametrize(("count", "said"), [(MINIMUM, "<p>40 against 11 of others.</p>"), (3, "<p>Hi.</p>")])
def test_a_text_says_it_or_leaves_it_out(count: int, said: str) -> None:
    account, offer = own(), an_offer("pro")
    others(count)
    text = "<p>{% if peers.median %}{{ peers.own }} against {{ peers.median }} of others.{% else %}Hi.{% endif %}</p>"
    template = Template.objects.create(slug="recap", name="Recap")
    treatment = Treatment.objects.create(template=template, channel="email", headline="x", why="x", body=text)
    person = a_person(account=account)
    ask = decide.Ask(person, account, ["pro"], "recap", "email", {"resource": "exports", "used": 40})
    known = decide.catalog([ask], NOW)
    context = personalize.context(person, account, offer, ask.evidence, NOW, "en", known.more(ask))
    content = wording.proposition_content(treatment, offer, context, channel="email", proposition_id="p")
    assert content["html"] == said


def test_texts_that_do_not_compare_ask_nothing() -> None:
    template = Template.objects.create(slug="nudge", name="Nudge")
    Treatment.objects.create(template=template, channel="email", headline="x", why="x", body="x")
    account = own()
    others(MINIMUM)
    an_offer("pro")
    ask = decide.Ask(a_person(account=account), account, ["pro"], "nudge", "email", {"resource": "exports"})
    assert decide.catalog([ask], NOW).peers == {}
