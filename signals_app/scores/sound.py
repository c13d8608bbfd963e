"""Whether a score may be saved: its signs read, are about accounts and refer to what exists, and make a date of nothing
that is live."""

from collections.abc import Iterator, Mapping
from typing import Any

from signals_app import dated, references
from signals_app.models import ScoreDefinition
from signals_app.scores import rules
from upsell_project.lib.rules import impersonal, reading
from upsell_project.lib.rules.facts import Score
from upsell_project.lib.rules.tree import facts as facts_of

MOST_SIGNS = 20
MOST_POINTS = 1_000_000
LONGEST_PART, LONGEST_NAME = 40, 200
KEYS = ("part", "name", "points", "if")


def problems(slug: str, signs: Any, *, live: bool = True) -> list[str]:
    """Sentences about everything that is wrong with what is to be saved, each with its place."""
    if wrong := unreadable(signs):
        return wrong
    for place, sign in enumerate(signs):
        wrong += references.faults(sign["if"], f"signs[{place}].if")
    return wrong or ([f"signs: {sentence}" for sentence in dated.by_score(slug, signs)] if live else [])


def unreadable(signs: Any) -> list[str]:
    """Sentences about everything that is wrong, each with its place: `signs[0].points: ...`."""
    if not isinstance(signs, list) or not signs:
        return ["signs: must be a list with at least one sign"]
    if len(signs) > MOST_SIGNS:
        return [f"signs: has more than {MOST_SIGNS}"]
    found = [wrong for place, sign in enumerate(signs) for wrong in _of_one(f"signs[{place}]", sign)]
    names = [sign["name"] for sign in signs if isinstance(sign, Mapping) and "name" in sign]
    if not found and len(set(names)) < len(names):
        found.append("signs: two have the same name")
    return found


def _of_one(path: str, sign: Any) -> Iterator[str]:
    if not isinstance(sign, Mapping) or set(sign) != set(KEYS):
        yield f"{path}: must have {', '.join(KEYS)} and nothing else"
        return
    for key, longest in (("part", LONGEST_PART), ("name", LONGEST_NAME)):
        if not isinstance(sign[key], str) or not sign[key].strip() or len(sign[key]) > longest:
            yield f"{path}.{key}: must be a text of up to {longest} characters"
    if not _is_points(sign["points"]):
        yield f"{path}.points: must be a number above 0 and up to {MOST_POINTS}"
    yield from _of_rule(f"{path}.if", sign["if"])


def _is_points(points: Any) -> bool:
    if isinstance(points, bool) or not isinstance(points, int | float):
        return False
    return 0 < points <= MOST_POINTS


def _of_rule(path: str, raw: Any) -> Iterator[str]:
    try:
        rule = reading.read(raw)
    except reading.Unreadable as error:
        for place, sentence in error.problems:
            yield f"{path}{f'.{place}' if place else ''}: {sentence}"
        return
    yield from references.said(impersonal.problems(rule), path)
    if any(isinstance(fact, Score) for fact in facts_of(rule)):
        yield f"{path}: asks for another score; take over its signs instead"


def untrained(definition: ScoreDefinition, signs: Any) -> str:
    """Why this cannot be weighed by what was learned; empty if it can."""
    training = definition.training
    if not training:
        return "It was not trained yet."
    if training.get("problem"):
        return f"It could not be trained: {training['problem']}"
    if training["signs"] != rules.fingerprint(signs):
        return "Its signs have changed since it was trained: train it again."
    if training["brier"] >= training["base_brier"]:
        return "What was learned predicts no better than the share of all who accepted: it stays with the points."
    return ""
