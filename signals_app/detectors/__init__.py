"""Kinds of detectors: each is a file that turns simple settings into a rule of the one language.

Whatever else there is to a signal (loading facts, judging, arming, evidence, sweeps, replay) works on rules and does
not know the kinds. A new one costs its file, a line here and a member of `models.signal.Detector`.
"""

from typing import Protocol

from signals_app.detectors import (
    calendar,
    change,
    composite,
    distinct,
    duration,
    explicit,
    forecast,
    frequency,
    lifecycle,
    roaming,
    rule,
    score,
    session,
    text,
    threshold,
)
from signals_app.detectors.shared.fields import Config, Field
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import Rule


class Detector(Protocol):
    """One kind. Settings are those that `settings.problems` found sound; `of`: whose events count."""

    @property
    def FIELDS(self) -> tuple[Field, ...]:
        """The settings, in the order in which a form asks for them."""

    def rule(self, config: Config, of: Of, resource: str) -> Rule:
        """When it is found; of each resource by itself, where the settings name resources."""

    def rearm(self, config: Config, of: Of, resource: str) -> Rule | None:
        """Found once, it is found again only after this held. None: after the cooldown."""

    def together(self, config: Config) -> list[str]:
        """What is wrong with settings each of which is sound; sentences that begin with a path."""


DETECTORS: dict[str, Detector] = {
    "threshold": threshold,
    "frequency": frequency,
    "distinct": distinct,
    "roaming": roaming,
    "session": session,
    "duration": duration,
    "change": change,
    "forecast": forecast,
    "calendar": calendar,
    "lifecycle": lifecycle,
    "explicit": explicit,
    "text": text,
    "composite": composite,
    "score": score,
    "rule": rule,
}
