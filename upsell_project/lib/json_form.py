"""JSON as staff type it: laid out over lines, and refused with the place of what is wrong with it."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.fields import InvalidJSONInput
from unfold.widgets import UnfoldAdminTextareaWidget

from upsell_project.lib import strict_json


class JsonField(forms.JSONField):
    """What no table holds (a NUL, half of a surrogate pair, a key twice) is refused, too."""

    def to_python(self, value: Any) -> Any:
        if self.disabled or value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        try:
            return strict_json.loads(value)
        except strict_json.Refused as error:
            raise ValidationError(f"{error.sentence('This')}.", "invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is refused stays as it was typed."""
        try:
            return initial if self.disabled else strict_json.loads(data or "null")
        except strict_json.Refused:
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        return (
            value if isinstance(value, InvalidJSONInput) else json.dumps(value, indent=2, ensure_ascii=False)
        )


OVERRIDES: dict[Any, dict[str, Any]] = {
    models.JSONField: {
        "form_class": JsonField,
        "widget": UnfoldAdminTextareaWidget({"rows": 12, "class": "upsell-code", "spellcheck": "false"}),
    }
}
"""For `formfield_overrides` of an admin."""
