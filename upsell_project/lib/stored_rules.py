"""What a column with a rule may hold."""

from typing import Any

from django.core.exceptions import ValidationError

from upsell_project.lib.rules import ready


def readable(value: Any) -> None:
    """No rule (`{}`), or one that can be read. Raises ValidationError with everything that is wrong, each with its
    place."""
    if value != {} and (wrong := ready.problems(value)):
        raise ValidationError(wrong)
