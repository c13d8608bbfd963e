"""Whether settings are what their fields say. Pure: a value in, sentences out, each beginning with its path."""

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

from signals_app.detectors.shared.fields import Field, Sort, example
from signals_app.intents import LABELS
from upsell_project.lib import seasons
from upsell_project.lib.rules import reading

MOST_NAMES, LONGEST_NAME, MOST_PARTS, MOST_WEIGHT = 20, 200, 20, 1000
SEASONS: tuple[str, ...] = get_args(seasons.Name)
ACTIVITY = (
    Field("events", Sort.EVENTS, "What counts; none: anything they do.", ["Report Exported"], default=[]),
    Field("at_least", Sort.WHOLE, "How often.", 10, required=True, most=1_000_000),
    Field("days", Sort.DAYS, "In so many days up to now.", 14, required=True),
)
_Check = Callable[[Field, Any, str], list[str]]


def faults(fields: tuple[Field, ...], given: Any, path: str) -> list[str]:
    """One sentence per fault, in the order of the fields; none when all is sound."""
    if not isinstance(given, Mapping):
        return [f"{path}: must be an object such as {example(fields)}"]
    names = [field.name for field in fields]
    unknown = sorted(str(name) for name in given if name not in names)
    return [fault for field in fields for fault in _of_field(field, given, fields, path)] + [
        f"{path}.{name}: is not a setting here; there are {', '.join(names)}" for name in unknown
    ]


def _of_field(field: Field, given: Mapping[str, Any], fields: tuple[Field, ...], path: str) -> list[str]:
    at = f"{path}.{field.name}"
    if field.name in given:
        return _CHECKS[field.sort](field, given[field.name], at)
    return [f"{at}: is missing. Example: {example(fields)}"] if field.required else []


def whole(raw: Any, least: int, most: int) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and least <= raw <= most


def _between(raw: Any, most: int) -> bool:
    """A number above 0 and up to `most`; what is no number, such as NaN, lies nowhere."""
    return isinstance(raw, int | float) and not isinstance(raw, bool) and 0 < raw <= most


def _name(raw: Any) -> bool:
    return isinstance(raw, str) and bool(raw.strip()) and len(raw) <= LONGEST_NAME and "\x00" not in raw


def _text(field: Field, raw: Any, path: str) -> list[str]:
    return [] if _name(raw) else [f"{path}: must be a name, not empty, of at most {LONGEST_NAME} characters"]


def _names(field: Field, raw: Any, path: str) -> list[str]:
    if not isinstance(raw, list) or (field.required and not raw):
        return [f"{path}: must be a list of names of events, such as {_shown(field.example)}"]
    if len(raw) > MOST_NAMES:
        return [f"{path}: must be at most {MOST_NAMES} names"]
    return [fault for place, one in enumerate(raw) for fault in _text(field, one, f"{path}[{place}]")]


def _resources(field: Field, raw: Any, path: str) -> list[str]:
    fine = isinstance(raw, list) and 0 < len(raw) <= MOST_NAMES and all(map(_name, raw))
    return [] if fine else [f'{path}: must be a list of resources such as ["exports"], or ["*"] for all']


def _whole(field: Field, raw: Any, path: str) -> list[str]:
    fine = whole(raw, field.least, field.most)
    return [] if fine else [f"{path}: must be a whole number from {field.least} to {field.most}"]


def _share(field: Field, raw: Any, path: str) -> list[str]:
    fine = _between(raw, field.most)
    said = f"must be a share above 0 and up to {field.most}, such as {field.example}"
    return [] if fine else [f"{path}: {said} for {round(field.example * 100)} %"]


def _among(choices: tuple[str, ...], raw: Any, path: str) -> list[str]:
    fine = isinstance(raw, str) and raw in choices
    return [] if fine else [f"{path}: must be one of {', '.join(choices)}"]


def _choices(field: Field, raw: Any, path: str) -> list[str]:
    if not isinstance(raw, list) or not raw:
        return [f"{path}: must be a list of some of {', '.join(field.choices)}"]
    return [
        fault for place, one in enumerate(raw) for fault in _among(field.choices, one, f"{path}[{place}]")
    ]


def _where(field: Field, raw: Any, path: str) -> list[str]:
    """As rules have it. What is wrong in `{"tier": ...}` is said of `tier`, not of its place in a list."""
    if not isinstance(raw, list | dict):
        return [
            f"{path}: must be an object of property and value, such as {_shown(field.example)}, or a list of"
            ' {"path", "op", "value"}'
        ]
    given = listed(raw)
    try:
        reading.read({**_ANY_EVENT, "where": given})
    except reading.Unreadable as wrong:
        return [f"{path}{_place(at, raw)}: {sentence}" for at, sentence in wrong.problems]
    return []


def listed(raw: list[Any] | dict[str, Any]) -> list[Any]:
    """`{"tier": "premium"}` as the list of conditions that it stands for."""
    if isinstance(raw, list):
        return raw
    return [{"path": name, "op": "is", "value": value} for name, value in raw.items()]


def _place(at: str, raw: list[Any] | dict[str, Any]) -> str:
    """`where[0].value` as the end of the path of the setting."""
    rest = at.removeprefix("where")
    if isinstance(raw, list) or not rest:
        return rest
    number = int(rest[1 : rest.index("]")])
    return f".{list(raw)[number]}"


def _activity(field: Field, raw: Any, path: str) -> list[str]:
    return faults(ACTIVITY, raw, path)


def _rule(field: Field, raw: Any, path: str) -> list[str]:
    try:
        reading.read(raw)
    except reading.Unreadable as wrong:
        return [f"{path}{'.' if at else ''}{at}: {sentence}" for at, sentence in wrong.problems]
    return []


def _parts(field: Field, raw: Any, path: str) -> list[str]:
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_PARTS:
        return [f"{path}: must be a list of 1 to {MOST_PARTS} rules, such as {_shown(field.example)}"]
    return [fault for place, one in enumerate(raw) for fault in _part(field, one, f"{path}[{place}]")]


def _part(field: Field, raw: Any, path: str) -> list[str]:
    if not isinstance(raw, Mapping) or "if" not in raw or raw.keys() - {"if", "weight"}:
        return [f'{path}: must be an object of "if", a rule, and perhaps "weight"']
    weight = raw.get("weight", 1)
    fine = _between(weight, MOST_WEIGHT)
    wrong = [] if fine else [f"{path}.weight: must be a number above 0 and up to {MOST_WEIGHT}"]
    return wrong + _rule(field, raw["if"], f"{path}.if")


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_ANY_EVENT = {"fact": "events", "names": [], "window": {"days": 1}, "op": "at_least", "value": 1}
_CHECKS: dict[Sort, _Check] = {
    Sort.EVENT: _text,
    Sort.EVENTS: _names,
    Sort.WHERE: _where,
    Sort.PATH: _text,
    Sort.WHOLE: _whole,
    Sort.DAYS: _whole,
    Sort.SHARE: _share,
    Sort.CHOICE: lambda field, raw, path: _among(field.choices, raw, path),
    Sort.CHOICES: _choices,
    Sort.TRAIT: _text,
    Sort.RESOURCES: _resources,
    Sort.TEXT: _text,
    Sort.LABEL: lambda field, raw, path: _among(LABELS, raw, path),
    Sort.SEASON: lambda field, raw, path: _among(SEASONS, raw, path),
    Sort.ACTIVITY: _activity,
    Sort.RULE: _rule,
    Sort.PARTS: _parts,
}
