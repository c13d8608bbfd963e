"""Where everybody is asked for what they did, events are counted once instead of looked up for each."""

from datetime import datetime, timedelta

import pytest

from people_app.models import Person
from signals_app import compiled, sweeping
from signals_app.models import SignalDefinition
from signals_app.sweeping import reach
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from tests.signals.sweeping_world import a_definition

pytestmark = pytest.mark.django_db
NEVER = "(SELECT 1 / (p.id - p.id))"
"""No answer: it fails where it is asked."""


def ceased() -> SignalDefinition:
    """Three things in sixty days, and none in fourteen."""

    def count(days: int, op: str, value: int) -> dict[str, object]:
        return {"fact": "events", "names": [], "window": {"days": days}, "op": op, "value": value}

    rule = {"all": [count(60, "at_least", 3), count(14, "less_than", 1)]}
    return a_definition("ceased", {"rule": rule})


def somebody(name: str, *days: float) -> Person:
    person = a_person(name, account=an_account(name))
    for ago in days:
        an_event(person, "Report Exported", timedelta(days=ago))
    return person


def found(definition: SignalDefinition, since: datetime | None, now: datetime) -> list[int]:
    return [id for ids in sweeping.ids(compiled.of(definition), since, now) for id in ids]


@pytest.fixture
def quiet() -> list[int]:
    somebody("busy", 1, 20, 30, 40)
    somebody("rare", 20, 30)
    somebody("long ago", 61, 62, 63)
    somebody("silent")
    return [somebody("quiet", 15, 16, 59).pk, somebody("very quiet", 20, 21, 22, 23).pk]


def test_they_are_counted(time: Time, quiet: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "MOST", "SELECT 100 AS count")
    monkeypatch.setattr(reach, "_OF_PERSON", NEVER)
    definition = ceased()
    assert found(definition, None, time.now) == quiet
    assert found(definition, time.now - timedelta(days=1), time.now) == quiet


def test_of_many_events_they_are_looked_up(
    time: Time, quiet: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven of all events are more than six: what was counted till then says nothing."""
    monkeypatch.setattr(reach, "MOST", "SELECT 6 AS count")
    assert found(ceased(), None, time.now) == quiet


def test_from_one_hour_to_the_next_they_are_looked_up(
    time: Time, quiet: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "_OF_ALL", "fails")
    definition = ceased()
    an_hour_ago = time.now - timedelta(hours=1)
    somebody("just now", 14 - 1 / 48, 15, 16)
    assert found(definition, an_hour_ago, time.now) == []
    later = time.now + timedelta(minutes=45)
    assert len(found(definition, time.now, later)) == 1
