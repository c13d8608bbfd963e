"""The linear model: what each feature says for and against each label, read from the file that the training wrote."""

import json
import math
from array import array
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from signals_app.intents.features import Seen
from signals_app.intents.labels import LABELS

FILE = Path(__file__).with_name("weights.json")
PAIR = 0.5
"""What the meeting of two ideas counts, where an idea counts one."""
GRAMS = 1.0
"""What all pieces of words count together, as the length of their vector."""
FINE = 100
"""Weights of ideas are whole hundredths."""
RARE = 32
"""Inverse document frequencies are whole thirty-seconds."""


@dataclass(frozen=True, slots=True)
class Model:
    """`ideas`: hundredths by label. `grams`: for each label one signed byte a bucket, times its `scales`."""

    bias: list[float]
    least: list[float]
    ideas: dict[str, list[int]]
    rarity: bytes
    grams: "list[array[int]]"
    scales: list[float]


@dataclass(frozen=True, slots=True)
class Score:
    """How sure the model is of one label, from 0 to 1, and what each word of the text added to that."""

    confidence: float
    enough: bool
    by_word: dict[int, float]


@cache
def load(path: Path = FILE) -> Model:
    raw: dict[str, Any] = json.loads(path.read_text(encoding="ascii"))
    assert raw["labels"] == list(LABELS), "weights of other labels"
    grams = [array("b", b64decode(one)) for one in raw["grams"]]
    return Model(raw["bias"], raw["least"], raw["ideas"], b64decode(raw["rarity"]), grams, raw["scales"])


def values(
    ideas: Mapping[str, object], grams: Mapping[int, object], rarity: bytes
) -> tuple[dict[str, float], dict[int, float]]:
    """What the features of one text measure, for the training and for the scoring alike."""
    rare = {bucket: rarity[bucket] / RARE for bucket in grams}
    length = math.sqrt(sum(value * value for value in rare.values())) or 1.0
    return (
        {idea: PAIR if "&" in idea else 1.0 for idea in ideas},
        {bucket: GRAMS * value / length for bucket, value in rare.items()},
    )


def score(model: Model, seen: Seen) -> list[Score]:
    """One for each label, in the order of `LABELS`."""
    ideas, grams = values(seen.ideas, seen.grams, model.rarity)
    known = [(idea, value / FINE) for idea, value in ideas.items() if idea in model.ideas]
    return [_score(model, label, seen, known, grams) for label in range(len(LABELS))]


def _score(
    model: Model, label: int, seen: Seen, ideas: list[tuple[str, float]], grams: Mapping[int, float]
) -> Score:
    weights, scale = model.grams[label], model.scales[label]
    said = sum([value * model.ideas[idea][label] for idea, value in ideas])
    spelled = scale * sum([value * weights[bucket] for bucket, value in grams.items()])
    total = max(-30.0, min(30.0, model.bias[label] + said + spelled))
    confidence = 1 / (1 + math.exp(-total))
    if confidence < model.least[label]:
        return Score(confidence, False, {})
    parts = [(seen.ideas[idea], value * model.ideas[idea][label]) for idea, value in ideas]
    parts += [(seen.grams[bucket], value * scale * weights[bucket]) for bucket, value in grams.items()]
    return Score(confidence, True, _by_word(parts))


def _by_word(parts: list[tuple[list[int], float]]) -> dict[int, float]:
    """Each feature's part shared among the words that carry it."""
    shares: dict[int, float] = {}
    for numbers, said in parts:
        for number in numbers:
            shares[number] = shares.get(number, 0.0) + said / len(numbers)
    return shares
