"""What no import can prove: the names by which the bottom layer calls the top lead to something that can be called."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.module_loading import import_string

from offers_app import in_force

NEEDED = (
    "alerts",
    "back_tests",
    "checkouts",
    "drafts",
    "erasures",
    "inbox",
    "learning",
    "lookups",
    "outbox",
    "recounts",
    "scores",
    "segments",
    "steps",
    "sweeps",
    "trainings",
)


@register()
def jobs(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """`settings.JOBS` names a callable for each job there is."""
    return [*_missing(), *(error for job, path in settings.JOBS.items() for error in _broken(job, path))]


def _missing() -> list[CheckMessage]:
    return [
        Error(f"settings.JOBS has no {job!r}: that work would never be done.", id="upsell.E001")
        for job in NEEDED
        if job not in settings.JOBS
    ]


def _broken(job: str, path: str) -> list[CheckMessage]:
    try:
        found = import_string(path)
    except ImportError as error:
        return [Error(f"settings.JOBS[{job!r}] cannot be imported: {error}", id="upsell.E002")]
    if callable(found):
        return []
    return [Error(f"settings.JOBS[{job!r}] is {path}, which is no function.", id="upsell.E003")]


@register()
def choice(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The settings by which offers are chosen are within their ranges."""
    try:
        in_force.policy()
    except ValueError as error:
        return [Error(f"OFFERS_... or LEARNING_...: {error}", hint="See docs/choosing.md.", id="upsell.E004")]
    return []
