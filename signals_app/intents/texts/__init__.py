"""The labelled texts, one file a language: part, language, labels, family and text, separated by tabs.

They were labelled first and then split once, by family, so that neither two wordings nor two translations of one
message stand on both sides. The part `held_out` is for measuring: no word list is mended by it, and the training does
not read it.
"""

from dataclasses import dataclass
from pathlib import Path

from signals_app.intents.labels import NONE

HERE = Path(__file__).parent
LANGUAGES = ("en", "de", "fr", "es")
TRAIN, HELD_OUT = "train", "held_out"


@dataclass(frozen=True, slots=True)
class Labelled:
    """`labels` is empty for a text that wants none of them."""

    part: str
    language: str
    labels: frozenset[str]
    family: int
    text: str


def load(part: str) -> list[Labelled]:
    rows = [row for language in LANGUAGES for row in read(HERE / f"{language}.tsv")]
    return [row for row in rows if row.part == part]


def read(path: Path) -> list[Labelled]:
    return [_labelled(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def _labelled(line: str) -> Labelled:
    part, language, labels, family, text = line.split("\t")
    return Labelled(part, language, frozenset(labels.split(",")) - {NONE}, int(family), text)
