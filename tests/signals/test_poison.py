"""What one person says of themselves, or what is wrong with what is kept of them, stops nothing for anybody else."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.test import Client

from campaigns_app import sweeps
from offers_app import ruled
from people_app.models import Person
from signals_app import back_tests, knowing, rehearse
from signals_app.knowing import loading
from signals_app.models import (
    Envelope,
    Event,
    Score,
    ScoreDefinition,
    Segment,
    Signal,
    SignalDefinition,
    Source,
)
from signals_app.scores import compute
from signals_app.subjects import Subject
from tests.api.caller import Caller
from tests.build import a_person, a_source, an_account, an_event
from tests.conftest import Time
from tests.engine import receive
from tests.signals.segments_world import a_segment, inside, refreshed
from upsell_project.lib import clock
from upsell_project.lib.gates import Code
from upsell_project.lib.rules import ready

pytestmark = pytest.mark.django_db
SENTINELS = (
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T24:00:00Z", "0000-00-00"),
)
EXPIRES = {"fact": "trait", "of": "person", "name": "expires", "op": "within", "value": [-10, 5]}
LEFT = EXPIRES | {"value": [5, 3660]}
PINGED = {"fact": "events", "names": ["Ping"], "window": {"days": 3}, "op": "at_least", "value": 1}
SOON = "2026-03-12"


@pytest.fixture
def server(time: Time) -> Source:
    return a_source("http")


def a_definition(slug: str = "expires", rule: Any = None, **fields: Any) -> SignalDefinition:
    config = {"rule": {"all": [rule or EXPIRES, PINGED]}}
    given = {"name": slug, "detector": "rule", "config": config, "live": True, **fields}
    return SignalDefinition.objects.create(slug=slug, **given)


def somebody(user: str, expires: str) -> Person:
    person = a_person(user, traits={"expires": expires})
    an_event(person, "Ping")
    return person


def poisoned(monkeypatch: pytest.MonkeyPatch, people: set[int], error: Callable[[], Exception]) -> None:
    """What is known of these cannot be read."""
    load = loading.load

    def failing(asked: Any, now: Any) -> Any:
        if people & {one.subject.person or one.subject.account for one in asked}:
            raise error()
        return load(asked, now)

    monkeypatch.setattr(loading, "load", failing)


def overflow() -> Exception:
    return OverflowError("date value out of range")


@pytest.mark.parametrize("said", SENTINELS)
@pytest.mark.parametrize("kind", ["http", "web"])
def test_a_date_that_somebody_made_up_stops_no_request(time: Time, kind: str, said: str) -> None:
    source = a_source(kind)
    a_definition()
    a_definition("left", LEFT)
    a_segment("leaving", LEFT)
    who = {"userId": "eve"} if kind == "http" else {"anonymousId": "eve"}
    receive(source, {"type": "identify", "traits": {"expires": said}, **who})
    receive(source, {"type": "identify", "userId": "ann", "traits": {"expires": SOON}})
    receive(source, *({"type": "track", "event": "Ping", **one} for one in (who, {"userId": "ann"})))
    assert Event.objects.filter(name="Ping").count() == 2
    assert not Envelope.objects.exclude(state="done").exists()
    assert not Signal.objects.exclude(person__user_id="ann").exists()


@pytest.mark.parametrize("said", SENTINELS)
def test_it_stops_no_evidence_of_an_account(server: Source, said: str) -> None:
    rule = {"fact": "trait", "of": "account", "name": "contract_end", "op": "known"}
    a_definition(rule=rule)
    group = {"type": "group", "userId": "eve", "groupId": "acme", "traits": {"contract_end": said}}
    receive(server, group, {"type": "track", "userId": "eve", "event": "Ping"})
    assert [one.person.user_id for one in Signal.objects.all() if one.person] == ["eve"]


@pytest.mark.parametrize("said", SENTINELS)
def test_it_stops_no_sweep_no_segment_no_back_test_and_no_page(
    time: Time, admin_client: Client, said: str
) -> None:
    definition, segment = a_definition(), a_segment("expiring", EXPIRES)
    somebody("eve", said)
    somebody("ann", SOON)
    test = back_tests.ask(definition, date(2026, 3, 1), time.now.date())
    sweeps.run()
    refreshed()
    back_tests.run()
    test.refresh_from_db()
    assert [one.person.user_id for one in Signal.objects.all() if one.person] == ["ann"]
    assert inside("expiring") == {"ann"}
    assert (test.state, test.result["total"], test.result["left_out"]) == ("done", 1, 0)
    editor, asked = Caller("editor"), {"person": "eve"}
    for answer in (
        admin_client.get(f"/admin/signals_app/segment/{segment.pk}/why/", asked),
        admin_client.post(f"/admin/signals_app/signaldefinition/{definition.pk}/try/", asked),
        editor.get("/api/segments/expiring/why/?person=eve"),
        editor.post("/api/signal-definitions/expires/test/", asked),
    ):
        assert answer.status_code == 200


@pytest.mark.parametrize("error", [overflow, lambda: DataError("value out of range")])
def test_who_cannot_be_read_is_left_out_of_everything(
    server: Source,
    time: Time,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Callable[[], Exception],
) -> None:
    people = {name: somebody(name, SOON) for name in ("ann", "bob", "cem", "eve")}
    poisoned(monkeypatch, {people["eve"].pk}, error)
    a_definition()
    a_segment("expiring", EXPIRES)
    refreshed()
    receive(server, *({"type": "track", "userId": user, "event": "Ping"} for user in people))
    assert inside("expiring") == {"ann", "bob", "cem"}
    assert {one.person.user_id for one in Signal.objects.all() if one.person} == {"ann", "bob", "cem"}
    assert not Envelope.objects.exclude(state="done").exists()
    assert f"person {people['eve'].pk}, " in caplog.text and "cannot be read: " in caplog.text
    said = Caller("viewer").get("/api/segments/expiring/why/?person=eve")
    assert json.loads(said.content)["reason"] == "What is known of them cannot be read, so they are kept out."
    tried = Caller("editor").post("/api/signal-definitions/expires/test/", {"person": "eve"})
    assert json.loads(tried.content)["note"].startswith("What is known of them cannot be read")


def test_a_rule_of_an_offer_is_closed_to_who_cannot_be_read(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve, ann = (Subject(somebody(name, SOON).pk, None) for name in ("eve", "ann"))
    poisoned(monkeypatch, {eve.person or 0}, overflow)
    rule = ready.of(EXPIRES)
    known = ruled.know({eve: rule.facts, ann: rule.facts}, clock.now())
    gates = [ruled.gate(Code.NOT_ELIGIBLE, EXPIRES, known.get(one), "The offer Pro") for one in (eve, ann)]
    assert [gate.passed for gate in gates] == [False, True]
    assert gates[0].reason == "What is known of them cannot be read, so the offer Pro is not for them."


def test_a_score_is_computed_of_all_the_others(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [an_account(name, plan="free").pk for name in ("acme", "globex", "initech")]
    poisoned(monkeypatch, {accounts[1]}, overflow)
    free = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
    sign = {"part": "plan", "name": "Free", "points": 1, "if": free}
    ScoreDefinition.objects.create(slug="fit", name="Fit", signs=[sign], live=True)
    compute.run()
    assert {one.account_id for one in Score.objects.all()} == {accounts[0], accounts[2]}


def test_what_fails_with_everybody_is_an_error(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [a_person(f"u{number}").pk for number in range(40)]
    poisoned(monkeypatch, set(people), overflow)
    asked = [knowing.Asked(Subject(person, None), frozenset()) for person in people]
    with pytest.raises(OverflowError):
        knowing.load_each(asked, clock.now())
    assert knowing.load_each(asked[:3], clock.now()) == [None, None, None]


def test_a_database_that_is_away_is_nobodys_fault(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_person("ann").pk
    poisoned(monkeypatch, {person}, lambda: OperationalError("gone"))
    with pytest.raises(OperationalError):
        knowing.load_each([knowing.Asked(Subject(person, None), frozenset())], clock.now())


def test_a_back_test_leaves_out_who_cannot_be_replayed(
    time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    people = [somebody(name, SOON).pk for name in ("ann", "bob", "eve")]
    replay = rehearse.of

    def failing(compiled: Any, subjects: Any, *rest: Any) -> Any:
        if people[2] in {one.person for one in subjects}:
            raise overflow()
        return replay(compiled, subjects, *rest)

    monkeypatch.setattr(rehearse, "of", failing)
    test = back_tests.ask(a_definition(live=False), date(2026, 3, 1), time.now.date())
    back_tests.run()
    test.refresh_from_db()
    assert (test.state, test.result["total"], test.result["left_out"]) == ("done", 2, 1)
    assert test.result["looked_at"] == 2
    assert f"person {people[2]}, " in caplog.text and "is left out: OverflowError" in caplog.text


def test_a_segment_is_not_emptied_by_what_fails_with_everybody(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {somebody(f"u{number}", SOON).pk for number in range(25)}
    segment: Segment = a_segment("expiring", EXPIRES)
    refreshed()
    poisoned(monkeypatch, people, overflow)
    time.move(hours=2)
    with pytest.raises(OverflowError):
        refreshed()
    segment.refresh_from_db()
    assert len(inside("expiring")) == segment.counted == 25
