"""Train the model of the intents and write its weights: `python -m signals_app.intents.train [file]`.

Needs scikit-learn, which the running product does not. The same texts and words give the same file. The least
confidence of each label comes from cross-validation over families of the training part; the held-out part is not read.
"""

import json
import math
import sys
from array import array
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from signals_app.intents import model, texts
from signals_app.intents.features import BITS, Seen, see
from signals_app.intents.labels import LABELS

STRENGTH = 2.0
SELDOM = 2
"""An idea in fewer texts than that has no weight."""
FOLDS = 8
PRECISION = 0.95
"""What the least confidence reaches on the folds; a margin above what is asked of texts never seen."""
LEAST, MOST = 0.6, 0.85


def weights(rows: Sequence[texts.Labelled]) -> dict[str, Any]:
    """What `model.load` reads."""
    seen = [see(row.text) for row in rows]
    rarity = _rarity(seen)
    kept = {idea for idea, count in Counter(i for one in seen for i in one.ideas).items() if count >= SELDOM}
    vectors = DictVectorizer()
    matrix: Any = vectors.fit_transform([_vector(one, rarity, kept) for one in seen])
    # liblinear takes no wider ones
    matrix.indices, matrix.indptr = matrix.indices.astype("int32"), matrix.indptr.astype("int32")
    wanted = [[label in row.labels for row in rows] for label in LABELS]
    families = [row.family for row in rows]
    fits = [_fit(matrix, truth) for truth in wanted]
    return {
        "labels": list(LABELS),
        "bias": [round(float(fit.intercept_[0]), 3) for fit in fits],
        "least": [_least(matrix, truth, families) for truth in wanted],
        "rarity": b64encode(rarity).decode(),
        **_by_feature(list(vectors.get_feature_names_out()), [list(fit.coef_[0]) for fit in fits]),
    }


def _vector(seen: Seen, rarity: bytes, kept: set[str]) -> dict[str, float]:
    ideas, grams = model.values(seen.ideas, seen.grams, rarity)
    return {idea: value for idea, value in ideas.items() if idea in kept} | {
        f"#{bucket}": value for bucket, value in grams.items()
    }


def _rarity(seen: Sequence[Seen]) -> bytes:
    counts = Counter(bucket for one in seen for bucket in one.grams)
    frequencies = (math.log((1 + len(seen)) / (1 + counts[bucket])) + 1 for bucket in range(1 << BITS))
    return bytes(min(255, round(model.RARE * frequency)) for frequency in frequencies)


def _fit(matrix: Any, truth: Sequence[bool]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0).fit(matrix, truth)


def _least(matrix: Any, truth: Sequence[bool], families: Sequence[int]) -> float:
    """The lowest confidence from which on families that were left out are told precisely enough."""
    said: list[tuple[float, bool]] = []
    for known, left_out in GroupKFold(FOLDS).split(matrix, groups=families):
        fit = _fit(matrix[known], [truth[number] for number in known])
        sure = fit.predict_proba(matrix[left_out])[:, 1]
        said += [(float(p), truth[number]) for p, number in zip(sure, left_out, strict=True)]
    said.sort(reverse=True)
    right, lowest = 0, MOST
    for rank, (confidence, true) in enumerate(said, 1):
        right += true
        if right / rank >= PRECISION:
            lowest = confidence
    return round(min(MOST, max(LEAST, lowest)), 2)


def _by_feature(names: Sequence[str], coefficients: Sequence[Sequence[float]]) -> dict[str, Any]:
    grams = {int(name[1:]): place for place, name in enumerate(names) if name[0] == "#"}
    scales = [max(abs(one[place]) for place in grams.values()) / 127 for one in coefficients]
    return {
        "ideas": {
            name: [round(model.FINE * one[place]) for one in coefficients]
            for place, name in enumerate(names)
            if name[0] != "#"
        },
        "scales": [float(f"{scale:.4g}") for scale in scales],
        "grams": [_table(grams, one, scale) for one, scale in zip(coefficients, scales, strict=True)],
    }


def _table(grams: dict[int, int], coefficients: Sequence[float], scale: float) -> str:
    table = array("b", bytes(1 << BITS))
    for bucket, place in grams.items():
        table[bucket] = round(coefficients[place] / scale)
    return b64encode(table.tobytes()).decode()


def write(path: Path) -> None:
    path.write_text(json.dumps(weights(texts.load(texts.TRAIN)), indent=0) + "\n", encoding="ascii")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else model.FILE)
