"""What somebody's texts meant, as sure as the surest of them within the window."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from signals_app.intents import TEXT_EVENTS
from signals_app.knowing import texts
from signals_app.knowing.questions import Row
from signals_app.rehearse.past import Past, Teller, begins
from upsell_project.lib.rules.facts import Said, Value


def teller(fact: Said, past: Past) -> Teller:
    rows = [
        Row(one.id, one.at, one.name, dict(one.properties))
        for one in past.of(past.whose)
        if one.name in TEXT_EVENTS
    ]

    locale = (past.profile.person or {}).get("locale") or ""

    def told(now: datetime) -> tuple[Value, Mapping[str, Any]]:
        since = begins(fact.window, past, past.whose, now)
        return texts.value(fact, [one for one in rows if since <= one.at <= now], locale)

    return told
