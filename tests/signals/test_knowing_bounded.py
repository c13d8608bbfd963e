"""Whoever did very much fills nobody's memory: of what has to be read event by event only so many are, and what would
need more is not known."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from signals_app.folding import MAX_TEXT
from signals_app.knowing import Asked, ids_of, load, stored_events, texts
from signals_app.knowing.measures import of_events
from signals_app.knowing.questions import MOST_TEXTS, Form, Row
from signals_app.models import Event, Meter
from signals_app.subjects import Subject
from tests.build import a_person, an_account, an_event
from upsell_project.lib.rules import facts as f
from upsell_project.lib.rules.facts import Fact, Unit, Window
from upsell_project.lib.rules.measuring import Seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
MONTH = Window(Unit.DAYS, 30)
HARD = f.Where("reason", f.Op.CONTAINS, "s" * 60)
"""What PostgreSQL is not asked: it can be written in too many ways."""


def value(subject: Subject, fact: Fact) -> Any:
    (found,) = load([Asked(subject, frozenset([fact]))], NOW)
    return found.values.get(fact)


@pytest.mark.parametrize("measure", list(f.Measure))
def test_too_many_rows_are_not_known(measure: f.Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_events, "MOST_ROWS", 3)
    person = a_person(account=an_account())
    subject = Subject(person.pk, None)
    fact = f.Events(("Page Left",), MONTH, measure, where=(HARD,), path="n", gap=90)
    assert of_events(fact, Seen(NOW, "UTC"))[0].form is Form.ROWS
    for n in range(3):
        an_event(person, "Page Left", timedelta(hours=n), reason="S" * 60, n=n)
    assert value(subject, fact) is not None
    assert len(ids_of([(subject, fact)], NOW)[0]) == 3
    an_event(person, "Page Left", timedelta(hours=9), reason="S" * 60, n=9)
    assert value(subject, fact) is None
    assert ids_of([(subject, fact)], NOW) == [[]]


def test_a_sequence_of_too_many_rows_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """With properties; without any names and times are enough."""
    monkeypatch.setattr(stored_events, "MOST_ROWS", 4)
    person = a_person(account=an_account())
    subject, names = Subject(person.pk, None), ("Page Left", "Page Left")
    fact, plain = f.Sequence(names, MONTH, where=((HARD,), ())), f.Sequence(names, MONTH)
    for n in range(4):
        an_event(person, "Page Left", timedelta(hours=n), reason="S" * 60)
    assert value(subject, fact) == value(subject, plain) == 2
    assert len(ids_of([(subject, fact)], NOW)[0]) == 4
    an_event(person, "Page Left", timedelta(hours=9))
    assert (value(subject, fact), value(subject, plain)) == (None, 2)
    assert ids_of([(subject, fact)], NOW) == [[]]


def test_what_a_sequence_rests_on_is_found_among_many_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL counts however many there are; of rows only those are read that could be one of its events."""
    monkeypatch.setattr(stored_events, "MOST_ROWS", 2)
    person = a_person(account=an_account())
    subject, left = Subject(person.pk, None), ("Page Left", "Page Left")
    one, two = ((f.Where("n", f.Op.IS, n),) for n in (1, 2))
    events = [an_event(person, "Page Left", timedelta(hours=9 - n), n=n) for n in range(9)]
    both, last = f.Sequence(left, MONTH, where=(one, two)), f.Sequence(left, MONTH, where=((), two))
    assert value(subject, both) == value(subject, last) == 1
    assert ids_of([(subject, both), (subject, last)], NOW) == [[events[2].pk, events[1].pk], []]


def test_a_change_of_too_many_rows_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_person(account=an_account())
    subject, fact = (
        Subject(person.pk, None),
        f.Changed(f.Turn.SPIKE, ("Page Left",), of=f.Of.PERSON, where=(HARD,)),
    )
    for days in range(60):
        an_event(person, "Page Left", timedelta(days=days), reason="S" * 60)
    assert value(subject, fact) is False
    monkeypatch.setattr(stored_events, "MOST_ROWS", 59)
    assert value(subject, fact) is None


SEATS = "We need more seats for our team, please."
SAID = f.Said("more_capacity", MONTH)


def as_replayed() -> Any:
    """From the whole events, as a replay has them."""
    rows = [Row(one.pk, one.occurred_at, one.name, one.properties) for one in Event.objects.order_by("pk")]
    return texts.value(SAID, rows, "")[0]


def test_only_the_newest_texts_are_read() -> None:
    person = a_person(account=an_account())
    subject, newer = Subject(person.pk, None), timedelta(minutes=1)
    wanted = an_event(person, "Ticket Created", newer * 500, text=SEATS)
    for n in range(MOST_TEXTS - 1):
        an_event(person, "Ticket Updated", newer * n, comment="hello")
        an_event(person, "Ticket Updated", newer * n, status="open", text="", body=[SEATS], comment=None)
    assert value(subject, SAID) == as_replayed() > Decimal("0.5")
    assert ids_of([(subject, SAID)], NOW) == [[wanted.pk]]
    an_event(person, "Survey Answered", newer, text="hello")
    assert value(subject, SAID) == as_replayed() == 0


@pytest.mark.parametrize(
    ("properties", "read"),
    [
        ({"text": "ü" * (MAX_TEXT - 60) + " . " + SEATS}, True),
        ({"text": "ü" * MAX_TEXT + " . " + SEATS}, False),
        ({"text": " " * MAX_TEXT + SEATS}, False),
        ({"text": " " * MAX_TEXT, "comment": SEATS}, True),
        ({"text": 5, "comment": " ", "body": SEATS, "subject": ["x"]}, True),
        ({"subject": SEATS}, True),
    ],
)
def test_of_each_text_only_the_beginning_is_read(properties: dict[str, Any], read: bool) -> None:
    person = a_person(account=an_account())
    an_event(person, "Ticket Created", timedelta(hours=1), **properties)
    found = value(Subject(person.pk, None), SAID)
    assert found == as_replayed()
    assert (found > 0) is read


def test_days_left_of_too_many_rows_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    Meter.objects.create(
        resource="exports", label="x", verb="x", event="Exported", aggregate="sum", property="cart.0.n"
    )
    account = an_account(caps={"exports": 20})
    person, left = a_person(account=account), f.Entitlement("exports", f.Share.DAYS_LEFT)
    for days in range(21):
        an_event(person, "Exported", timedelta(days=days), cart=[{"n": 2}])
    assert value(Subject(None, account.pk), left) is not None
    monkeypatch.setattr(stored_events, "MOST_ROWS", 20)
    assert value(Subject(None, account.pk), left) is None
