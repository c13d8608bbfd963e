"""How much of a resource an account used in a window: always what its meter makes of the same events."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from signals_app import paths, values
from signals_app.knowing import growth
from signals_app.knowing.questions import Form, Question
from signals_app.models.meter import Aggregate, Meter
from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import Metered, Value
from upsell_project.lib.rules.measuring import Seen

Counted = tuple[datetime, Mapping[str, Any]]
"""When an event of the meter's name happened, and its properties."""
NOTHING = Decimal(0)


def question(fact: Metered, meter: Meter, seen: Seen) -> Question:
    """`seen`: from where the account is."""
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    return growth.whole(meter, since, seen.now)


def value(meter: Meter, question: Question, answer: Any) -> Value:
    """None where too many events would have to be read."""
    if question.form is Form.ROWS:
        return (
            None if isinstance(answer, int) else of(meter, ((row.at, row.properties) for row in answer or ()))
        )
    if question.form is Form.COUNT:
        return answer or 0
    return sum((answer or {}).values(), NOTHING)


def of(meter: Meter, events: Iterable[Counted]) -> Decimal:
    """What PostgreSQL answers, of the same events."""
    counted = [(at, said) for at, said in events if paths.matches(said, meter.where)]
    if meter.aggregate == Aggregate.COUNT:
        return Decimal(len(counted))
    found = [(at, paths.read(said, meter.property)) for at, said in counted]
    if meter.aggregate == Aggregate.DISTINCT:
        return Decimal(len({digest for _, one in found if (digest := values.digest(one))}))
    amounts = [(at, amount) for at, one in found if (amount := values.amount(one)) is not None]
    if meter.aggregate == Aggregate.LAST:
        return max(amounts)[1] if amounts else NOTHING
    return sum((amount for _, amount in amounts), NOTHING)
