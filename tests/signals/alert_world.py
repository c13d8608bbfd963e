"""Definitions that found so many a day."""

from datetime import datetime, timedelta
from itertools import count

from people_app.models import Person
from signals_app.models import Signal, SignalDefinition
from tests.admin.world import a_definition
from upsell_project.lib import clock

_numbers = count(1)


def found(
    definition: SignalDefinition, person: Person | None, day: datetime, times: int, each: int = 60
) -> None:
    """So many before that moment, `each` seconds apart."""
    found_by(definition, [person] * times, day, each)


def found_by(
    definition: SignalDefinition, people: list[Person | None], day: datetime, each: int = 60
) -> None:
    Signal.objects.bulk_create(
        Signal(
            definition=definition,
            definition_version=definition.version,
            person=person,
            confidence=1,
            detected_at=day - timedelta(seconds=each * number),
            expires_at=day,
            dedupe_key=f"{definition.pk} {next(_numbers)}",
        )
        for number, person in enumerate(people)
    )


def a_past(person: Person | None, days: int = 60, today: int = 20, yesterday: int = 20) -> SignalDefinition:
    """Twenty a day, none on Sundays."""
    definition, now = a_definition(), clock.now()
    for back in range(2, days):
        day = now - timedelta(days=back)
        found(definition, person, day, 0 if day.weekday() == 6 else 20)
    found(definition, person, now, today)
    found(definition, person, now - timedelta(days=1), yesterday)
    return definition
