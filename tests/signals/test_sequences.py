"""Events in order, each with properties of its own: found when the last of them comes, by no other event."""

from typing import Any

import pytest

from signals_app import compiled, examples, knowing
from signals_app.models import Event, Signal, SignalDefinition, Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib.rules.facts import Op, Where

pytestmark = pytest.mark.django_db
PRO = {"path": "plan", "op": "is", "value": "pro"}
EXPORTS = {"path": "feature", "op": "is", "value": "exports"}
IN_TURN = {
    "fact": "sequence",
    "names": ["Trial Started", "Feature Denied"],
    "where": [[PRO], [EXPORTS]],
    "window": {"days": 14},
    "op": "at_least",
    "value": 1,
}


@pytest.fixture
def server(time: Time, settings: Any) -> Source:
    settings.HOLDOUT_PERCENT = 0
    return a_source("http")


def a_definition(rule: dict[str, Any]) -> SignalDefinition:
    return SignalDefinition.objects.create(
        slug="denied", name="Denied", detector="rule", config={"rule": rule}, live=True, lifetime_hours=1
    )


def did(server: Source, event: str, **properties: Any) -> None:
    receive(server, {"type": "track", "userId": "ana", "event": event, "properties": properties})


def test_a_trial_of_one_plan_and_then_one_feature_denied(server: Source) -> None:
    a_definition(IN_TURN)
    did(server, "Feature Denied", feature="exports")
    did(server, "Trial Started", plan="free")
    did(server, "Feature Denied", feature="exports")
    did(server, "Trial Started", plan="pro")
    did(server, "Feature Denied", feature="maps")
    did(server, "Feature Denied")
    assert not Signal.objects.exists()
    did(server, "Feature Denied", feature="exports")
    signal = Signal.objects.get()
    rows = Event.objects.in_bulk(signal.evidence["event_ids"])
    assert [rows[id].properties for id in signal.evidence["event_ids"]] == [
        {"feature": "exports"},
        {"plan": "pro"},
    ]
    assert (signal.evidence["event"], signal.evidence["count"]) == ("Feature Denied", 1)
    assert signal.evidence["facts"][0]["asked"]["where"] == IN_TURN["where"]


def test_nobody_is_asked_because_of_an_event_that_is_none_of_its_steps(
    server: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_definition(IN_TURN)
    asked: list[int] = []
    load = knowing.load_each

    def counted(wanted: Any, now: Any) -> Any:
        asked.append(len(wanted))
        return load(wanted, now)

    monkeypatch.setattr(knowing, "load_each", counted)
    did(server, "Trial Started", plan="free", feature="exports")
    did(server, "Feature Denied", feature="maps", plan="pro")
    assert not any(asked)
    did(server, "Trial Started", plan="pro")
    assert [number for number in asked if number] == [1]


def test_an_event_that_is_a_step_however_it_is_is_asked_about() -> None:
    again = {**IN_TURN, "names": ["Feature Denied", "Trial Started", "Feature Denied"]}
    definition = a_definition(again | {"where": [[EXPORTS], [PRO], []]})
    found = compiled.of(definition).wheres
    assert found == {"Feature Denied": None, "Trial Started": [(Where("plan", Op.IS, "pro"),)]}


def test_the_event_to_try_it_with_is_its_first_one() -> None:
    example = examples.event(a_definition(IN_TURN), "ana")
    assert (example["event"], example["properties"]) == ("Trial Started", {"plan": "pro"})
