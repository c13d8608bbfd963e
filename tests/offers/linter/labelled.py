"""The labelled texts: manipulative ones, and honest ones that only look alike (`!` before the rule they look like).

The first 525 were written at once, then divided by a script by the hash of each text, half of every kind; the patterns
were written and mended with `tuning.*` only, to which texts after what other people wrote were added later. `fresh.*`
are 120 about opting out and typed terms, kept before these two rules were written anew; `everyday.*` are honest
sentences about days that have passed and things that were counted. Author of texts and patterns is the same, so the
figures are an upper bound.

`real_world.tsv` was written by others, each text with its source: a random sample of the shop texts of Yada et al.
(2022; https://github.com/yamanalab/ec-darkpattern, Apache License 2.0; its manipulative ones were collected by Mathur
et al., 2019), and single lines quoted from pages about manipulative wording. Its verdicts say which rules, as they
read, each text breaks; the sample and its verdicts were fixed before the linter read them.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
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
    """(language, verdict, field, text) of `tuning`, `held_out`, `fresh` or `everyday`."""
    for language in LANGUAGES:
        with (FOLDER / f"{half}.{language}.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield language, row["verdict"], row["field"], row["text"]


def real_world() -> Iterator[tuple[str, frozenset[str], str, str, str]]:
    """(language, rules that it breaks, field, source, text)."""
    with (FOLDER / "real_world.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            broken = frozenset(row["verdicts"].split(",")) - {"-"}
            yield row["language"], broken, row["field"], row["source"], row["text"]


def refused(language: str, name: str, text: str) -> frozenset[str]:
    """The rules by which the linter refuses it."""
    return frozenset(one.rule for one in check.findings(Draft({name: text}, locale=language)) if one.blocks)


def measured(half: str) -> Score:
    """What the linter says of them, against what they are; `half` may be `real_world`, too."""
    if half == "real_world":
        return _scored((language, broken, name, text) for language, broken, name, _, text in real_world())
    rows = texts(half)
    return _scored(
        (language, frozenset() if verdict.startswith("!") else frozenset({verdict}), name, text)
        for language, verdict, name, text in rows
    )


def _scored(rows: Iterable[tuple[str, frozenset[str], str, str]]) -> Score:
    score = Score()
    for language, meant, name, text in rows:
        found = refused(language, name, text)
        score.right.update(found & meant)
        score.wrong.update(found - meant)
        score.missed.update(meant - found)
    return score
