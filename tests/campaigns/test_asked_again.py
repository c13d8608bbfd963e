"""Whoever was noted is asked again: in turns with everything else, and later where that fails."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from campaigns_app import asked_again, sweeps
from people_app.models import Person
from signals_app import again, compiled, detect, noted
from signals_app.knowing import loading
from signals_app.knowing.surely import MOST_IN_VAIN
from signals_app.models import Answer, AskAgain, Signal, SignalDefinition, Sweep
from signals_app.subjects import Subject
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock, queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def a_definition(rule: dict[str, Any], swept: bool = True) -> None:
    swept_at = clock.now() if swept else None
    SignalDefinition.objects.create(
        slug=uuid.uuid4().hex,
        name="Moment",
        detector="rule",
        config={"rule": rule},
        live=True,
        swept_at=swept_at,
    )


def people() -> list[int | None]:
    return list(Signal.objects.order_by("pk").values_list("person_id", flat=True))


def later() -> None:
    """So late that whoever waits is due."""
    AskAgain.objects.update(retry_at=clock.real())


def to_be_asked(count: int) -> list[Person]:
    people = [a_person() for _ in range(count)]
    rule = {"fact": "answer", "answer": "dismissed", "window": {"days": 3}, "op": "at_least", "value": 1}
    a_definition(rule)
    for person in people:
        Answer.objects.create(person=person, offer="x", answer="dismissed", at=clock.now())
    again.answered(((person.pk, None) for person in people), "dismissed")
    return people


@pytest.mark.parametrize("error", [ValueError, OperationalError])
def test_what_goes_wrong_with_everybody_drops_nothing_of_what_was_noted(
    time: Time, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    everybody = to_be_asked(25)

    def fails(*_: Any) -> list[Signal]:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(detect, "swept", fails)
        sweeps.run()
    assert AskAgain.objects.count() == 25
    sweeps.run()
    assert people() == [one.pk for one in everybody]


def test_of_those_noted_who_cannot_be_judged_keeps_nobody_from_it(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    everybody = to_be_asked(30)
    bad, swept, calls = everybody[-1].pk, detect.swept, []

    def fails(pairs: Any, *more: Any) -> list[Signal]:
        pairs = list(pairs)
        calls.append(len(pairs))
        if any(subject.person == bad for _, subject in pairs):
            raise ValueError
        return swept(pairs, *more)

    with monkeypatch.context() as patch:
        patch.setattr(detect, "swept", fails)
        sweeps.run()
    assert people() == [one.pk for one in everybody[:-1]] and not sweeps.waiting()
    assert AskAgain.objects.get().person_id == bad
    assert len(calls) <= 13, "half of them at a time, not all of them again before each"
    later()
    sweeps.run()
    assert people() == [one.pk for one in everybody] and not AskAgain.objects.exists()


def test_what_was_noted_gives_way_to_others(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    to_be_asked(3)
    monkeypatch.setattr(noted.take, "__defaults__", (1,))
    monkeypatch.setattr(sweeps, "SECONDS_A_TURN", -1.0)
    monkeypatch.setattr(sweeps, "SECONDS_A_JOB", -1.0)
    queue.the_queue().connection.flushdb()
    queue.nudge_now("steps")
    sweeps.run()
    assert AskAgain.objects.count() == 2


def test_sweeps_go_on_though_ever_more_is_noted(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    (ana,) = to_be_asked(1)
    silence = {"fact": "events", "names": [], "window": {"days": 14}, "op": "less_than", "value": 1}
    for _ in range(2):
        a_definition(silence, swept=False)
    monkeypatch.setattr(queue, "others_wait", lambda _: True)
    monkeypatch.setattr(sweeps, "SECONDS_A_TURN", 0.0)
    monkeypatch.setattr(sweeps, "SECONDS_A_JOB", 0.0)
    asks = asked_again.step

    def more() -> bool:
        asked = asks()
        again.answered([(ana.pk, None)], "dismissed")
        return asked

    monkeypatch.setattr(asked_again, "step", more)
    for _ in range(3):
        sweeps.run()
    assert AskAgain.objects.exists()
    assert Sweep.objects.filter(running=False).count() == 2


def test_a_release_that_fails_with_few_takes_none_of_their_moments(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = to_be_asked(3)
    with monkeypatch.context() as patch:
        patch.setattr(loading, "load", unreadable)
        sweeps.run()
        assert AskAgain.objects.filter(failed=1).count() == 3 and not noted.waiting()
        later()
        sweeps.run()
        assert AskAgain.objects.filter(failed=2).count() == 3
    later()
    sweeps.run()
    assert people() == [one.pk for one in few]


def unreadable(*_: Any) -> list[Any]:
    raise ValueError


def test_what_could_not_be_looked_at_when_it_came_is_looked_at_later(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    ping = {"fact": "events", "names": ["Ping"], "window": {"days": 3}, "op": "at_least", "value": 1}
    a_definition(ping)
    server = a_source()
    with monkeypatch.context() as patch:
        patch.setattr(loading, "load", unreadable)
        for _ in range(2):
            receive(server, {"type": "track", "userId": "ann", "event": "Ping"})
    assert people() == [] and AskAgain.objects.get().failed == 1
    later()
    sweeps.run()
    assert people() == [Person.objects.get().pk] and not AskAgain.objects.exists()


def test_it_is_tried_ever_more_rarely_and_then_no_more(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    to_be_asked(1)
    monkeypatch.setattr(loading, "load", unreadable)
    waited = []
    sweeps.run()
    while row := AskAgain.objects.first():
        waited.append(row.retry_at - clock.real())
        later()
        sweeps.run()
    minutes = [round(one / timedelta(minutes=1)) for one in waited]
    assert minutes == [5 * 2**number for number in range(again.MOST_TRIES)]
    assert timedelta(days=2) < sum(waited, timedelta()) < timedelta(days=4)


def test_what_this_release_cannot_read_is_asked_by_the_next(time: Time) -> None:
    (ana,) = to_be_asked(1)
    sound = SignalDefinition.objects.get().config
    SignalDefinition.objects.update(config={"rule": {"fact": "nonsense"}})
    sweeps.run()
    assert AskAgain.objects.get().failed == 1
    SignalDefinition.objects.update(config=sound)
    later()
    sweeps.run()
    assert people() == [ana.pk] and not AskAgain.objects.exists()


def test_after_a_release_that_cannot_read_it_everybody_is_looked_at(time: Time) -> None:
    ping = {"fact": "events", "names": ["Ping"], "window": {"days": 3}, "op": "at_least", "value": 1}
    a_definition(ping)
    time.move(hours=2)
    SignalDefinition.objects.update(config={"rule": {"fact": "nonsense"}})
    sweeps.run()
    receive(a_source(), {"type": "track", "userId": "ann", "event": "Ping"})
    SignalDefinition.objects.update(config={"rule": ping})
    assert people() == []
    Sweep.objects.update(retry_at=None)
    sweeps.run()
    assert people() == [Person.objects.get().pk]


def test_one_account_whose_colleagues_fail_keeps_no_other_waiting(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
    a_definition(free)
    bad, good = an_account("bad", plan="free"), an_account("good", plan="free")
    for number in range(MOST_IN_VAIN + 5):
        a_person(f"u{number}", account=bad)
    ana = a_person("ana", account=good)
    (one,) = compiled.sound(SignalDefinition.objects.all())
    again.note([(one, Subject(None, bad.pk)), (one, Subject(None, good.pk))])
    swept = detect.swept

    def fails(pairs: Any, *more: Any) -> list[Signal]:
        pairs = list(pairs)
        if any(subject.account == bad.pk for _, subject in pairs):
            raise ValueError
        return swept(pairs, *more)

    monkeypatch.setattr(detect, "swept", fails)
    sweeps.run()
    assert people() == [ana.pk] and not noted.waiting()
    assert AskAgain.objects.filter(failed=1, account=bad).count() == MOST_IN_VAIN + 5


def test_new_news_of_who_waits_is_asked_at_once(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    (ana,) = to_be_asked(1)
    with monkeypatch.context() as patch:
        patch.setattr(loading, "load", unreadable)
        sweeps.run()
    again.answered([(ana.pk, None)], "dismissed")
    sweeps.run()
    assert people() == [ana.pk]
    later()
    sweeps.run()
    assert people() == [ana.pk] and not AskAgain.objects.exists()
