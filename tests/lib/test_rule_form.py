"""The form field of rules: JSON in and out, every problem said, and the view behind the live sentence."""

import json
from typing import Any

import pytest
from django import forms
from django.test import RequestFactory
from hypothesis import given

from tests.rules import drawn
from upsell_project.lib import rule_form
from upsell_project.lib.rule_form import EXAMPLE, RuleField, RuleWidget, worded
from upsell_project.lib.rules import wording, writing
from upsell_project.lib.rules.tree import Rule

FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}


def field(**options: Any) -> RuleField:
    return RuleField(RuleWidget("/words/", "/choices/"), **options)


class SomeForm(forms.Form):
    rule = field(required=False)


@given(drawn.rules)
def test_what_is_shown_is_cleaned_to_the_same(rule: Rule) -> None:
    raw = json.loads(json.dumps(writing.written(rule)))
    shown = field().prepare_value(raw)
    assert field().clean(shown) == raw
    assert not field().has_changed(raw, shown)
    assert field().has_changed(raw, "{}")


def test_all_problems_are_said_with_their_places() -> None:
    text = json.dumps({"all": [FREE | {"op": "?"}, {"not": FREE | {"of": "dog"}}]})
    form = SomeForm({"rule": text})
    assert [str(one).split(" ")[0] for one in form.errors["rule"]] == ["all[0].op", "all[1].not.of"]
    assert 'data-sentence=""' in str(form["rule"])
    assert "all[0]" not in str(form["rule"]), "said once, by the page"
    assert json.loads(form["rule"].value()) == json.loads(text), "what was typed is kept"


@pytest.mark.parametrize("text", ["{", "[" * 100_000, "x" * 300_000, "7", '"x"', "[]", "null", '{"all": []}'])
def test_what_is_no_rule_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        field().clean(text)
    assert all(message for message in refused.value.messages)


def test_no_rule_is_an_empty_object_where_none_is_required() -> None:
    assert field(required=False).clean("") == field(required=False).clean("{}") == {}
    assert field().prepare_value({}) == ""
    assert not field().has_changed({}, "")
    with pytest.raises(forms.ValidationError):
        field().clean("")


def test_without_a_script_there_are_the_text_the_sentence_and_an_example() -> None:
    page = str(SomeForm(initial={"rule": FREE})["rule"])
    assert "<textarea" in page and "Account plan is free" in page.split("<noscript>")[1]
    assert "entitlement" in page.split("<noscript>")[1]
    assert field().clean(EXAMPLE), "the example is a rule"
    assert 'type="module"' in str(SomeForm().media)


def test_markup_in_a_rule_stays_text() -> None:
    page = str(SomeForm(initial={"rule": FREE | {"value": "</textarea><script>alert(1)</script>"}})["rule"])
    assert "<script>" not in page


def nothing_else(rule: Rule, about: str = "") -> list[tuple[str, str]]:
    return []


def asked(body: Any) -> tuple[int, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = worded(
        RequestFactory().post("/", text, content_type="application/json"), nothing_else, nothing_else
    )
    return answer.status_code, json.loads(answer.content)


@given(drawn.rules)
def test_the_view_says_how_it_reads(rule: Rule) -> None:
    status, said = asked({"rule": json.dumps(writing.written(rule))})
    assert (status, said) == (200, {"sentence": wording.sentence(rule), "problems": [], "hints": []})


def test_the_view_says_what_is_wrong_and_where() -> None:
    _, said = asked({"rule": json.dumps({"any": [FREE, FREE | {"of": "dog"}]})})
    assert said == {
        "sentence": "",
        "problems": [{"path": "any[1].of", "sentence": "must be one of person, account"}],
        "hints": [],
    }
    _, said = asked({"rule": "{"})
    assert said["problems"][0]["sentence"].startswith("is no JSON")


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000, "7", "{}", {"rule": FREE}, [1]])
def test_the_view_refuses_what_it_does_not_understand(body: Any) -> None:
    assert asked(body)[0] == 400


def test_a_sentence_is_empty_where_a_rule_cannot_be_read() -> None:
    assert rule_form.sentence(FREE) == rule_form.sentence(json.dumps(FREE)) == "Account plan is free"
    assert rule_form.sentence({}) == rule_form.sentence("{") == rule_form.sentence(None) == ""
