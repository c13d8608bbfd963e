"""What somebody's texts mean: those of tickets, surveys and feedback in a window. Only so many of the newest are read,
and of each only its beginning, so that nobody who writes much keeps a worker busy."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from signals_app import intents
from signals_app.folding import MAX_TEXT
from signals_app.knowing.questions import MOST_TEXTS, Form, Question, Row
from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import Of, Said, Value
from upsell_project.lib.rules.measuring import Seen

_KEYS = ("body", "comment", "subject", "text")
_WRITTEN = "strict (" + " || ".join(f'($.{key} > "")' for key in _KEYS) + ")"
_KEPT = 2_000
_DIGITS = Decimal("0.001")


def question(fact: Said, of: Of, seen: Seen) -> Question:
    """`of`: a person's own texts, or the whole account's. Every label is answered by the same one."""
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    return Question(Form.TEXTS, of, tuple(sorted(intents.TEXT_EVENTS)), since, seen.now, _WRITTEN, keys=_KEYS)


def value(fact: Said, rows: list[Row] | None, locale: str) -> tuple[Value, dict[str, Any]]:
    """The highest confidence (the newest of equals), 0 without any; and its words and event. Of what no text can mean
    nothing is known."""
    if fact.label not in intents.LABELS:
        return None, {}
    best = max(saying(fact, rows, locale), key=lambda one: (one[0], one[1].at), default=None)
    if best is None:
        return Decimal(0), {}
    sure, row, words = best
    return sure, {"words": list(words), "event_id": row.id}


def saying(fact: Said, rows: list[Row] | None, locale: str) -> Iterator[tuple[Decimal, Row, tuple[str, ...]]]:
    """(confidence, event, words) of each text that means it."""
    for row in _newest(rows or ()):
        for intent in _read(text_of(row.properties), locale):
            if intent.label == fact.label:
                yield Decimal(str(intent.confidence)).quantize(_DIGITS), row, intent.words


def _newest(rows: Iterable[Row]) -> list[Row]:
    """As PostgreSQL picks them, newest first."""
    written = (row for row in rows if any(_raw(row.properties, name) for name in _KEYS))
    return sorted(written, key=lambda row: (row.at, row.id), reverse=True)[:MOST_TEXTS]


def text_of(properties: Mapping[str, Any]) -> str:
    """The text, comment or body, after the subject if there is one."""
    said = next((text for name in ("text", "comment", "body") if (text := _text(properties, name))), "")
    return "\n".join(part for part in (_text(properties, "subject"), said) if part)


def _text(properties: Mapping[str, Any], name: str) -> str:
    return _raw(properties, name)[:MAX_TEXT].strip()


def _raw(properties: Mapping[str, Any], name: str) -> str:
    found = properties.get(name)
    return found if isinstance(found, str) else ""


@lru_cache(maxsize=_KEPT)
def _read(text: str, locale: str) -> tuple[intents.Intent, ...]:
    return tuple(intents.read(text, locale)) if text else ()
