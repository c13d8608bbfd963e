"""The settings of a detector as a form: a text area with their JSON, which a script turns into one input a setting."""

import json
import re
from dataclasses import asdict
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.safestring import SafeString

from signals_app import sound, unseen
from signals_app.admin.pickers import CHOICES_URL, WORDS_URL
from signals_app.detectors import DETECTORS
from signals_app.detectors.settings import Field, problems, written
from signals_app.models import SignalDefinition
from upsell_project.lib.rule_form import AREA, STYLE, as_json, module, parsed, shown
from upsell_project.lib.rules import reading, wording
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import AllOf, Rule

CHECK_URL = reverse_lazy("admin:signals_app_signaldefinition_check")
ANY_RESOURCE = "any resource"


class SettingsWidget(forms.Textarea):
    def __init__(self) -> None:
        super().__init__(AREA)

    @property
    def media(self) -> forms.Media:
        return STYLE + module("admin/rules/settings.js")

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = {
            "area": super().render(name, value, attrs, renderer),
            "kinds": {kind: [asdict(one) for one in found.FIELDS] for kind, found in DETECTORS.items()},
            "help": {kind: (found.__doc__ or "").strip() for kind, found in DETECTORS.items()},
            "words_url": WORDS_URL,
            "choices_url": CHOICES_URL,
            "check_url": CHECK_URL,
        }
        return render_to_string("admin/rules/settings.html", context)


class SettingsField(forms.Field):
    """Cleans to the settings; what is wrong with them for which detector is said by the form."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=SettingsWidget(), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else shown(value)

    def clean(self, value: Any) -> Any:
        try:
            return parsed(value or "")
        except ValueError as error:
            raise ValidationError(f"config: {error}") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(parsed(data or "") != (initial or {}))
        except ValueError:
            return True


class NamesField(forms.CharField):
    """Names with commas between them, kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return list(dict.fromkeys(name for one in text.split(",") if (name := one.strip())))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), self.prepare_value(self.clean(data)))


def whole_rule(detector: str, config: dict[str, Any], condition: dict[str, Any], about: str) -> Rule:
    """Settings that are sound, and the condition beside them, as one rule. Raises reading.Unreadable for the latter."""
    resources = config.get("resources") or []
    resource = ANY_RESOURCE if "*" in resources else " or ".join(resources)
    rule = DETECTORS[detector].rule(config, Of(about), resource)
    return AllOf((rule, reading.read(condition))) if condition else rule


def sentence(detector: str, config: Any, condition: Any, about: str) -> str:
    """When it is found; empty where something of it is wrong."""
    if detector not in DETECTORS or about not in list(Of) or problems(detector, config):
        return ""
    try:
        return wording.sentence(whole_rule(detector, config, condition, about))
    except reading.Unreadable:
        return ""


def plainly(wrong: str) -> str:
    """What is wrong with settings, without their JSON: `config.resources: is missing. Example: ["exports"]` is said as
    `Resources: is missing. Example: exports`."""
    path, _, said = wrong.partition(": ")
    place = re.sub(
        r"\[(\d+)\]", lambda found: f" {int(found[1]) + 1}", path.removeprefix("config").lstrip(".")
    )
    place = place.replace(".", ", ").replace("_", " ")
    before, found, example = said.partition("Example: ")
    plain = f"{before}{found}{_example(example, path.rpartition('.')[2])}" if found else said
    whole = f"{place}: {plain}" if place else plain
    return f"{whole[:1].upper()}{whole[1:]}"


def _example(text: str, name: str) -> str:
    """Of all settings that of this one; shares as the form asks for them."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, dict):
        value = value.get(name, value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    if isinstance(value, float) and value < 1:
        return f"{value * 100:g} %"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def checked(request: HttpRequest) -> JsonResponse:
    """`{"detector", "config", "condition", "about"}` in, all as they stand in the form; how it reads and what is wrong
    with the settings out. Nothing is stored."""
    try:
        given = json.loads(request.body)
        detector, about, *texts = (str(given.get(name, "")) for name in _GIVEN)
    except (ValueError, RecursionError, AttributeError):
        return JsonResponse({"error": f"Send an object of {', '.join(_GIVEN)}."}, status=400)
    try:
        config, condition = (parsed(text) for text in texts)
    except ValueError as error:
        return JsonResponse({"sentence": "", "problems": as_json([("config", str(error))]), "hints": []})
    if about not in list(Of):
        return JsonResponse({"sentence": "", "problems": [], "hints": []})
    draft = SignalDefinition(detector=detector, about=about, config=config, condition=condition)
    found = [one.partition(": ") for one in sound.problems(draft).get("config", [])]
    return JsonResponse(
        {
            "sentence": sentence(detector, config, condition, about),
            "problems": as_json([(path, text) for path, _, text in found]),
            "hints": as_json(_hints(detector, config, about)),
        }
    )


def _hints(detector: str, config: Any, about: str) -> list[tuple[str, str]]:
    """At the setting in which what nobody brought yet stands; rules among the settings have editors that say theirs."""
    if detector not in DETECTORS or problems(detector, config):
        return []
    kind = DETECTORS[detector]
    if written(kind.FIELDS, config):
        return []
    said = dict.fromkeys(text for _, text in unseen.hints(kind.rule(config, Of(about), ANY_RESOURCE)))
    return [(f"config.{_setting(kind.FIELDS, config, text)}", text) for text in said]


def _setting(fields: tuple[Field, ...], config: dict[str, Any], said: str) -> str:
    """The one whose value the sentence quotes."""
    quoted = [one.name for one in fields if any(f"“{name}”" in said for name in _texts(config.get(one.name)))]
    return quoted[0] if quoted else ""


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


_GIVEN = ("detector", "about", "config", "condition")
