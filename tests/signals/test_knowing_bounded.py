"""Whoever did very much fills nobody's memory: of what has to be read event by event only so many are, and what would
need more is not known."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from signals_app.knowing import Asked, ids_of, load, stored_events
from signals_app.knowing.measures import of_events
from signals_app.knowing.questions import Form
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
