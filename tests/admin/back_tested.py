"""Who walked, and what a definition of it would have found."""

from datetime import date, timedelta
from typing import Any

from people_app.models import Person
from signals_app import back_tests
from signals_app.models import BackTest, Event, SignalDefinition
from tests.admin.world import a_definition
from tests.build import an_event

FREQUENT = {"detector": "frequency", "config": {"event": "Walked", "count": 3, "days": 7}, "live": False}
FIRST, LAST = date(2026, 2, 20), date(2026, 3, 10)


def frequent(**fields: Any) -> SignalDefinition:
    return a_definition("walks", **{"name": "Walks", **FREQUENT, **fields})


def walked(person: Person, *days_ago: float) -> list[Event]:
    return [an_event(person, "Walked", timedelta(days=days)) for days in days_ago]


def done(definition: SignalDefinition) -> BackTest:
    test = back_tests.ask(definition, FIRST, LAST)
    back_tests.run()
    test.refresh_from_db()
    return test


def page(definition: SignalDefinition, rest: str = "back-tests/") -> str:
    return f"/admin/signals_app/signaldefinition/{definition.pk}/{rest}"
