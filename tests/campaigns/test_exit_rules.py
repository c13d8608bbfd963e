"""A rule that ends a run wherever it stands: when it moves, and as soon as something arrives that it asks about."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import advance, exits, explain, pipeline
from campaigns_app.models import Delivery, Enrollment
from offers_app.models import Decision, Proposition
from people_app.models import Account
from signals_app.models import Source
from signals_app.triggered import Batch
from tests.build import a_source
from tests.campaigns.rules import BANNER, EXPORTED, FREE, MAIL, PAID, SAAS, TABLE, publish, told
from tests.conftest import Time
from tests.engine import MORNING, account_of, begun, enrolled, receive, somebody, work
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
WAIT = {"wait_until": {"hours": 12}}


@pytest.fixture(autouse=True)
def morning(time: Time) -> None:
    time.set(MORNING)


@pytest.fixture
def source() -> Source:
    return a_source()


def now_of(run: Enrollment) -> tuple[str, str]:
    run.refresh_from_db()
    return run.state, run.end_reason


@pytest.mark.parametrize(("rule", "holds"), TABLE)
def test_it_ends_the_run_at_its_next_step_where_it_holds(rule: Any, holds: bool | None) -> None:
    publish(exit_when=rule)
    run = enrolled(somebody())
    advance.due()
    assert now_of(run) == (("finished", "exit_rule") if holds else ("active", ""))
    assert Proposition.objects.exists() is not bool(holds), "nothing is shown to whom it ends for"


def test_from_a_waiting_step_within_one_pass(source: Source) -> None:
    publish(exit_when=EXPORTED)
    person, other = somebody(), somebody()
    run, stays = begun(person), begun(other)
    call = {"type": "track", "userId": person.user_id, "event": "Report Exported"}
    receive(source, call)
    assert now_of(run) == ("active", "")
    receive(source, call, {**call, "userId": other.user_id})
    assert now_of(run) == ("finished", "exit_rule")
    assert now_of(stays) == ("active", "")
    assert [one.enrollment_id for one in Proposition.objects.filter(state="live")] == [stays.pk]


def test_facts_of_the_account_end_it_for_all_of_its_people(source: Source) -> None:
    publish(exit_when=PAID)
    person = somebody()
    run = begun(person)
    account = run.account
    group = {"type": "group", "userId": person.user_id, "groupId": account.group_id}
    receive(source, {**group, "traits": {"plan": "team"}})
    assert now_of(run) == ("finished", "exit_rule")


def test_what_anybody_of_the_account_used_in_a_window_ends_it(source: Source) -> None:
    used = {"fact": "meter", "resource": "exports", "window": {"hours": 2}, "op": "at_least", "value": 2}
    publish(exit_when=used)
    person, other = somebody(), somebody()
    colleague = somebody(account=account_of(person))
    run, stays = begun(person), begun(other)
    for who in (colleague, other, colleague):
        assert now_of(run) == ("active", "")
        receive(source, {"type": "track", "userId": who.user_id, "event": "Report Exported"})
    assert now_of(run) == ("finished", "exit_rule")
    assert now_of(stays) == ("active", "")


def test_traits_of_the_person_end_it(source: Source) -> None:
    publish(exit_when={"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "owner"})
    person = somebody()
    run = begun(person)
    receive(source, {"type": "identify", "userId": person.user_id, "traits": {"role": "owner"}})
    assert now_of(run) == ("finished", "exit_rule")


def test_what_arrives_of_others_or_else_looks_at_nobody(source: Source) -> None:
    publish(exit_when=EXPORTED)
    run = begun(somebody())
    with CaptureQueriesContext(connection) as captured:
        exits.from_batch(Batch([]), [], clock.now())
        assert not exits._concerned({}, Batch([]), [])
    assert len(captured) <= 3
    receive(source, {"type": "track", "userId": run.person.user_id, "event": "Something Else"})
    assert now_of(run) == ("active", "")


def test_without_such_a_rule_a_batch_takes_one_statement() -> None:
    begun(somebody())
    with CaptureQueriesContext(connection) as captured:
        exits.from_batch(Batch([]), [], clock.now())
    assert len(captured) == 1


def test_what_waits_to_leave_does_not_and_explain_says_why(time: Time, source: Source) -> None:
    publish([MAIL, WAIT], exit_when={"all": [EXPORTED, FREE]})
    time.set(MORNING.replace(hour=23))
    person = somebody()
    run = begun(person)
    assert Delivery.objects.get().state == "held"
    call = {"type": "track", "userId": person.user_id, "event": "Report Exported"}
    receive(source, call, call)
    assert now_of(run) == ("finished", "exit_rule")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("skipped", "The sequence ended: exit_rule")
    said = explain.evaluations(person, offer="pro-plan")[0]
    assert (said["outcome"], said["gate"]) == ("excluded", "exit_rule")
    assert told(said["gates"][-1]) == [
        ("Times Report Exported in 7 days >= 2", 2, True),
        ("Account plan is free", "free", True),
    ]
    assert said["reason"].startswith("What ends the sequence is so: ")


def test_a_wait_that_asks_by_a_rule_is_looked_at_when_it_comes_true(source: Source) -> None:
    lanes = [{"when": {"rule": EXPORTED}, "steps": [{"exit": {"reason": "exported"}}]}, {"when": "otherwise"}]
    publish([BANNER, {"wait_until": {"hours": 12, "lanes": lanes}}])
    person = somebody()
    run = begun(person)
    call = {"type": "track", "userId": person.user_id, "event": "Report Exported"}
    receive(source, call, call)
    work()
    assert now_of(run) == ("finished", "exported")


def test_the_statements_do_not_grow_with_the_runs(source: Source) -> None:
    publish(exit_when=EXPORTED)
    counts = []
    for number in (1, 20):
        people = [somebody() for _ in range(number)]
        runs = [enrolled(one) for one in people]
        while advance.due():
            pass
        calls = [
            {"type": "track", "userId": one.user_id, "event": "Report Exported"}
            for one in people
            for _ in "12"
        ]
        with CaptureQueriesContext(connection) as captured:
            receive(source, *calls)
        assert {now_of(run) for run in runs} == {("finished", "exit_rule")}
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 5


def test_moving_many_runs_asks_for_their_facts_once() -> None:
    counts = []
    for rule in ({}, {"all": [EXPORTED, FREE]}):
        publish(exit_when=rule)
        for _ in range(15):
            enrolled(somebody())
        with CaptureQueriesContext(connection) as captured:
            assert advance.due() == 15
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 6


def test_a_rule_that_cannot_be_read_ends_nothing() -> None:
    version = publish()
    version.exit_when = {"fact": "moon"}
    version.save()
    run = begun(somebody())
    assert now_of(run) == ("active", "")


def test_the_end_is_told_once_and_only_of_runs_that_were_there() -> None:
    publish(exit_when=SAAS)
    run = begun(somebody())
    Account.objects.filter(pk=run.account_id).update(industry="saas")
    Enrollment.objects.filter(pk=run.pk).update(wake_at=clock.now())
    advance.due()
    assert now_of(run) == ("finished", "exit_rule")
    assert pipeline.process(5) == 0
    assert Decision.objects.filter(gate="exit_rule").count() == 1
