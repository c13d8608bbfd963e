"""What holds for every text."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_app.linter import check
from offers_app.linter.draft import Draft, Terms
from offers_app.linter.rules import _compiled
from tests.offers.linter import labelled

MARKUP = ["{{", "}}", "{%", "%}", "<", ">", "<p>", "</p>", "&", "&#", ";", "<!--", "-->", "'", '"', "!"]
LIQUID = [
    "{% if x %}",
    "{% else %}",
    "{% endif %}",
    "{% case x %}",
    "{% when 1 %}",
    "{% endcase %}",
    "{% for a in b %}",
]
WORDS = [
    "{{ terms.incentive_ends }}",
    "{{ why }}",
    "only ",
    "3 ",
    "left",
    "ß",
    "İ",
    "\ud800",
    "\ue001",
    "\u200b",
    "\x00",
]
PIECES = st.sampled_from([*MARKUP, *LIQUID, *WORDS, *(row[3] for row in labelled.texts("tuning"))])
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map("".join))
CONTROLS = st.frozensets(st.sampled_from(["dismiss", "decline", "snooze", "opt_out"]))


@given(body=TEXTS, why=TEXTS, label=TEXTS, locale=st.text(max_size=8))
def test_no_text_makes_it_fail_and_every_place_is_in_the_text(
    body: str, why: str, label: str, locale: str
) -> None:
    texts = {"body": body, "why": why, "secondary_label": label}
    for one in check.findings(Draft(texts, locale=locale, terms=Terms(body, why, label))):
        assert 0 <= one.start <= one.end <= len(texts.get(one.field, ""))


@given(body=TEXTS, controls=CONTROLS, more=CONTROLS)
def test_another_way_to_decline_or_opt_out_never_adds_a_finding(
    body: str, controls: frozenset[str], more: frozenset[str]
) -> None:
    fewer = Draft({"body": body}, controls=controls)
    assert set(check.findings(replace(fewer, controls=controls | more))) <= set(check.findings(fewer))


@given(body=TEXTS)
def test_the_same_text_gets_the_same_findings(body: str) -> None:
    assert check.findings(Draft({"body": body})) == check.findings(Draft({"body": body}))


@pytest.mark.parametrize(
    "piece",
    [
        "only ",
        "a b c d ",
        "3 ",
        "!",
        "<",
        "<!--",
        "&#",
        "{{",
        "{% if x %}",
        "AB ",
        "\u200b",
        "don't ",
        "the best the ",
    ],
)
def test_a_text_four_times_as_long_takes_no_more_than_a_few_times_as_long(piece: str) -> None:
    """The faster of two looks at each length; quadratic time would be sixteen times."""
    short, long_ = (piece * (length // len(piece)) for length in (2_500, 10_000))
    check.findings(Draft({"body": "warm"}))
    assert _seconds(long_) < 10 * _seconds(short) + 0.05


def _seconds(text: str) -> float:
    took = []
    for _ in range(2):
        begun = time.process_time()
        check.findings(Draft({"body": text}))
        took.append(time.process_time() - begun)
    return min(took)


@pytest.mark.parametrize("pattern", ["a*", "(?:ab)+", "a{2,}", "[ab]{,}"])
def test_a_pattern_without_a_bound_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="needs a bound"):
        _compiled(pattern, {})
