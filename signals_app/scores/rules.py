"""The signs of scores, ready to be asked; read once for as long as they stay as they are."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from signals_app.knowing import Known
from signals_app.models import ScoreDefinition
from signals_app.scores.propensity import Model
from upsell_project.lib.rules import judging, reading
from upsell_project.lib.rules.facts import Fact
from upsell_project.lib.rules.judging import Judge, Verdict
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.rules.tree import facts as facts_of

PLACES = Decimal("0.00001")


@dataclass(frozen=True, slots=True)
class Sign:
    part: str
    name: str
    points: Decimal
    rule: Rule
    holds: Judge

    @property
    def facts(self) -> set[Fact]:
        return facts_of(self.rule)


@dataclass(frozen=True, slots=True)
class Live:
    """A definition; without signs that can be read no account has this score. `model`: what weighs them, if trained;
    its weights are in the order of the signs, None where nothing could be learned of one."""

    definition: ScoreDefinition
    signs: tuple[Sign, ...]
    model: Model | None

    @property
    def facts(self) -> frozenset[Fact]:
        return frozenset(fact for sign in self.signs for fact in sign.facts)


def of(definition: ScoreDefinition) -> Live:
    try:
        signs = _signs(json.dumps(definition.signs, sort_keys=True))
    except (reading.Unreadable, TypeError, KeyError, AttributeError):
        return Live(definition, (), None)
    model = learned(definition) if definition.trained else None
    return Live(definition, signs, model)


@lru_cache(maxsize=1_000)
def _signs(text: str) -> tuple[Sign, ...]:
    return tuple(_sign(raw) for raw in json.loads(text))


def _sign(raw: Mapping[str, Any]) -> Sign:
    rule = reading.read(raw["if"])
    return Sign(
        raw["part"], raw["name"], exactly(raw["points"]), rule, judging.compiled(rule, "a sign of a score")
    )


def exactly(points: float) -> Decimal:
    """As it is written."""
    return Decimal(str(points))


def fingerprint(signs: Sequence[Mapping[str, Any]]) -> str:
    """Of what was trained: other names or points leave the weights as good as they were, another rule does not."""
    rules = json.dumps([sign["if"] for sign in signs], sort_keys=True)
    return hashlib.sha256(rules.encode()).hexdigest()


def learned(definition: ScoreDefinition) -> Model | None:
    """What was learned of these very signs, if it predicts better than the plain share of those who accepted."""
    training = definition.training
    if "weights" not in training or training["signs"] != fingerprint(definition.signs):
        return None
    if training["brier"] >= training["base_brier"]:
        return None
    return Model(training["intercept"], tuple(training["weights"]))


def scored(live: Live, known: Known) -> tuple[Decimal, dict[str, Any]]:
    """The value from 0 to 1, and what it is made of, as `Score.parts` has it. What is not known does not count."""
    verdicts = [sign.holds(known.values, known.at) for sign in live.signs]
    return _value(live, verdicts), {
        "parts": _parts(live.signs, verdicts),
        "signs": _shown(live, verdicts),
        "trained": live.model is not None,
    }


def _value(live: Live, verdicts: Sequence[Verdict]) -> Decimal:
    if live.model is not None:
        chance = live.model.chance([verdict is True for verdict in verdicts])
        return Decimal(chance).quantize(PLACES)
    every = sum(sign.points for sign in live.signs)
    return (_points(live.signs, verdicts) / every).quantize(PLACES)


def _points(signs: Sequence[Sign], verdicts: Sequence[Verdict]) -> Decimal:
    pairs = zip(signs, verdicts, strict=True)
    return sum((sign.points for sign, verdict in pairs if verdict is True), Decimal(0))


def _parts(signs: Sequence[Sign], verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    found: dict[str, list[Decimal]] = {}
    for sign, verdict in zip(signs, verdicts, strict=True):
        sums = found.setdefault(sign.part, [Decimal(0), Decimal(0)])
        sums[0] += sign.points if verdict is True else 0
        sums[1] += sign.points
    return [
        {"part": part, "points": plain(held), "of": plain(every)} for part, (held, every) in found.items()
    ]


def _shown(live: Live, verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"part": sign.part, "name": sign.name, "points": plain(sign.points), "holds": verdict}
        for sign, verdict in zip(live.signs, verdicts, strict=True)
    ]
    if live.model is not None:
        for row, weight in zip(rows, live.model.weights, strict=True):
            row["weight"] = weight
    return rows


def plain(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)
