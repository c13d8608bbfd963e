"""Who was found before and is not armed again, and who waits: by the states that `arming` keeps."""

from datetime import datetime, timedelta

from signals_app import arming, usage
from signals_app.compiled import Compiled, Part
from signals_app.sweeping import seasons
from signals_app.sweeping.asking import FALSE, Asking, any_of
from signals_app.sweeping.held import LONGEST_BUCKET
from upsell_project.lib.rules.facts import Entitlement, Of, Season

_SHORTEST_PERIOD = timedelta(days=28)
_EAST = timedelta(hours=14)


def resting(compiled: Compiled, part: Part, asking: Asking) -> str:
    """True (in SQL) only of those for whom this part was found and is surely not armed again by time."""
    fired = f"s.fired_at > {asking.value(_over(compiled, part, asking.now))}"
    if not compiled.resources and part.rearm is None:
        return f"EXISTS (SELECT FROM {_mine(compiled, asking)} AND {fired})"
    present = _present(part, asking)
    if present == FALSE:
        return FALSE
    since = f"s.fired_at IS NOT NULL AND NOT (s.armed AND NOT {fired})" if part.rearm else fired
    of_part = f"s.part = {asking.value(part.name)} AND {since} AND {present}"
    return f"EXISTS (SELECT FROM {_mine(compiled, asking)} AND {of_part})"


def rested(compiled: Compiled, part: Part, asking: Asking) -> str | None:
    """A query of those whose rest has ended since time was looked at."""
    if asking.since is None:
        return None
    before, now = (asking.value(_over(compiled, part, at)) for at in (asking.since, asking.now))
    armed = " AND s.armed" if part.rearm else ""
    return _whose(compiled, asking, f"s.fired_at > {before} AND s.fired_at <= {now}{armed}")


def _over(compiled: Compiled, part: Part, at: datetime) -> datetime:
    return (arming.cooled if part.rearm else arming.rest_over)(compiled.definition, at)


def waiting(compiled: Compiled, asking: Asking) -> str:
    """A query of those who wait until it has held for long enough. Each time: it may have ceased to hold."""
    return _whose(compiled, asking, "s.fired_at IS NULL")


def found(compiled: Compiled, part: Part, asking: Asking) -> str:
    """A join of those for whom this part was found, in a period that may be the present one."""
    oldest = asking.value((asking.now - LONGEST_BUCKET).date())
    return (
        f"JOIN {_TABLE} ON s.definition_id = {asking.value(compiled.definition.pk)} AND {_key(asking)}"
        f" AND s.part = {asking.value(part.name)} AND s.fired_at IS NOT NULL AND NOT s.armed"
        f" AND (s.period = {asking.value(usage.ALWAYS)} OR s.period >= {oldest})"
    )


_TABLE = "signals_app_detectorstate s"
_OWN = "EXISTS (SELECT FROM people_app_account w WHERE w.id = s.account_id AND w.personal_of_id = p.id)"


def _mine(compiled: Compiled, asking: Asking) -> str:
    return f"{_TABLE} WHERE s.definition_id = {asking.value(compiled.definition.pk)} AND {_key(asking)}"


def _key(asking: Asking) -> str:
    """As `arming.states`."""
    if asking.of is Of.PERSON:
        here = "s.account_id IS NULL"
        if asking.reads_account:
            here = f"({here} OR s.account_id = a.id OR {_OWN})"
        return f"s.person_id = p.id AND {here}"
    return "s.account_id = a.id AND s.person_id IS NULL"


def _whose(compiled: Compiled, asking: Asking, condition: str) -> str:
    column = "person_id" if asking.of is Of.PERSON else "account_id"
    definition = asking.value(compiled.definition.pk)
    mine = f"s.definition_id = {definition} AND s.{column} IS NOT NULL"
    if asking.of is Of.ACCOUNT:
        mine += " AND s.person_id IS NULL"
    return f"SELECT s.{column} AS id FROM {_TABLE} WHERE {mine} AND {condition}"


def _present(part: Part, asking: Asking) -> str:
    """That the period of a state is surely the present one: no period is shorter than 28 days."""
    always = f"s.period = {asking.value(usage.ALWAYS)}"
    if not part.begins_anew:
        return always
    if all(isinstance(fact, Entitlement) for fact in part.begins_anew):
        first = (asking.now + _EAST).date() - _SHORTEST_PERIOD
        return any_of(always, f"s.period > {asking.value(first)}")
    if len(part.begins_anew) == 1 and isinstance(part.begins_anew[0], Season):
        starts = seasons.starts(part.begins_anew[0], asking)
        return f"s.period = {starts}" if starts else FALSE
    return FALSE
