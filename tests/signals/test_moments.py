"""When a rule that holds is a moment: once, again after its rest, armed by another rule, held for some time, found by
what another found; for whom, how sure, and on what evidence."""

from datetime import timedelta
from typing import Any

import pytest

from people_app.models import Account, Membership, Person
from signals_app import detect, knowing
from signals_app.models import DetectorState, Signal, SignalDefinition, Source
from signals_app.subjects import Subject
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
HOUR = 1


@pytest.fixture
def server(time: Time, settings: Any) -> Source:
    settings.HOLDOUT_PERCENT = 0
    return a_source("http")


def a_definition(slug: str = "moment", **fields: Any) -> SignalDefinition:
    given = {"detector": "rule", "live": True, "lifetime_hours": HOUR, **fields}
    return SignalDefinition.objects.create(slug=slug, name=slug.capitalize(), **given)


def count(name: str, at_least: int = 1, days: int = 7, of: str = "person") -> dict[str, Any]:
    window = {"days": days}
    return {
        "fact": "events",
        "names": [name],
        "window": window,
        "of": of,
        "op": "at_least",
        "value": at_least,
    }


def trait(name: str, value: Any, of: str = "account", op: str = "is") -> dict[str, Any]:
    return {"fact": "trait", "of": of, "name": name, "op": op, "value": value}


def did(source: Source, event: str, user: str = "ana", **more: Any) -> None:
    receive(source, {"type": "track", "userId": user, "event": event, "context": {"groupId": "acme"}, **more})


def found(slug: str = "moment") -> list[Signal]:
    return list(Signal.objects.filter(definition__slug=slug).select_related("person").order_by("pk"))


def whom(slug: str = "moment") -> list[str | None]:
    return [one.person.user_id if one.person else None for one in found(slug)]


def test_a_rule_is_found_when_its_last_condition_comes_true(server: Source) -> None:
    a_definition(config={"rule": {"all": [count("Walked", 2), trait("plan", "free")]}})
    did(server, "Walked")
    did(server, "Walked")
    assert found() == [], "nobody knows the plan"
    group = {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"plan": "free"}}
    receive(server, group)
    (signal,) = found()
    assert signal.person and signal.person.user_id == "ana"
    assert (signal.evidence["event"], signal.evidence["count"], signal.evidence["days"]) == ("Walked", 2, 7)
    assert [one["value"] for one in signal.evidence["conditions"]] == [2, "free"]
    assert len(signal.evidence["event_ids"]) == 2


def test_what_the_person_says_of_themselves_completes_it(server: Source) -> None:
    a_definition(config={"rule": {"all": [count("Walked"), trait("role", "admin", "person")]}})
    did(server, "Walked")
    receive(server, {"type": "identify", "userId": "ana", "traits": {"role": "admin"}})
    assert whom() == ["ana"]


def test_a_condition_must_hold_beside_the_detector(server: Source) -> None:
    a_definition(
        detector="frequency",
        config={"event": "Walked", "count": 1, "days": 7},
        condition=trait("plan", "free"),
    )
    receive(server, {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"plan": "pro"}})
    did(server, "Walked")
    assert found() == []
    receive(server, {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"plan": "free"}})
    assert whom() == ["ana"]


def test_it_is_found_again_after_the_longer_of_cooldown_and_lifetime(server: Source, time: Time) -> None:
    a_definition(config={"rule": count("Walked")}, cooldown_hours=5, lifetime_hours=3)
    did(server, "Walked")
    time.move(hours=4)
    did(server, "Walked")
    assert len(found()) == 1
    time.move(hours=1)
    did(server, "Walked")
    assert len(found()) == 2


def test_people_are_found_for_themselves(server: Source) -> None:
    a_definition(config={"rule": count("Walked")})
    did(server, "Walked")
    did(server, "Walked", user="ben")
    assert whom() == ["ana", "ben"]


def test_what_must_hold_for_some_time_is_found_then_and_not_if_it_ceased(server: Source, time: Time) -> None:
    definition = a_definition(config={"rule": trait("plan", "free", op="is")}, about="account", hold_hours=48)
    receive(server, {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"plan": "free"}})
    acme = Account.objects.get(group_id="acme")
    subject = [(definition, Subject(None, acme.pk))]
    assert DetectorState.objects.get().fired_at is None
    time.move(hours=47)
    assert detect.swept(subject, clock.now()) == []
    time.move(hours=1)
    assert [one.person_id for one in detect.swept(subject, clock.now())] == [Person.objects.get().pk]
    assert detect.swept(subject, clock.now()) == []
    DetectorState.objects.all().delete()
    assert detect.swept(subject, clock.now()) == []
    receive(server, {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"plan": "pro"}})
    assert not DetectorState.objects.exists(), "it holds no longer"
    time.move(hours=49)
    assert detect.swept(subject, clock.now()) == []
    assert len(found()) == 1


def test_what_is_found_completes_what_waits_for_it(server: Source) -> None:
    signal = {"fact": "signal", "window": {"days": 7}, "op": "at_least", "value": 0.5}
    a_definition("first", config={"rule": count("Walked")}, confidence=0.6)
    a_definition("second", config={"rule": {**signal, "slug": "first"}}, about="account")
    a_definition("third", config={"rule": {**signal, "slug": "second"}}, confidence=0.5)
    did(server, "Walked")
    assert [float(one.confidence) for slug in ("first", "second", "third") for one in found(slug)] == [
        0.6,
        0.6,
        0.3,
    ]
    assert whom("second") == ["ana"]


def test_a_weak_signal_completes_nothing(server: Source) -> None:
    signal = {"fact": "signal", "slug": "first", "window": {"days": 7}, "op": "at_least", "value": 0.7}
    a_definition("first", config={"rule": count("Walked")}, confidence=0.6)
    a_definition("second", config={"rule": signal})
    did(server, "Walked")
    assert (len(found("first")), found("second")) == (1, [])


def test_of_an_account_it_goes_to_who_has_the_role(server: Source) -> None:
    account = an_account("acme")
    for name, role in (("ben", "admin"), ("cleo", "viewer")):
        Membership.objects.filter(person=a_person(name, account=account)).update(role=role)
    a_definition(
        config={"rule": count("Walked", 2, of="account")}, about="account", route_to=["admin", "owner"]
    )
    did(server, "Walked", user="cleo")
    did(server, "Walked", user="ana")
    assert whom() == ["ben"]


def test_time_alone_tells_whoever_was_active_last_with_what_they_last_did(server: Source, time: Time) -> None:
    rule = {"all": [count("Walked", days=30, of="account"), {"not": count("Walked", days=3, of="account")}]}
    definition = a_definition(config={"rule": rule}, about="account")
    for user, feature in (("ben", "Cohorts"), ("ana", "Maps")):
        did(server, "Walked", user=user, properties={"feature": feature})
        time.move(minutes=5)
    acme = Account.objects.get(group_id="acme")
    assert detect.swept([(definition, Subject(None, acme.pk))], clock.now()) == []
    time.move(days=3)
    (signal,) = detect.swept([(definition, Subject(None, acme.pk))], clock.now())
    assert (whom(), signal.evidence["feature"]) == (["ana"], "Maps")


def test_a_nameless_visitor_leaves_the_account_armed(server: Source) -> None:
    a_definition(config={"rule": count("Walked", of="account")}, about="account")
    nameless = {"type": "track", "anonymousId": "a1", "event": "Walked", "context": {"groupId": "acme"}}
    receive(server, nameless)
    assert (found(), DetectorState.objects.count()) == ([], 0)
    did(server, "Walked")
    assert whom() == ["ana"]


def test_late_events_count_where_they_happened(server: Source, time: Time) -> None:
    a_definition(config={"rule": count("Walked", 3)})

    def ago(days: int) -> str:
        return (time.now - clock.offset() - timedelta(days=days)).isoformat()

    did(server, "Walked")
    did(server, "Walked", timestamp=ago(8))
    did(server, "Walked", timestamp=ago(6))
    assert found() == []
    did(server, "Walked", timestamp=ago(2))
    assert [signal.evidence["count"] for signal in found()] == [3]


def test_of_a_definition_that_is_no_longer_true_the_evidence_is_none(server: Source) -> None:
    a_definition(config={"rule": {"all": [count("Walked"), trait("plan", "free")]}}, lifetime_hours=900)
    receive(server, {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"plan": "free"}})
    did(server, "Walked")
    (signal,) = found()
    assert detect.refresh([signal], clock.now())[signal.pk] is not None
    Account.objects.filter(group_id="acme").update(plan="pro")
    assert detect.refresh([signal], clock.now()) == {signal.pk: None}


def test_what_was_done_stays_done(server: Source, time: Time) -> None:
    a_definition(config={"rule": count("Walked", 1, days=2)}, lifetime_hours=24 * 9)
    did(server, "Walked")
    (signal,) = found()
    time.move(days=5)
    fresh = detect.refresh([signal], clock.now())[signal.pk]
    assert fresh and fresh["count"] == 1
    assert fresh["facts"] == signal.evidence["facts"] != []


def test_what_is_at_rest_is_not_even_asked(server: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    a_definition(config={"rule": count("Walked")})
    asked: list[int] = []
    load = knowing.load_each

    def counted(wanted: Any, now: Any) -> Any:
        asked.append(len(wanted))
        return load(wanted, now)

    monkeypatch.setattr(knowing, "load_each", counted)
    did(server, "Walked")
    did(server, "Walked")
    did(server, "Walked", user="ben")
    assert [number for number in asked if number] == [1, 1]
