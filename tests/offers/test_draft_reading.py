"""What a model wrote is text of a stranger: its shape, its size, its Liquid, its HTML, its figures. And the diff."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_app import limits, merge_fields, wording
from offers_app.drafts import diff, reading
from offers_app.drafts.reading import Unusable

PRESENT = {
    "headline": "Room for more",
    "why": "",
    "body": "<p>14 days free</p>",
    "cta_label": "",
    "secondary_label": "",
}
GOOD = {
    "headline": "{{ evidence.used }} used",
    "why": "{{ evidence.used }} of {{ evidence.cap }}",
    "body": "<p>{{ terms.line }}</p><ul><li>One thing</li></ul>",
    "cta_label": "See {{ offer.name }}",
    "secondary_label": "",
}


def completion(content: Any, **choice: Any) -> bytes:
    text = content if isinstance(content, str) else json.dumps(content)
    message = {"role": "assistant", "content": text, "refusal": None}
    told = {"index": 0, "message": message, "finish_reason": "stop", **choice}
    return json.dumps({"choices": [told], "usage": {"total_tokens": 9}}).encode()


def read(raw: bytes) -> list[reading.Variant]:
    return reading.variants(raw, merge_fields.KNOWN, PRESENT)[0]


def faults(**texts: str) -> list[str]:
    (variant,) = read(completion({"variants": [GOOD | texts]}))
    return variant.faults


def test_it_works() -> None:
    (variant,) = read(completion({"variants": [GOOD]}))
    assert (variant.texts, variant.faults) == (GOOD, [])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>502</html>",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": "hello"}]}',
        b'{"choices": [{"message": {"content": 5}}]}',
        b'{"choices": {"0": 1}}',
        completion(""),
        completion("Here you are: {}"),
        completion("```json\n{}\n```"),
        completion([GOOD]),
        completion({"variants": []}),
        completion({"variants": [GOOD] * 7}),
        completion({"variants": [GOOD], "note": "x"}),
        completion({"variants": [GOOD | {"script": "x"}]}),
        completion({"variants": [{"headline": "only"}]}),
        completion({"variants": [GOOD | {"headline": 5}]}),
        completion('{"variants": [], "variants": []}'),
        completion({"variants": [GOOD]}, finish_reason="length"),
        completion({"variants": [GOOD]}, finish_reason="content_filter"),
        completion({"variants": [GOOD | {"body": "x" * 70_000}]}),
        completion("[" * 5_000),
    ],
)
def test_what_is_not_as_asked_is_refused_as_a_whole(raw: bytes) -> None:
    with pytest.raises(Unusable) as refused:
        read(raw)
    assert str(refused.value).endswith((".", "?"))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"headline": ""}, "headline is empty"),
        ({"body": " "}, "body is empty"),
        ({"headline": "x" * 301}, "headline is longer than 300 characters"),
        ({"cta_label": "x" * 61}, "cta_label is longer than 60 characters"),
        ({"headline": "{{ evidence.used"}, "headline cannot be rendered"),
        ({"headline": "{% if x %}"}, "headline cannot be rendered"),
        ({"headline": "{{ person.email }}"}, "headline uses merge fields that do not exist: person.email"),
        (
            {"headline": "{{ person.email | default: 'x' }}"},
            "headline uses merge fields that do not exist: person.email",
        ),
        ({"headline": "{{ settings }}"}, "headline uses merge fields that do not exist: settings"),
        ({"body": "{% include 'x' %}"}, "body cannot be rendered"),
        ({"headline": "{{ offer.name | date: '%Y' }}"}, "headline cannot be rendered"),
        ({"headline": "{% assign x = offer.name %}{{ x }}"}, "headline cannot be rendered"),
        ({"headline": "{{ offer.name | append: 'x' }}"}, "headline cannot be rendered"),
        ({"headline": "<b>Now</b>"}, "headline is not plain text in one line"),
        ({"body": "<p>x</p><script>alert(1)</script>"}, "body has HTML that no message may hold"),
        ({"body": "<p onclick=alert()>x</p>"}, "body has HTML that no message may hold"),
        ({"body": "<img src=x>"}, "body has HTML that no message may hold"),
        ({"body": "<p>x</p><!-- y -->"}, "body has HTML that no message may hold"),
        ({"body": '<p><a href="https://evil.test">x</a></p>'}, "body brings an address of its own"),
        ({"why": "see www.evil.test"}, "why brings an address of its own"),
        ({"headline": "Only 3 left"}, "headline names figures of its own: 3"),
        ({"body": "<p>49.99 EUR</p>"}, "body names figures of its own: 49.99"),
    ],
)
def test_a_text_that_must_not_be_taken_over_is_said(texts: dict[str, str], said: str) -> None:
    assert said in faults(**texts)


def test_figures_of_the_present_text_may_stay() -> None:
    assert faults(body="<p>Free for 14 days</p>") == []


def test_control_and_invisible_characters_are_taken_out() -> None:
    (variant,) = read(completion({"variants": [GOOD | {"headline": "A\u202eb\u200b\r\nc\x07"}]}))
    assert variant.texts["headline"] == "Ab c"


@given(st.text(), st.text())
def test_a_diff_loses_nothing(before: str, after: str) -> None:
    pieces = diff.words(before, after)
    assert "".join(one.text for one in pieces if one.kind != diff.NEW) == before
    assert "".join(one.text for one in pieces if one.kind != diff.GONE) == after


def test_a_diff_goes_word_by_word() -> None:
    pieces = diff.words("You used {{ evidence.used }} reports", "You used {{ evidence.cap }} reports")
    assert [(one.kind, one.text) for one in pieces if one.kind != diff.SAME] == [
        ("gone", "{{ evidence.used }}"),
        ("new", "{{ evidence.cap }}"),
    ]


TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=400)


@given(st.dictionaries(st.sampled_from(sorted(limits.TEXTS)), TEXTS, max_size=5))
def test_no_text_breaks_the_reading_and_what_is_sound_renders(texts: dict[str, str]) -> None:
    (variant,) = read(completion({"variants": [GOOD | texts]}))
    if not variant.faults:
        for name, text in variant.texts.items():
            try:
                wording.render(text, {}, html=name == "body")
            except wording.Missing:
                continue
