"""The form of a score: its signs as rows, each with a rule."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from signals_app import references
from signals_app.admin.pickers import rule_field
from signals_app.models import ScoreDefinition
from signals_app.scores import rules, sound
from upsell_project.lib.admin_base import Form
from upsell_project.lib.rules.facts import Of

FIELDS = ("name", "slug", "description", "live", "trained")
FIRST_ROWS, MORE_ROWS = 5, 5
COLUMNS = ("part", "name", "points", "if", "remove")
_PLACE = "signs["
_PREFIX = "sign_"


def shown_rows(definition: ScoreDefinition | None) -> int:
    """Those there are, and some to be filled in, which a script shows one by one."""
    there = len(definition.signs) if definition and isinstance(definition.signs, list) else 0
    return min(sound.MOST_SIGNS, there + MORE_ROWS if there else FIRST_ROWS)


def names(row: int) -> list[str]:
    return [f"sign_{row}_{column}" for column in COLUMNS]


class ScoreForm(Form):
    class Meta:
        model = ScoreDefinition
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = shown_rows(self.instance if self.instance.pk else None)
        signs = self.instance.signs if self.instance.pk else []
        for row in range(self._rows):
            there = signs[row] if row < len(signs) and isinstance(signs[row], dict) else {}
            for (column, field), name in zip(_fields().items(), names(row), strict=True):
                field.initial = there.get(column)
                self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if any(name.startswith(_PREFIX) for name in self.errors):
            return values
        filled = list(self._filled(values))
        values["signs"] = signs = [sign for _, sign in filled]
        slug = values.get("slug", self.instance.slug)
        for wrong in sound.problems(slug, signs, live=bool(values.get("live")) and not self.errors):
            self._blame(wrong, [row for row, _ in filled])
        if not self.errors:
            self._compare(values, signs)
            self.instance.signs = signs
        return values

    def _compare(self, values: dict[str, Any], signs: list[dict[str, Any]]) -> None:
        """With what it was: what may be switched on or off."""
        comes = values.get("trained") and not self.initial.get("trained")
        if comes and (reason := sound.untrained(self.instance, signs)):
            self.add_error("trained", reason)
        if self.instance.pk and self.initial.get("live") and not values.get("live"):
            for refused in references.refusals("score", [self.instance.slug], "switched off"):
                self.add_error("live", refused)

    def _filled(self, values: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
        for row in range(self._rows):
            part, name, points, rule, remove = (values.get(field) for field in names(row))
            if not remove and (part or name or points is not None or rule):
                plain = points if points is None else rules.plain(points)
                yield row, {"part": part, "name": name, "points": plain, "if": rule}

    def _blame(self, wrong: str, rows: list[int]) -> None:
        """At its field: `signs[1].points: ...` is about the second row that is filled in."""
        path, _, sentence = wrong.partition(": ")
        place, _, rest = path.removeprefix(_PLACE).partition("].")
        if not path.startswith(_PLACE) or not rest:
            self.add_error(None, f"{sentence[:1].upper()}{sentence[1:]}.")
            return
        column, _, inside = rest.partition(".")
        self.add_error(f"sign_{rows[int(place)]}_{column}", f"{inside}: {sentence}" if inside else sentence)


def _fields() -> dict[str, forms.Field]:
    return {
        "part": forms.CharField(
            required=False,
            max_length=sound.LONGEST_PART,
            label="Part",
            help_text="What the sign is about: usage, fit, intent, ... Signs of one part are summed up together on the"
            " page of an account; the part does not change the score.",
            widget=UnfoldAdminTextInputWidget(),
        ),
        "name": forms.CharField(
            required=False,
            max_length=sound.LONGEST_NAME,
            label="Sign",
            help_text="What it says of an account",
            widget=UnfoldAdminTextInputWidget(),
        ),
        "points": forms.DecimalField(
            required=False,
            max_value=Decimal(sound.MOST_POINTS),
            label="Points",
            help_text="How much it weighs: the score is the points of the signs that hold, of the points of all signs."
            " A sign of 2 weighs as much as two signs of 1.",
            widget=UnfoldAdminDecimalFieldWidget(),
        ),
        "if": rule_field(
            required=False, label="It holds if", help_text="A rule about the account.", about=Of.ACCOUNT
        ),
        "remove": forms.BooleanField(required=False, label="Take it out", widget=UnfoldBooleanWidget()),
    }
