"""The labelled texts: manipulative ones, and honest ones that only look alike (`!` before the rule they look like).

The first 525 were written at once, then divided by a script by the hash of each text, half of every kind; the patterns
were written and mended with `tuning.*` only, to which texts after what other people wrote were added later. `fresh.*`
are 120 about opting out and typed terms, kept before these two rules were written anew. Author of texts and patterns
is the same, so the figures are an upper bound; docs/linter.md has those of texts by other authors.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from offers_app.linter import check
from offers_app.linter.draft import Draft
from offers_app.linter.rules import LANGUAGES

FOLDER = Path(__file__).parent


@dataclass
class Score:
    """How often a rule was right, wrong, and silent where it should not be."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def precision(self, *rules: str) -> float:
        return _share(self.right, self.wrong, rules)

    def recall(self, *rules: str) -> float:
        return _share(self.right, self.missed, rules)


def _share(right: Counter[str], others: Counter[str], rules: tuple[str, ...]) -> float:
    names = rules or tuple(right | others)
    good, bad = sum(right[name] for name in names), sum(others[name] for name in names)
    return good / (good + bad)


def texts(half: str) -> Iterator[tuple[str, str, str, str]]:
    """(language, verdict, field, text) of `tuning`, `held_out` or `fresh`."""
    for language in LANGUAGES:
        with (FOLDER / f"{half}.{language}.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield language, row["verdict"], row["field"], row["text"]


def measured(half: str) -> Score:
    """What the linter says of them, against what they are."""
    score = Score()
    for language, verdict, name, text in texts(half):
        found = {one.rule for one in check.findings(Draft({name: text}, locale=language)) if one.blocks}
        meant = set() if verdict.startswith("!") else {verdict}
        score.right.update(found & meant)
        score.wrong.update(found - meant)
        score.missed.update(meant - found)
    return score
