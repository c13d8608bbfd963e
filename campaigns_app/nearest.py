"""Nothing was noticed: which definition came nearest, and by which of its conditions it fails."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from people_app.models import Person
from signals_app import compiled, try_out
from signals_app.models import SignalDefinition
from signals_app.try_out import Line, Tried, TriedPart
from upsell_project.lib.gates import Code, Gate, failed
from upsell_project.lib.rules.facts import Op

_UP = {Op.AT_LEAST.value.replace("_", " "), Op.MORE_THAN.value.replace("_", " ")}
_DOWN = {Op.AT_MOST.value.replace("_", " "), Op.LESS_THAN.value.replace("_", " ")}


@dataclass(frozen=True, slots=True)
class Near:
    """A part of a definition, how near it is to being found (0 to 1), and the condition that lacks least."""

    definition: SignalDefinition
    part: TriedPart
    closeness: float
    lacking: Line | None


def no_signal(definitions: Sequence[SignalDefinition], person: Person, now: datetime) -> Gate:
    """Closed by what the nearest definition lacks. A handful of statements for each definition."""
    if not definitions:
        return failed(Code.NO_SIGNAL, "No signal begins this playbook: none is chosen in it.")
    live = [one for one in definitions if one.live]
    if not live:
        names = ", ".join(one.slug for one in definitions)
        return failed(Code.NO_SIGNAL, f"Every signal that begins this playbook is switched off: {names}.")
    found, notes = _tried(live, lambda one: try_out.on_person(one, person, now))
    if not found:
        why = notes[0] if notes else "None of them can be read."
        return failed(Code.NO_SIGNAL, f"No signal was found. {why}", [one.slug for one in live])
    return _closed(max(found, key=lambda one: one.closeness))


def no_signal_then(
    definitions: Sequence[SignalDefinition], person: Person, at: datetime, now: datetime
) -> Gate:
    """None was live at that moment: what the definition that came nearest lacked then, by the events of before, as far
    as they are kept."""
    begun = f"No signal that begins it was live at {at:%Y-%m-%d %H:%M} UTC."
    months = now.year * 12 + now.month - (at.year * 12 + at.month)
    if months >= settings.EVENT_RETENTION_MONTHS - 1:
        return failed(
            Code.NO_SIGNAL, f"{begun} What was used then is not known: its events are not kept any more."
        )
    found, _ = _tried(definitions, lambda one: try_out.at_moment(one, person, at, now))
    if not found:
        return failed(Code.NO_SIGNAL, begun)
    near = max(found, key=lambda one: one.closeness)
    return failed(Code.NO_SIGNAL, f"{begun} {_lacked(near)}", _said(near), near.part.sentence)


def _lacked(near: Near) -> str:
    nearest = f"By what is stored, the nearest was {near.definition.slug}"
    if near.lacking is None or near.part.holds:
        return f"{nearest}: it held then, and was not found."
    was = _found(near.lacking).replace("it is ", "it was ", 1)
    return f"{nearest}: it asks for “{near.lacking.condition}”, and then {was}."


def _tried(
    definitions: Iterable[SignalDefinition], ask: Callable[[SignalDefinition], Tried]
) -> tuple[list[Near], list[str]]:
    found: list[Near] = []
    notes: list[str] = []
    for ready in compiled.sound(definitions):
        tried = ask(ready.definition)
        found += [_near(ready.definition, part) for part in tried.parts]
        notes += [tried.note] if tried.note else []
    return found, notes


def _near(definition: SignalDefinition, part: TriedPart) -> Near:
    leaves = [line for line in part.lines if line.op]
    lacking = [line for line in leaves if not line.holds]
    total = sum(_credit(line) for line in leaves) / len(leaves) if leaves else 0.0
    return Near(definition, part, total, max(lacking, key=_credit, default=None))


def _credit(line: Line) -> float:
    """1 for a condition that holds; of a number that falls short how far it came; else 0."""
    if line.holds:
        return 1.0
    if not (_number(line.found) and _number(line.wanted)):
        return 0.0
    small, large = (line.found, line.wanted) if line.op in _UP else (line.wanted, line.found)
    if line.op not in _UP | _DOWN or large <= 0 or small < 0:
        return 0.0
    return min(float(small) / float(large), 0.999)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _closed(near: Near) -> Gate:
    return failed(Code.NO_SIGNAL, _reason(near), _said(near), near.part.sentence)


def _said(near: Near) -> dict[str, Any]:
    return {
        "definition": near.definition.slug,
        "conditions": [
            {"condition": line.condition, "value": line.found, "holds": line.holds}
            for line in near.part.lines
            if line.op
        ],
    }


def _reason(near: Near) -> str:
    begun = f"No signal was found. The nearest is {near.definition.slug}"
    if near.part.holds:
        why = near.part.why_not or "It holds now, and is found when next looked at."
        return f"{begun}: {why}"
    if near.lacking is None:
        return f"{begun}: {near.part.why_not or 'it does not hold.'}"
    return f"{begun}: it asks for “{near.lacking.condition}”, and {_found(near.lacking)}."


def _found(line: Line) -> str:
    if line.holds is None:
        return f"not known is {line.missing}" if line.missing else "that is not known"
    if line.found is None:
        return "there is nothing"
    if _number(line.found):
        return (
            f"it is {line.found * 100:.4g} %"
            if "of the limit" in line.condition
            else f"it is {line.found:,.10g}"
        )
    return f"it is {line.found}"
