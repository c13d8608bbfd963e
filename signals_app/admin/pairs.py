"""A form field for a small table of names and values, kept as a JSON object; no script is needed."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

BLANK_ROWS = 3
Rows = list[tuple[str, str]]


class PairsWidget(forms.Widget):
    """Two columns of inputs; `left_list` and `right_list` are ids of data lists that suggest what to enter."""

    def __init__(self, left: str, right: str, left_list: str = "", right_list: str = "") -> None:
        super().__init__()
        self.labels = {"left": left, "right": right, "left_list": left_list, "right_list": right_list}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = (
            value if isinstance(value, list) else [(key, _shown(one)) for key, one in (value or {}).items()]
        )
        context = {"name": name, "rows": [*rows, *[("", "")] * BLANK_ROWS], **self.labels}
        return render_to_string("admin/signals_app/pairs.html", context)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Rows:
        lists = (data.getlist(f"{name}_{side}") for side in ("left", "right"))
        return [(left.strip(), right.strip()) for left, right in zip(*lists, strict=False) if left.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_left" not in data

    def id_for_label(self, id_: str) -> str:
        return ""


class PairsField(forms.Field):
    """Cleans to a dictionary. `texts`: the values are names and stay as they are; else 3, true and null are values."""

    def __init__(self, widget: PairsWidget, *, texts: bool, **options: Any) -> None:
        super().__init__(widget=widget, required=False, **options)
        self.texts = texts

    def clean(self, value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for left, right in value or []:
            if left in found:
                raise ValidationError(f"{left} is there twice.")
            if self.texts and not right:
                raise ValidationError(f"{left} needs a name.")
            found[left] = right if self.texts else _value(right)
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.clean(data) != (initial or {}))
        except ValidationError:
            return True


def _value(text: str) -> Any:
    """A number, true, false or null where it reads as one, else the text; in quotes it is always a text."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return text if isinstance(value, dict | list) else value


def _shown(value: Any) -> str:
    """As `_value` reads it back."""
    return (
        value if isinstance(value, str) and _value(value) == value else json.dumps(value, ensure_ascii=False)
    )


def plain(values: Mapping[str, Any]) -> str:
    """For lists: `a -> b, c -> d`."""
    return ", ".join(f"{key} -> {_shown(value)}" for key, value in values.items())
