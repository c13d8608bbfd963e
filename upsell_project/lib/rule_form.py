"""A form field for a rule: a text area with its JSON, which a script turns into a form of nested conditions."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from upsell_project.lib import strict_json
from upsell_project.lib.rules import reading, wording
from upsell_project.lib.rules.reading import Unreadable
from upsell_project.lib.rules.tree import Rule

LONGEST = 200_000
AREA = {"rows": 12, "spellcheck": "false", "class": "upsell-sample upsell-rule-json"}
STYLE = forms.Media(css={"all": ["admin/rules/rules.css"]})
EXAMPLE = """{"all": [
  {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8},
  {"any": [
    {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"},
    {"fact": "trait", "of": "account", "name": "trial_ends_at", "op": "within", "value": [-7, 0]}
  ]}
]}"""


def module(path: str) -> forms.Media:
    scripts: Any = [forms.Script(path, type="module")]
    return forms.Media(js=scripts)


class RuleWidget(forms.Textarea):
    """`word_url` answers as `worded` below, `choices_url` with what the pickers suggest. `about`: of whom every rule is
    that is written here (account); empty: as the form's own field of this name says."""

    def __init__(self, word_url: str | Promise, choices_url: str | Promise, about: str = "") -> None:
        super().__init__(AREA)
        self.said = {"word_url": word_url, "choices_url": choices_url, "about": about}

    @property
    def media(self) -> forms.Media:
        return STYLE + module("admin/rules/main.js")

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        area = super().render(name, value, attrs, renderer)
        context = {"area": area, "said": sentence(value), "example": EXAMPLE, **self.said}
        return render_to_string("admin/rules/widget.html", context)


class RuleField(forms.Field):
    """Cleans to the rule's JSON; `{}` for none. Says everything that is wrong, each with its place."""

    def __init__(self, widget: RuleWidget, **options: Any) -> None:
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return value
        return shown(value)

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            raw = parsed(value or "")
            if raw or self.required:
                reading.read(raw)
        except ValueError as error:
            raise ValidationError([f"{path or 'The rule'} {text}" for path, text in faults(error)]) from None
        return dict(raw)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(parsed(data or "") != (initial or {}))
        except ValueError:
            return True


def shown(value: Any) -> str:
    """As a text area holds it."""
    return json.dumps(value, indent=1, ensure_ascii=False) if value else ""


def parsed(text: str) -> Any:
    """The JSON; `{}` for an empty text. Raises ValueError with a sentence."""
    if len(text) > LONGEST:
        raise ValueError("is too long")
    try:
        return strict_json.loads(text) if text.strip() else {}
    except strict_json.NotJson as error:
        raise ValueError(f"is no JSON: {error.reason.removeprefix('is not JSON: ')}") from None
    except strict_json.Refused as error:
        raise Unreadable([(error.path, error.reason)]) from None


def faults(error: ValueError) -> list[tuple[str, str]]:
    """(path, sentence) of what is wrong."""
    return error.problems if isinstance(error, Unreadable) else [("", str(error))]


def sentence(value: Any) -> str:
    """How a rule reads, as JSON or its text; empty where it cannot be read."""
    try:
        return wording.sentence(reading.read(parsed(value) if isinstance(value, str) else value))
    except ValueError:
        return ""


Told = list[tuple[str, str]]
"""(path, sentence)"""


def worded(
    request: HttpRequest, check: Callable[[Rule, str], Told], advise: Callable[[Rule], Told]
) -> JsonResponse:
    """`{"rule": "...", "about": "..."}` in, the text of a rule and of whom it is; how it reads, what is wrong with it
    and what may be out. Nothing is stored. `check`: what it says in vain."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        body = None
    text = body.get("rule") if isinstance(body, Mapping) else None
    if not isinstance(text, str):
        return JsonResponse({"error": 'Send {"rule": "<its JSON as a text>"}.'}, status=400)
    try:
        rule = reading.read(parsed(text))
        said, found, hints = wording.sentence(rule), check(rule, str(body.get("about", ""))), advise(rule)
    except ValueError as error:
        said, found, hints = "", faults(error), []
    return JsonResponse({"sentence": said, "problems": as_json(found), "hints": as_json(hints)})


def as_json(told: Told) -> list[dict[str, str]]:
    return [{"path": path, "sentence": text} for path, text in told]
