"""The rules and the words of each language, read once from the files beside this one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from offers_app.linter.draft import Severity
from offers_app.linter.liquid_parts import BREAK, DATE, EVIDENCE, SOURCE, VALUE

LANGUAGES = ("en", "de", "fr", "es")
_FOLDER = Path(__file__).parent
_WORD = rf"[^\s.!?;{BREAK}]{{1,25}}"
_MACROS = {
    "w": rf"(?:{_WORD} ){{0,4}}",
    "mid": rf"(?: {_WORD}){{0,4}}",
    "gap": rf"[^.!;{BREAK}]{{0,150}}?",
    "date": DATE,
    "value": f"[{DATE}{EVIDENCE}{SOURCE}{VALUE}]",
}
_MACRO = re.compile(r"<([a-z]{1,10})>")
_UNBOUNDED = re.compile(r"(?<!\\)[*+]|\{\d*,\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is forbidden and why; `bound`: where a bound date excuses it."""

    id: str
    severity: Severity
    forbids: str
    fix: str
    because: tuple[str, ...]
    bound: Literal["", "sentence", "draft"] = ""


@dataclass(frozen=True, slots=True)
class Words:
    """How a rule's breach reads in one language: in any text, in labels, where no date is bound; `honest` excuses."""

    language: str
    always: tuple[re.Pattern[str], ...]
    labels: tuple[re.Pattern[str], ...]
    unbound: tuple[re.Pattern[str], ...]
    honest: tuple[re.Pattern[str], ...]


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """By id, in the order of the file."""
    return read_rules(_FOLDER / "rules.yaml")


def read_rules(path: Path) -> Mapping[str, Rule]:
    """Of a file of rules, by id, in its order."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: Rule(id=name, **{**row, "because": tuple(row["because"])}) for name, row in found.items()}


@lru_cache(maxsize=1)
def words() -> Mapping[str, tuple[Words, ...]]:
    """By rule, in every language: texts mix them."""
    files = {language: _read(language) for language in LANGUAGES}
    return {rule: tuple(_words(language, said, rule) for language, said in files.items()) for rule in rules()}


@lru_cache(maxsize=len(LANGUAGES))
def choices(language: str) -> tuple[re.Pattern[str], ...]:
    """How a text that ends on a choice ends in this language."""
    said = _read(language)
    return tuple(_compiled(one, said["macros"]) for one in said["choice"])


def _read(language: str) -> dict[str, Any]:
    return dict(yaml.safe_load((_FOLDER / "patterns" / f"{language}.yaml").read_text(encoding="utf-8")))


def _words(language: str, said: Mapping[str, Any], rule: str) -> Words:
    lists = said["rules"].get(rule, {})
    kinds = ("always", "labels", "unbound", "honest")
    compiled = {kind: tuple(_compiled(one, said["macros"]) for one in lists.get(kind, ())) for kind in kinds}
    return Words(language, **compiled)


def _compiled(pattern: str, macros: Mapping[str, str]) -> re.Pattern[str]:
    """Between the ends of words. Raises ValueError for a repetition without a bound: it could take very long."""
    if _UNBOUNDED.search(pattern):
        raise ValueError(f"{pattern}: a repetition needs a bound")
    return re.compile(rf"(?<!\w)(?:{_filled(pattern, {**_MACROS, **macros})})(?!\w)")


def _filled(pattern: str, known: Mapping[str, str]) -> str:
    return _MACRO.sub(lambda found: _filled(known[found[1]], known), pattern)
