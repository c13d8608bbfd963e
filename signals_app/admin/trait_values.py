"""What traits are compared with: values that are few, as `free` and `pro`. Nobody's own: what is no column must be said
of several, and of people only columns are read."""

from collections.abc import Mapping

from signals_app.columns import TYPES
from upsell_project.lib import bulk
from upsell_project.lib.rules.facts import Of

LOOKED_AT, MOST, LONGEST = 2_000, 20, 60
_LEFT_OUT = frozenset({"addons", "locale", "timezone", "fiscal_year_end"})
"""Lists, and columns with more values than anybody chooses among."""


def of_everybody() -> dict[str, dict[str, list[str]]]:
    """By whose trait it is and its name, the most frequent first."""
    return {of.value: _values(of, columns) for of, columns in TYPES.items()}


def _values(of: Of, columns: Mapping[str, str]) -> dict[str, list[str]]:
    names = [name for name, kind in columns.items() if kind == "text" and name not in _LEFT_OUT]
    pairs = ", ".join(f"'{name}', {name}" for name in names)
    held = f"jsonb_build_object({pairs})"
    if of is Of.ACCOUNT:
        held = f"CASE WHEN jsonb_typeof(traits) = 'object' THEN traits ELSE '{{}}' END || {held}"
    rows = bulk.select(
        "SELECT key, array_agg(said ORDER BY n DESC, said) FILTER (WHERE n > 1 OR key = ANY(%s)) FROM"
        " (SELECT key, value #>> '{}' AS said, count(*) AS n"
        f" FROM (SELECT {held} AS held FROM people_app_{of} ORDER BY id DESC LIMIT %s) newest, jsonb_each(held)"
        " WHERE jsonb_typeof(value) = 'string' AND value #>> '{}' <> '' GROUP BY key, value) counted"
        " GROUP BY key HAVING count(*) <= %s AND max(length(said)) <= %s AND bool_and(position('@' IN said) = 0)",
        names,
        LOOKED_AT,
        MOST,
        LONGEST,
    )
    return {key: values for key, values in rows if values}
