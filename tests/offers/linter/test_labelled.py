"""How often the linter is right, on texts its patterns were not written with. Floors: what was measured, less 0.05."""

from collections import Counter

import pytest

from offers_app.linter.rules import LANGUAGES, rules
from tests.offers.linter import labelled
from tests.offers.linter.labelled import Score

# (precision, recall) on the half set aside, as measured when this was written.
MEASURED = {
    "false-scarcity": (0.95, 1.00),
    "unbound-countdown": (1.00, 1.00),
    "confirm-shaming": (1.00, 1.00),
    "unequal-decline": (1.00, 1.00),
    "hidden-price": (1.00, 1.00),
    "hidden-renewal": (1.00, 1.00),
    "hard-opt-out": (0.89, 0.80),
    "loss-wording": (0.91, 1.00),
    "unsourced-claim": (1.00, 1.00),
    "desperate-tone": (1.00, 1.00),
    "typed-terms": (0.83, 1.00),
}
# Of these two, on texts written later than all others and before their patterns were written anew.
FRESH = {"hard-opt-out": (1.00, 1.00), "typed-terms": (0.97, 1.00)}
# On texts by others, as measured; before the patterns were mended by what they missed there: 0.90 and 0.82 over all.
# Rules with fewer than five breaches in it count over all only.
REAL_WORLD = {
    "false-scarcity": (0.97, 0.97),
    "unbound-countdown": (1.00, 1.00),
    "confirm-shaming": (0.96, 0.93),
    "desperate-tone": (0.78, 1.00),
    "typed-terms": (1.00, 0.89),
}
REAL_WORLD_OVER_ALL = (0.93, 0.94)
SLACK = 0.05


@pytest.fixture(scope="module")
def score() -> Score:
    return labelled.measured("held_out")


@pytest.mark.parametrize("rule", MEASURED)
def test_each_rule_is_as_right_as_when_it_was_measured(rule: str, score: Score) -> None:
    _holds(MEASURED[rule], score, rule)


@pytest.mark.parametrize("rule", FRESH)
def test_the_two_that_were_written_anew_hold_on_texts_from_before(rule: str) -> None:
    _holds(FRESH[rule], labelled.measured("fresh"), rule)


@pytest.fixture(scope="module")
def real_score() -> Score:
    return labelled.measured("real_world")


@pytest.mark.parametrize("rule", REAL_WORLD)
def test_each_rule_is_as_right_on_texts_by_others(rule: str, real_score: Score) -> None:
    assert real_score.right[rule] + real_score.missed[rule] >= 5
    _holds(REAL_WORLD[rule], real_score, rule)


def test_over_all_rules_nine_of_ten_hold_on_texts_by_others(real_score: Score) -> None:
    assert real_score.precision() >= REAL_WORLD_OVER_ALL[0] - SLACK
    assert real_score.recall() >= REAL_WORLD_OVER_ALL[1] - SLACK


def test_texts_by_others_name_their_source_and_a_rule_that_exists() -> None:
    rows = list(labelled.real_world())
    assert len(rows) >= 200
    assert sum(bool(broken) for _, broken, _, _, _ in rows) >= 90
    assert {language for language, *_ in rows} == set(LANGUAGES)
    for _, broken, _, source, text in rows:
        assert broken <= set(rules())
        assert source == "ec-darkpattern" or source.startswith("https://")
        assert len(text) < 170, "a quotation, not a page"


@pytest.mark.parametrize(("language", "text"), [(row[0], row[3]) for row in labelled.texts("everyday")])
def test_what_happened_and_was_counted_is_neither_scarcity_nor_urgency(language: str, text: str) -> None:
    assert not labelled.refused(language, "body", text)


def _holds(measured: tuple[float, float], score: Score, rule: str) -> None:
    assert score.precision(rule) >= measured[0] - SLACK
    assert score.recall(rule) >= measured[1] - SLACK


def test_over_all_nine_of_ten_findings_are_right_and_most_breaches_are_found(score: Score) -> None:
    """Measured: precision 0.97, recall 0.99 of 145 breaches among 263 texts."""
    assert score.precision() >= 0.92
    assert score.recall() >= 0.93


def test_the_half_set_aside_has_breaches_and_look_alikes_of_every_rule_in_every_language() -> None:
    kinds = Counter((language, verdict) for language, verdict, _, _ in labelled.texts("held_out"))
    for rule in MEASURED:
        for language in ("en", "de", "fr", "es"):
            assert kinds[language, rule]
            assert kinds[language, f"!{rule}"]
    assert sum(kinds.values()) > 200


def test_no_text_is_in_two_sets() -> None:
    texts = [row[3] for half in ("tuning", "held_out", "fresh", "everyday") for row in labelled.texts(half)]
    assert len(set(texts)) == len(texts)


def test_what_the_patterns_were_written_with_stays_right() -> None:
    score = labelled.measured("tuning")
    assert score.precision() >= 0.99
    assert score.recall() == 1
