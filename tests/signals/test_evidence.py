"""What a signal tells of the event that completed it: anybody may send events under a public key."""

from typing import Any

import pytest

from signals_app.models import Signal, SignalDefinition, Source
from tests.build import a_person, a_source
from tests.conftest import Time
from tests.engine import receive

pytestmark = pytest.mark.django_db
WALKED = {"fact": "events", "names": ["Walked"], "window": {"days": 1}, "op": "at_least", "value": 1}
LAST = WALKED | {"measure": "last", "path": "feature", "op": "is_not", "value": ""}
PLAIN = [
    "Cohorts",
    "Export to CSV",
    "v2.1",
    "Größe & Gewicht",
    "Single sign-on (SSO)",
    "I/O",
    "seats_2026",
    12000,
]
STRANGE = [
    "ACCOUNT LOCKED call +1-900",
    "Your account was locked",
    "evil.example/login",
    "evil.example",
    "https://evil",
    "me@evil",
    "www.evil.example",
    "call 0800-12345",
    "18005551234",
    18005551234,
    "<b>Cohorts</b>",
    "two\nlines",
    "x" * 41,
    "evil。example",
    "",
]


@pytest.fixture
def walked(time: Time) -> SignalDefinition:
    return a_definition("walked", WALKED)


def a_definition(slug: str, rule: dict[str, Any]) -> SignalDefinition:
    return SignalDefinition.objects.create(
        slug=slug, name=slug, detector="rule", config={"rule": rule}, about="person", live=True
    )


def told(source: Source, **properties: Any) -> dict[str, Any]:
    """The evidence of the signal that this event completes."""
    a_person("ana")
    receive(source, {"type": "track", "userId": "ana", "event": "Walked", "properties": properties})
    found: dict[str, Any] = Signal.objects.get().evidence
    return found


@pytest.mark.parametrize("value", PLAIN)
def test_a_name_is_told_whoever_sent_it(walked: SignalDefinition, value: Any) -> None:
    assert told(a_source("web"), feature=value, other=value)["feature"] == value
    assert "other" not in Signal.objects.get().evidence


@pytest.mark.parametrize("value", STRANGE)
def test_what_a_page_sent_tells_no_sentence_address_or_number(walked: SignalDefinition, value: Any) -> None:
    assert "feature" not in told(a_source("web"), feature=value, topic="Cohorts")
    assert Signal.objects.get().evidence["topic"] == "Cohorts"


def test_what_own_servers_sent_is_told(walked: SignalDefinition) -> None:
    found = told(a_source("http"), topic="how to get more reports", feature="x" * 201)
    assert (found["topic"], found["feature"]) == ("how to get more reports", "x" * 200)


@pytest.mark.parametrize(("value", "shown"), [("Cohorts", "Cohorts"), ("Your account was locked", None)])
def test_nor_does_the_last_value_of_a_property(time: Time, value: str, shown: str | None) -> None:
    a_definition("last", LAST)
    assert told(a_source("web"), feature=value)["last"] == shown
