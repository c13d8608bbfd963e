"""The settings of a detector, described once: for the check on save, the form of the admin and the docs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Config = Mapping[str, Any]
LONGEST = 730
"""Days that a window can reach back."""


class Sort(StrEnum):
    """What a setting holds: which control asks for it, and how it is checked."""

    EVENT = "event"
    EVENTS = "events"
    """A list of names of events; any of them counts."""
    WHERE = "where"
    """`{"tier": "premium"}`, or a list of `{"path", "op", "value"}` as in rules."""
    PATH = "path"
    """A property of an event, such as `cart.total`."""
    WHOLE = "whole"
    DAYS = "days"
    """A number of days back."""
    SHARE = "share"
    CHOICE = "choice"
    CHOICES = "choices"
    """A list of some of the choices."""
    TRAIT = "trait"
    RESOURCES = "resources"
    TEXT = "text"
    LABEL = "label"
    """An intent of `signals_app.intents`."""
    SEASON = "season"
    ACTIVITY = "activity"
    """`{"events": [...], "at_least": 5, "days": 30}`; without events: anything they do."""
    RULE = "rule"
    PARTS = "parts"
    """A list of `{"if": rule}`, with a `weight` where they are weighed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. `help` and `example` are what staff read; `default` holds where an optional one is left out.

    `least` and `most` bound numbers, both included; a share is above 0. `choices` are the words of a closed choice.
    """

    name: str
    sort: Sort
    help: str
    example: Any
    required: bool = False
    default: Any = None
    least: int = 1
    most: int = LONGEST
    choices: tuple[str, ...] = ()
    note: str = ""
    """Beside the name of one that may be left out, where *optional* would not be all."""


def filled(fields: tuple[Field, ...], config: Config) -> dict[str, Any]:
    """All settings, with the default of those that were left out."""
    return {field.name: config.get(field.name, field.default) for field in fields}


def example(fields: tuple[Field, ...]) -> str:
    """The settings that must be there, as JSON."""
    return json.dumps({field.name: field.example for field in fields if field.required}, ensure_ascii=False)


def sound(config: Config) -> list[str]:
    """What a kind says whose settings are sound together whenever each of them is."""
    return []


# Settings that several kinds have.
WHERE = Field(
    "where",
    Sort.WHERE,
    "Only events with these properties count.",
    {"tier": "premium"},
    default={},
)
DAYS = Field("days", Sort.DAYS, "How many days back to look.", 14, required=True)
GAP = Field(
    "gap",
    Sort.WHOLE,
    "After so many minutes without such an event a visit is over.",
    30,
    default=30,
    most=1440,
)
RESOURCES = Field(
    "resources",
    Sort.RESOURCES,
    "The resources to watch, each by itself, or every one that the account has a limit for.",
    ["exports"],
    required=True,
)


def events(help_text: str, names: list[str]) -> Field:
    return Field("events", Sort.EVENTS, help_text, names, required=True)


def activity(help_text: str) -> Field:
    return Field("activity", Sort.ACTIVITY, help_text, {"events": [], "at_least": 10, "days": 14})
