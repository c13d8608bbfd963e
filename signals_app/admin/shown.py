"""What a condition asked and what was found, as staff read it: on the pages of what is tried and of what was found."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

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
    """A day and time without its seconds; any other text as it is."""
    try:
        found = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        found = None
    return f"{found:%Y-%m-%d %H:%M}" if found else value


def conditions(evidence: Any) -> list[Condition]:
    """Those that evidence holds."""
    rows = evidence.get("conditions") if isinstance(evidence, Mapping) else None
    return [
        Condition(said, text(row.get("value"), said), row.get("holds"))
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, Mapping) and isinstance(said := row.get("condition"), str)
    ]


def evidence(found: Any) -> SafeString:
    """The conditions of a signal with links to its events; empty where it has neither."""
    ids = found.get("event_ids") if isinstance(found, Mapping) else None
    events = [pk for pk in (ids if isinstance(ids, list) else ()) if isinstance(pk, int)][:LISTED]
    context = {"conditions": conditions(found), "events": events}
    return render_to_string("admin/signals_app/conditions.html", context)


def page(found: Any) -> SafeString:
    """The same with everything that is stored, folded."""
    context = {"rests_on": evidence(found), "stored": stored(found)}
    return render_to_string("admin/signals_app/evidence.html", context)


def stored(data: Any) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
