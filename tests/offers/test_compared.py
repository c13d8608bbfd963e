"""Another policy beside the one that ran, from stored decisions: by the command and in the admin."""

import random
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from offers_app import bandit, compared, decide, learn, policy, replayed
from offers_app.admin import comparison
from offers_app.models import Decision
from offers_app.off_policy import Verdict
from offers_app.policy import Policy
from people_app.models import Account, Person
from tests.build import a_person, an_account
from tests.conftest import Time
from tests.offers import logged

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
SINCE = NOW - timedelta(days=90)
PAGE = "/admin/offers_app/decision/compare/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def somebody(time: Time, settings: Any) -> tuple[Person, Account]:
    """Whom all is offered to evenly."""
    time.set(NOW)
    settings.OFFERS_EXPLORATION = 1.0
    logged.a_catalog()
    return another()


def another() -> tuple[Person, Account]:
    account = an_account()
    return a_person(account=account), account


def a_log(somebody: tuple[Person, Account], number: int, yes: set[str]) -> None:
    """Of sixty accounts in turn."""
    source = random.Random(4)
    people = [somebody, *(another() for _ in range(min(number, 60) - 1))]
    for minute in range(number):
        at = NOW - timedelta(days=30) + timedelta(minutes=minute)
        logged.answered(*people[minute % len(people)], source.randrange(bandit.SEEDS), at, yes)


def run(*options: str) -> str:
    out = StringIO()
    call_command("compare_policies", *options, stdout=out)
    return out.getvalue()


def test_it_works(somebody: tuple[Person, Account]) -> None:
    a_log(somebody, 360, {"training"})
    found = compared.compare(Policy(exploration=0.1, priorities=(("training", 100),)), SINCE).acceptance
    assert found.decisions == 360
    assert found.logged.mean == pytest.approx(1 / 3, abs=0.08)
    assert found.doubly_robust.low <= 0.9 + 0.1 / 3 <= found.doubly_robust.high
    assert found.effective == pytest.approx(120, rel=0.3)
    assert found.verdict is Verdict.BETTER
    assert compared.compare(Policy(greedy=True, exploration=0.0), SINCE).acceptance.verdict is Verdict.WORSE


def test_one_that_learns_faster_is_given_what_had_been_heard_by_then(
    somebody: tuple[Person, Account],
) -> None:
    """Nothing was counted while it ran, so all knew nothing; counted anew, it finds what is accepted."""
    a_log(somebody, 360, {"training"})
    asked = Policy(exploration=0.1, strength=10.0)
    known = compared._Known(asked)
    knowing = [known.at(row) for row in compared.answered(SINCE)]
    assert knowing[0]["training"] == knowing[0]["pro"] == pytest.approx((0.4, 9.6))
    alpha, beta = knowing[-1]["training"]
    assert alpha / (alpha + beta) > 0.7
    assert compared.compare(asked, SINCE).acceptance.verdict is Verdict.BETTER


def test_it_takes_as_many_statements_for_any_number(somebody: tuple[Person, Account]) -> None:
    counts = []
    for number in (3, 20):
        a_log(somebody, number, {"pro"})
        with CaptureQueriesContext(connection) as captured:
            compared.compare(Policy(strength=10.0), SINCE)
        counts.append(len(captured))
    assert counts[0] == counts[1] == 5


def test_it_reads_some_at_a_time_and_no_gates(
    somebody: tuple[Person, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_log(somebody, 7, {"pro"})
    at_once = compared.compare(Policy(), SINCE), list(compared.answered(SINCE))
    monkeypatch.setattr(compared, "SLICE", 3)
    with CaptureQueriesContext(connection) as captured:
        in_slices = compared.compare(Policy(), SINCE)
    assert len(captured) == 1 + 3
    rows = list(compared.answered(SINCE))
    assert (in_slices, rows) == at_once
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert all(one["gates"] == [] for row in rows for one in row.candidates)
    assert [row.at for row in compared.answered(SINCE, 2)] == [row.at for row in rows[-2:]]


def test_what_is_too_much_is_left_out_and_said(
    admin_client: Client, somebody: tuple[Person, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_log(somebody, 7, {"pro"})
    assert compared.compare(Policy(strength=10.0), SINCE, 7, 7).left_out == ()
    found = compared.compare(Policy(strength=10.0), SINCE, 4, 5)
    assert found.acceptance.decisions == 4
    decisions, answers = found.left_out
    assert "only the newest 4 were looked at" in decisions
    assert "the newest 5, heard after" in answers
    monkeypatch.setattr(comparison, "MOST", 4)
    page = admin_client.get(PAGE, {"days": 90}).content.decode()
    assert decisions in page and "4 answered decisions" in page


def test_what_did_not_pass_its_gates_was_no_choice(somebody: tuple[Person, Account]) -> None:
    a_log(somebody, 1, {"pro"})
    row = Decision.objects.get()
    for one in row.candidates[1:]:
        one["gates"][-1]["passed"] = False
    row.save()
    assert list(compared.answered(SINCE)) == []


def test_many_decisions_of_one_account_make_nothing_sure(somebody: tuple[Person, Account]) -> None:
    source = random.Random(4)
    for minute in range(120):
        at = NOW - timedelta(days=30) + timedelta(minutes=minute)
        logged.answered(*somebody, source.randrange(bandit.SEEDS), at, {"training"})
    found = compared.compare(Policy(exploration=0.1, priorities=(("training", 100),)), SINCE).acceptance
    assert (found.accounts, found.decisions, found.verdict) == (1, 120, Verdict.TOO_EARLY)
    assert "decisions of 1 account," in run("--exploration", "0.1")


def test_only_answered_decisions_with_a_choice_count(somebody: tuple[Person, Account]) -> None:
    a_log(somebody, 3, {"pro"})
    first, second, third = Decision.objects.order_by("at")
    Decision.objects.filter(pk=first.pk).update(candidates=first.candidates[:1])
    Decision.objects.filter(pk=second.pk).update(policy={**second.policy, "version": policy.VERSION + 1})
    assert [row.at for row in compared.answered(SINCE)] == [third.at]
    Decision.objects.filter(pk=third.pk).update(candidates=[])
    with pytest.raises(compared.NothingLogged):
        compared.compare(Policy(), SINCE)


def test_a_decision_that_nobody_saw_does_not_count(somebody: tuple[Person, Account]) -> None:
    ask = logged.an_ask(*somebody)
    choice = decide.offer(ask, decide.catalog([ask], NOW))
    logged.a_proposition(logged.a_decision(choice, somebody[0], NOW), choice)
    learn.run()
    assert list(compared.answered(SINCE)) == []


def test_the_command_says_all_of_it(somebody: tuple[Person, Account]) -> None:
    a_log(somebody, 40, {"training"})
    text = run("--priority", "training=60", "--half-life-days", "30")
    assert "Acceptance per decision" in text and "Value per decision" in text
    assert "doubly robust" in text
    assert text.count("Too early to tell") == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--priority", "pro"], "not of the form"),
        (["--exploration", "2"], "exploration: 2.0 is out of its range"),
        (["--days", "0"], "--days"),
        (["--days", "999999999"], "--days"),
        ([], "No answered decision"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(options: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*options)


def test_the_page_compares_and_changes_nothing(
    admin_client: Client, somebody: tuple[Person, Account]
) -> None:
    a_log(somebody, 360, {"training"})
    assert "Compare policies" in admin_client.get("/admin/offers_app/decision/").content.decode()
    assert "Acceptance per decision" not in admin_client.get(PAGE).content.decode()
    with CaptureQueriesContext(connection) as captured:
        asked: dict[str, Any] = {"days": 90, "offer": "training", "priority": 100, "exploration": 0.1}
        text = admin_client.get(PAGE, asked).content.decode()
    assert "Acceptance per decision: The other policy is better" in text
    assert not [
        one
        for one in captured
        if one["sql"].startswith(("INSERT", "UPDATE", "DELETE")) or "FOR UPDATE" in one["sql"]
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"days": 0}, "greater than or equal to 1"),
        ({"days": 90, "exploration": 3}, "exploration: 3.0 is out of its range"),
        ({"days": 90, "offer": "pro"}, "go together"),
        ({"days": 90, "offer": "none"}, "Select a valid choice"),
        ({"days": 90, "least": "nan"}, "Enter a number"),
        ({"days": 90}, "No answered decision"),
    ],
)
def test_the_page_says_what_is_wrong(
    admin_client: Client, somebody: tuple[Person, Account], asked: dict[str, Any], said: str
) -> None:
    answer = admin_client.get(PAGE, asked)
    assert answer.status_code == 200
    assert said in answer.content.decode()


def test_who_may_not_see_decisions_may_not_compare(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("other", is_staff=True))
    assert client.get(PAGE).status_code == 403


def test_the_policy_is_kept_as_it_was() -> None:
    made = Policy(greedy=True, priorities=(("pro", 3),), least=0.5)
    assert policy.from_json(made.as_json()) == made
    assert replayed.kept_policy(Decision(policy=made.as_json())) == made
