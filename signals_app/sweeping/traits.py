"""What is said of people and accounts: columns exactly, JSON as far as SQL compares it as rules do."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from signals_app.knowing.profile import ACCOUNT_COLUMNS, PERSON_COLUMNS
from signals_app.sweeping import numbers
from signals_app.sweeping.asking import FALSE, TRUE, Asking, all_of, any_of
from upsell_project.lib.rules.facts import Of, Op, Trait
from upsell_project.lib.rules.judging import number
from upsell_project.lib.rules.tree import Test

MOMENTS = frozenset(
    {"trial_ends_at", "renews_at", "period_started_at", "created_at", "first_seen_at", "last_seen_at"}
)
NUMBERS = frozenset({"mrr", "ltv", "seats_used"})
FLAGS = frozenset({"prepaid", "cancelling"})
SLACK = timedelta(days=2)
"""Between a date and midnight there, wherever that is, whatever the clock."""
_NEAR = Decimal("1e-12")


def say(test: Test, asking: Asking, wanted: bool) -> str:
    assert isinstance(test.fact, Trait)
    column = column_of(test.fact)
    if column is None:
        return _json(test, f"{row_of(test.fact)}.traits", asking, wanted)
    if test.op in (Op.KNOWN, Op.UNKNOWN):
        return _known(test.fact, column, (test.op is Op.KNOWN) is wanted)
    name = column.partition(".")[2]
    if name in MOMENTS:
        return _moment(test, column, asking, wanted)
    if name in NUMBERS:
        return numbers.compared(column, test.op, test.value, wanted, asking)
    if name in FLAGS:
        return _flag(test, column, wanted)
    return f"{column} IS NOT NULL" if name == "addons" else _text(test, column, asking, wanted)


def row_of(fact: Trait) -> str:
    return "a" if fact.of is Of.ACCOUNT else "p"


def column_of(fact: Trait) -> str | None:
    """The column in which it is kept; None: it is in the JSON object of all others."""
    known = ACCOUNT_COLUMNS if fact.of is Of.ACCOUNT else PERSON_COLUMNS
    return f"{row_of(fact)}.{fact.name}" if fact.name in known else None


def _known(fact: Trait, column: str, wanted: bool) -> str:
    if fact.name == "addons":
        return TRUE
    if fact.name in MOMENTS | NUMBERS | FLAGS:
        return f"{column} IS {'NOT ' if wanted else ''}NULL"
    return f"coalesce({column}, '') {'<>' if wanted else '='} ''"


def _moment(test: Test, column: str, asking: Asking, wanted: bool) -> str:
    if test.op is not Op.WITHIN:
        return f"{column} IS NOT NULL"
    earliest, latest = (asking.value(asking.now - timedelta(days=days)) for days in reversed(test.value))  # type: ignore[arg-type]
    return f"{column} {'' if wanted else 'NOT '}BETWEEN {earliest} AND {latest}"


def _flag(test: Test, column: str, wanted: bool) -> str:
    if test.op is Op.IS_NOT:
        return _flag(Test(test.fact, Op.IS, test.value), column, not wanted)
    if test.op not in (Op.IS, Op.ONE_OF):
        return FALSE
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    fitting = [flag for flag in (True, False) if any(one is flag for one in values) is wanted]
    return any_of(*(f"{column} IS {'TRUE' if flag else 'FALSE'}" for flag in fitting))


def _text(test: Test, column: str, asking: Asking, wanted: bool) -> str:
    known = f"{column} <> ''"
    if test.op is Op.IS_NOT:
        return _text(Test(test.fact, Op.IS, test.value), column, asking, not wanted)
    if test.op is Op.WITHIN:
        return FALSE
    if test.op not in (Op.IS, Op.ONE_OF):
        return known
    values = [one for one in (test.value if test.op is Op.ONE_OF else (test.value,)) if isinstance(one, str)]  # type: ignore[union-attr]
    if not values:
        return FALSE if wanted else known
    among = f"{column} = ANY({asking.value(values)}::text[])"
    return all_of(known, among if wanted else f"NOT {among}")


def near(text: str, value: Any, asking: Asking) -> str:
    """Texts that can be a day or a moment of which today is within so many days."""
    first, last = value
    return between(text, asking.now - timedelta(days=last), asking.now - timedelta(days=first), asking)


def between(text: str, earliest: datetime, latest: datetime, asking: Asking) -> str:
    """Days and moments as texts, roughly."""
    from_, to = ((earliest - SLACK).date().isoformat(), (latest + SLACK).date().isoformat())
    return f'left({text}, 10) COLLATE "C" BETWEEN {asking.value(from_)} AND {asking.value(to)}'


def _json(test: Test, traits: str, asking: Asking, wanted: bool) -> str:
    """Where a dotted name may lead into an object, nothing is said but that there is an object."""
    name = test.fact.name  # type: ignore[union-attr]
    if test.op in (Op.KNOWN, Op.UNKNOWN) and (test.op is Op.KNOWN) is not wanted:
        return TRUE
    if "." in name:
        both = asking.value([name, name.partition(".")[0]])
        return f"{traits} ?| {both}::text[]"
    found = f"({traits} -> {asking.value(name)})"
    return all_of(f"{traits} ? {asking.value(name)}", _json_value(test, found, asking, wanted))


def _json_value(test: Test, found: str, asking: Asking, wanted: bool) -> str:
    if test.op is Op.IS_NOT:
        return _json_value(Test(test.fact, Op.IS, test.value), found, asking, not wanted)
    if test.op is Op.WITHIN and wanted:
        text = f"({found} #>> '{{}}')"
        return f"(jsonb_typeof({found}) = 'string' AND {near(text, test.value, asking)})"
    if test.op in (Op.IS, Op.ONE_OF) and wanted:
        values = test.value if test.op is Op.ONE_OF else (test.value,)
        return any_of(*(_json_is(found, one, asking) for one in values))  # type: ignore[union-attr]
    if test.op in _ORDER and number(test.value):
        return f"jsonb_typeof({found}) = 'number'"
    return TRUE


def _json_is(found: str, value: Any, asking: Asking) -> str:
    if isinstance(value, bool):
        return f"{found} = '{str(value).lower()}'::jsonb"
    if isinstance(value, str):
        return f"{found} @> to_jsonb({asking.value(value)}::text)"
    # What is stored was a float once: it is as near as that.
    off = asking.value(abs(Decimal(value)) * _NEAR + _NEAR)
    number_ = f"CASE WHEN jsonb_typeof({found}) = 'number' THEN {found}::numeric END"
    return f"abs({number_} - {asking.value(value)}::numeric) <= {off}::numeric"


_ORDER = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN)
