"""Pictures of a score: how accounts are spread over it, and whether predicted chances are what happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from signals_app.models import ScoreDefinition
from signals_app.scores import sound, telling
from upsell_project.lib import in_words

WIDTH, HEIGHT = 10, 60
"""Of one bar, in the picture's own units."""
SIDE = 100
"""Of the square in which chances are drawn against what happened."""
SMALL, LARGE = 1.2, 4.0


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin of predictions in percent; `x` to the right is what was predicted, `y` down from the top what happened."""

    label: str
    count: int
    predicted: float
    observed: float
    low: float
    high: float
    fits: bool
    x: float
    y: float
    top: float
    bottom: float
    size: float


def spread(definition: ScoreDefinition) -> dict[str, Any]:
    counts = telling.spread(definition.slug)
    most, total = max(counts) or 1, sum(counts)
    bars = [
        Bar(
            f"{place * 10} to {place * 10 + 10} %",
            count,
            place * WIDTH,
            round(HEIGHT * (1 - count / most), 1),
            round(HEIGHT * count / most, 1),
        )
        for place, count in enumerate(counts)
    ]
    upper = sum(counts[telling.BINS // 2 :])
    sentence = f"{total} accounts are measured; {upper} of them stand at 50 % or higher." if total else ""
    return {"bars": bars, "width": WIDTH * len(bars), "height": HEIGHT, "total": total, "sentence": sentence}


def training(definition: ScoreDefinition) -> dict[str, Any]:
    """`reason`: why what was learned cannot be used, empty if it can."""
    learned = definition.training
    shown: dict[str, Any] = {
        "asked": definition.training_asked_at is not None,
        "reason": sound.untrained(definition, definition.signs),
        "at": in_words.moment(datetime.fromisoformat(learned["at"])) if "at" in learned else "",
        "unused": learned.get("unused", []),
        "left_out": learned.get("left_out", 0),
        "side": SIDE,
    }
    if "weights" not in learned:
        return shown
    return shown | {
        "dots": [_dot(one, learned["answers"]) for one in learned["bins"]],
        "sentence": sentence(learned),
        "signs": _signs(definition),
    }


def sentence(learned: dict[str, Any]) -> str:
    """How well it predicts, for staff."""
    better = 100 * (1 - learned["brier"] / learned["base_brier"])
    error = f"{abs(better):.0f} % {'less' if better > 0 else 'more'}"
    trust = (
        "What was predicted is what happened, within chance."
        if learned["calibrated"]
        else "What was predicted is not what happened: read it as an order, not as a chance."
    )
    return (
        f"{learned['yes']} of {learned['answers']} answers of {learned['accounts']} accounts were a yes."
        f" On answers that it had not seen, its error (Brier score {learned['brier']:.3f}) is {error} than that of"
        f" always saying {learned['base_rate']:.0%} ({learned['base_brier']:.3f}); of a yes and a no it put the yes"
        f" first in {learned['area']:.0%} of all pairs. {trust}"
    )


def _dot(one: dict[str, Any], answers: int) -> Dot:
    share = one["count"] / answers
    return Dot(
        label=f"{one['first']:.0%} to {one['last']:.0%}",
        count=one["count"],
        predicted=round(100 * one["predicted"], 1),
        observed=round(100 * one["observed"], 1),
        low=round(100 * one["low"], 1),
        high=round(100 * one["high"], 1),
        fits=one["fits"],
        x=round(SIDE * one["predicted"], 1),
        y=round(SIDE * (1 - one["observed"]), 1),
        top=round(SIDE * (1 - one["high"]), 1),
        bottom=round(SIDE * (1 - one["low"]), 1),
        size=round(SMALL + (LARGE - SMALL) * share, 2),
    )


def _signs(definition: ScoreDefinition) -> list[tuple[str, float | None]]:
    """With how much each adds to the log odds; none where the signs are others by now."""
    weights = definition.training["weights"]
    if len(weights) != len(definition.signs):
        return []
    return [
        (sign["name"], None if weight is None else round(weight, 2))
        for sign, weight in zip(definition.signs, weights, strict=True)
    ]
