"""What a condition asked and what was found, as staff read it: on the pages of what is tried and of what was found."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from signals_app.admin.detector_form import sentence
from signals_app.models import Event, SignalDefinition
from upsell_project.lib import in_words

OF_THE_LIMIT = "of the limit"
LISTED = 20


@dataclass(frozen=True, slots=True)
class Condition:
    """`holds`: None where it is not known."""

    said: str
    value: str
    holds: bool | None


def text(value: Any, condition: str = "") -> str:
    """A value of JSON; empty where there is none. Shares of a limit are said in percent, as their condition is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(text(one, condition) for one in value)
    if isinstance(value, int | float):
        return f"{value * 100:.4g} %" if OF_THE_LIMIT in condition else f"{value:,.10g}"
    return _moment(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moment(value: str) -> str:
    """A day and time without its seconds, with its zone; any other text as it is."""
    try:
        found = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        found = None
    return in_words.moment(found) if found else value


def conditions(evidence: Any) -> list[Condition]:
    """Those that evidence holds."""
    rows = evidence.get("conditions") if isinstance(evidence, Mapping) else None
    return [
        Condition(said, text(row.get("value"), said), row.get("holds"))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and isinstance(said := row.get("condition"), str)
    ]


def events(all_found: Iterable[Any]) -> dict[int, str]:
    """What the events are called on which any of these rest, and when they were, by id. One statement; those that are
    kept no longer are left out."""
    rows = Event.objects.filter(pk__in={pk for found in all_found for pk in _events(found)})
    return {row.pk: f"{row}, {in_words.moment(row.occurred_at)}" for row in rows.defer("properties")}


def evidence(found: Any, named: Mapping[int, str], rule: str = "") -> SafeString:
    """The conditions of a signal below the whole rule, and its events; empty where it has none of these. `named`: what
    `events` found."""
    context = {
        "rule": rule,
        "conditions": conditions(found),
        "events": [(pk, named.get(pk, "")) for pk in _events(found)],
    }
    return render_to_string("admin/signals_app/conditions.html", context)


def page(found: Any, rule: str) -> SafeString:
    """The same with everything that is stored, folded."""
    context = {"rests_on": evidence(found, events([found]), rule), "stored": stored(found)}
    return render_to_string("admin/signals_app/evidence.html", context)


def rule_of(definition: SignalDefinition, version: int) -> str:
    """The whole rule by which this version finds, as far as it is known."""
    if definition.version != version:
        return f"Found by version {version} of its rule, which was changed since"
    return sentence(definition.detector, definition.config, definition.condition, definition.about)


def _events(found: Any) -> list[int]:
    ids = found.get("event_ids") if isinstance(found, Mapping) else None
    return [pk for pk in (ids if isinstance(ids, list) else ()) if isinstance(pk, int)][:LISTED]


def stored(data: Any) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
