"""What somebody who is forgotten wrote, where it is evidence of what their colleagues are told: the account's moments
remain, with how often and when; the words go."""

from collections.abc import Sequence
from typing import Any

from signals_app.evidence import SHOWN
from signals_app.models import Signal
from upsell_project.lib import bulk

CHUNK = 500
_THEIRS = ("words", "last", *SHOWN)


def forget(person_ids: Sequence[int]) -> list[int]:
    """While their events are theirs still. Whoever renews such evidence reads what is stored by then. Returns the keys
    of the signals, for what else was made of them."""
    ids = sorted(id for (id,) in bulk.select(_RESTING, *[list(person_ids)] * 4))
    for start in range(0, len(ids), CHUNK):
        signals = list(
            Signal.objects.filter(pk__in=ids[start : start + CHUNK]).order_by("pk").select_for_update()
        )
        for signal in signals:
            signal.evidence = without_words(signal.evidence)
        Signal.objects.bulk_update(signals, ["evidence"])
    return ids


def without_words(evidence: dict[str, Any]) -> dict[str, Any]:
    """Numbers, dates and names of events stay."""
    return _figures(evidence) | {
        "facts": [_fact(one) for one in evidence.get("facts", ())],
        "conditions": [_condition(one) for one in evidence.get("conditions", ())],
    }


def _figures(figures: dict[str, Any]) -> dict[str, Any]:
    """The resource of a limit is a name of ours."""
    theirs = set(_THEIRS) - ({"resource"} if "resource_label" in figures else set())
    return {
        name: value
        for name, value in figures.items()
        if name not in theirs or not isinstance(value, str | list)
    }


def _fact(fact: dict[str, Any]) -> dict[str, Any]:
    found = fact.get("found")
    told = fact.get("asked", {}).get("fact") == "events" and isinstance(found, str)
    return fact | {"found": None if told else found, "figures": _figures(fact.get("figures", {}))}


def _condition(condition: dict[str, Any]) -> dict[str, Any]:
    """What it asked for is not kept with it: a plan goes as well, which staff can read elsewhere."""
    return condition | {"value": None} if isinstance(condition.get("value"), str) else condition


_RESTING = """
SELECT s.id FROM signals_app_signal s WHERE s.person_id <> ALL(%s) AND EXISTS (
    SELECT FROM jsonb_array_elements_text(s.evidence -> 'event_ids') i JOIN signals_app_event e ON e.id = i::bigint
    WHERE e.person_id = ANY(%s))
AND s.account_id IN (SELECT account_id FROM signals_app_event WHERE person_id = ANY(%s) AND account_id IS NOT NULL
    UNION SELECT account_id FROM people_app_membership WHERE person_id = ANY(%s))
"""
