"""docs/linter.md says of every rule what the rule says of itself, and its examples are true."""

import re
from pathlib import Path

import pytest

from campaigns_app.playbook_lint import check as playbook_check
from offers_app.linter import check
from offers_app.linter.draft import Draft
from offers_app.linter.rules import rules

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "linter.md").read_text(encoding="utf-8")
SECTIONS = {part.split(" ")[0]: part for part in PAGE.split("\n### ")[1:]}
BY_WORDS = [name for name, rule in rules().items() if rule.severity == "error" and name != "missing-why-now"]


def test_every_rule_is_there_with_its_reasons() -> None:
    every = {**rules(), **playbook_check.rules()}
    assert list(SECTIONS) == list(every)
    for name, rule in every.items():
        for said in (f"({rule.severity})", rule.forbids, rule.fix, *rule.because):
            assert said in SECTIONS[name]


@pytest.mark.parametrize("rule", BY_WORDS)
def test_the_example_is_refused_and_its_correction_passes(rule: str) -> None:
    (bad,), (good,) = (re.findall(rf"\* {word}: `(.+)`", SECTIONS[rule]) for word in ("Instead of", "Write"))
    field = "secondary_label" if rule == "confirm-shaming" else "body"
    assert rule in {one.rule for one in check.findings(Draft({field: bad}))}
    assert check.findings(Draft({field: good})) == []
