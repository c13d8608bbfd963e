"""A rule that ends a run is judged where no event comes: lists, segments, scores, answers, and time itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import exits, outcomes, standing, sweeps, turning
from campaigns_app.models import Enrollment, Playbook
from offers_app.models import Decision, Proposition
from people_app.models import Person
from signals_app import again, segments
from signals_app.models import Score, Segment, SignalDefinition
from signals_app.segments import lists
from signals_app.triggered import Batch
from tests.build import a_source, an_event
from tests.campaigns.rules import BANNER, EXPORTED, publish
from tests.conftest import Time
from tests.engine import MORNING, a_signal, account_of, act, begun, offer_of, receive, somebody, work
from tests.signals.segments_world import a_segment, refreshed, within
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
QUIET = {
    "fact": "events",
    "names": ["Session Started"],
    "window": {"hours": 2},
    "op": "at_most",
    "value": 0,
}
OWNER = {"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "owner"}
HEALTHY = {"fact": "score", "name": "health", "op": "at_least", "value": 0.5}
DECLINED = {
    "fact": "answer",
    "answer": "declined",
    "window": {"days": 7},
    "op": "at_least",
    "value": 1,
}


@pytest.fixture(autouse=True)
def morning(time: Time) -> None:
    time.set(MORNING)
    SignalDefinition.objects.update(live=False)
    a_segment("stop")


def hourly() -> None:
    """The jobs, as they follow when it is said that there is work."""
    while sweeps.waiting():
        sweeps.run()
    work()


def now_of(run: Enrollment) -> tuple[str, str]:
    run.refresh_from_db()
    return run.state, run.end_reason


OVER = ("finished", "exit_rule")
GOES_ON = ("active", "")


def put_on_a_list(person: Person) -> None:
    lists.add(Segment.objects.get(slug="stop"), [person.user_id or ""], "staff")


def put_in_a_segment_by_a_pass(person: Person) -> None:
    Segment.objects.filter(slug="stop").update(kind=Segment.Kind.RULE, rule=OWNER)
    Person.objects.filter(pk=person.pk).update(role="owner")
    refreshed()


def scored(person: Person) -> None:
    account = account_of(person)
    Score.objects.create(account=account, name="health", value="0.9", at=clock.now())
    again.scored("health", [account.pk])


NEWS: dict[str, tuple[dict[str, Any], Callable[[Person], None]]] = {
    "list": (within("stop"), put_on_a_list),
    "segment": (within("stop"), put_in_a_segment_by_a_pass),
    "score": (HEALTHY, scored),
}


@pytest.mark.parametrize("name", NEWS)
def test_news_without_an_event_ends_it_at_once(name: str) -> None:
    rule, happens = NEWS[name]
    publish(exit_when=rule)
    person, other = somebody(), somebody()
    run, stays = begun(person), begun(other)
    happens(person)
    work()
    assert now_of(run) == OVER
    assert now_of(stays) == GOES_ON


def test_an_answer_to_another_offer_ends_it_at_once() -> None:
    publish(exit_when=DECLINED)
    person = somebody()
    run = begun(person)
    Enrollment.objects.filter(pk=run.pk).update(wake_at=clock.now() + timedelta(hours=9))
    again.answered([(person.pk, run.account_id)], "shown")
    run.refresh_from_db()
    assert run.wake_at != clock.now()
    again.answered([(person.pk, run.account_id)], "declined")
    run.refresh_from_db()
    assert run.wake_at == clock.now()
    act(person, offer_of(run), "declined")
    work()
    assert now_of(run)[0] == "finished"


def test_an_offer_that_was_ignored_in_another_run_ends_it_at_once() -> None:
    publish(exit_when=DECLINED | {"answer": "ignored"})
    run = begun(somebody())
    other = Enrollment.objects.get(pk=run.pk)
    other.pk, other.playbook = None, Playbook.objects.create(slug="another", name="Another")
    other.save(force_insert=True)
    Proposition.objects.filter(enrollment_id=run.pk).update(enrollment_id=other.pk, viewed_at=clock.now())
    outcomes.finish([(other, "no_engagement")], standing.policy(), clock.now())
    run.refresh_from_db()
    assert run.wake_at == clock.now()
    work()
    assert now_of(run) == OVER


def test_what_nobody_asks_wakes_nobody() -> None:
    publish(exit_when=HEALTHY)
    person = somebody()
    run = begun(person)
    wakes = run.wake_at
    again.answered([(person.pk, run.account_id)], "declined")
    again.scored("propensity", [run.account_id])
    put_on_a_list(person)
    run.refresh_from_db()
    assert run.wake_at == wakes


def test_a_signal_that_a_sweep_finds_ends_it() -> None:
    found = {"fact": "signal", "slug": "renewal-window", "window": {"days": 7}, "op": "known"}
    publish(exit_when=found)
    person = somebody()
    run = begun(person)
    signal = a_signal(person, account_of(person), "renewal-window")
    exits.from_batch(Batch(()), [signal], clock.now())
    assert now_of(run) == OVER


def test_a_wait_is_over_as_soon_as_somebody_is_put_on_a_list() -> None:
    lanes = [
        {"when": {"rule": within("stop")}, "steps": [{"exit": {"reason": "listed"}}]},
        {"when": "otherwise"},
    ]
    publish([BANNER, {"wait_until": {"hours": 12, "lanes": lanes}}])
    person = somebody()
    run = begun(person)
    put_on_a_list(person)
    work()
    assert now_of(run) == ("finished", "listed")


def test_time_alone_ends_it_within_the_hour(time: Time) -> None:
    publish(exit_when=QUIET)
    active, quiet = somebody(), somebody()
    for person in (active, quiet):
        an_event(person, "Session Started")
    run, over = begun(active), begun(quiet)
    hourly()
    assert now_of(over) == GOES_ON
    time.move(hours=2)
    an_event(active, "Session Started")
    hourly()
    assert (now_of(run), now_of(over)) == (GOES_ON, OVER)
    assert Decision.objects.get(gate="exit_rule").enrollment_id == over.pk
    assert not sweeps.waiting()


def test_time_alone_opens_a_wait_within_the_hour(time: Time) -> None:
    lanes = [{"when": {"rule": QUIET}, "steps": [{"exit": {"reason": "quiet"}}]}, {"when": "otherwise"}]
    publish([BANNER, {"wait_until": {"hours": 12, "lanes": lanes}}])
    person = somebody()
    an_event(person, "Session Started")
    run = begun(person)
    hourly()
    assert now_of(run) == GOES_ON
    time.move(hours=3)
    hourly()
    assert now_of(run) == ("finished", "quiet")


def test_runs_whose_rules_time_cannot_make_true_are_not_looked_at(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(exit_when=EXPORTED)
    begun(somebody())
    looked: list[int] = []
    monkeypatch.setattr(exits, "look", lambda runs, *_: looked.extend(run.pk for run in runs))
    hourly()
    time.move(hours=1)
    hourly()
    assert not looked


def test_interrupted_it_goes_on_where_it_was_and_one_that_fails_keeps_no_other(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(exit_when=QUIET)
    people = [somebody() for _ in range(5)]
    for person in people:
        an_event(person, "Session Started")
    runs = [begun(person) for person in people]
    time.move(hours=3)
    monkeypatch.setattr(turning, "CHUNK", 2)
    look = exits.look
    seen: list[int] = []

    def noted(those: Any, *more: Any) -> None:
        if any(run.pk == runs[3].pk for run in those):
            raise ValueError
        seen.extend(run.pk for run in those)
        look(those, *more)

    monkeypatch.setattr(exits, "look", noted)
    assert turning.step()
    assert [now_of(run) for run in runs] == [OVER] * 2 + [GOES_ON] * 3
    while turning.step():
        pass
    assert seen == [run.pk for run in (*runs[:3], runs[4])], "nobody twice"
    assert [now_of(run) for run in runs] == [OVER] * 3 + [GOES_ON, OVER]
    assert not turning.waiting()
    time.move(hours=1)
    assert turning.waiting()


def test_a_clock_that_was_set_back_stops_no_look(time: Time) -> None:
    publish(exit_when=QUIET)
    person = somebody()
    an_event(person, "Session Started")
    begun(person)
    hourly()
    assert not turning.waiting()
    time.move(days=-1)
    assert turning.waiting()
    hourly()
    assert not turning.waiting()


def test_what_comes_in_beside_a_segment_ends_it_in_the_same_pass() -> None:
    """Somebody who is moved by their own event."""
    Segment.objects.filter(slug="stop").update(kind=Segment.Kind.RULE, rule={**EXPORTED, "value": 1})
    refreshed()
    publish(exit_when=within("stop"))
    person = somebody()
    run = begun(person)
    receive(a_source(), {"type": "track", "userId": person.user_id, "event": "Report Exported"})
    work()
    assert segments.waiting() is False
    assert now_of(run) == OVER
