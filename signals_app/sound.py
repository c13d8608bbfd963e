"""What is wrong with a definition before it is saved, by field: its settings, its condition, and the two together."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from signals_app import compiled, dated, references
from signals_app.detectors import DETECTORS, settings
from signals_app.detectors.shared import dates
from signals_app.detectors.shared.dates import NOTHING, Meant
from signals_app.models import SignalDefinition
from signals_app.models.signal import Detector
from upsell_project.lib.rules import impersonal, meaning, reading
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.spans import MOST_HOURS

RULE = ("detector", "config", "condition", "about", "hold_hours")
"""What makes a new version of it."""
CHECKED = ("slug", "live", "route_to", "lifetime_hours", "cooldown_hours", *RULE)
MOST_ROLES = 20
OF_ACCOUNTS = "is ignored of a person, who is told themselves: leave it empty, or let it be about the account"
NAMING = ("name", "trait")
"""Settings that name a score, or a date of the account."""
Found = list[tuple[str, str]]


def problems(definition: SignalDefinition) -> dict[str, list[str]]:
    """Sentences by field, each beginning with the place where that helps; empty when it is sound."""
    meant = behind(definition.detector, definition.config, definition.condition)
    found = {
        "config": settings.problems(definition.detector, definition.config, meant),
        "condition": _of_condition(definition.condition),
        "route_to": _of_roles(definition.route_to, definition.about),
        **_of_hours(definition),
    }
    wrong = {name: sentences for name, sentences in found.items() if sentences}
    if wrong or definition.detector not in DETECTORS:
        return wrong
    return _of_names(definition) or _of_nobody(definition) or _of_dates(definition, meant)


def behind(detector: str, *asks: Any) -> Meant:
    """What is behind the names in these settings and this condition; nothing is read where there are none."""
    named = detector == Detector.SCORE or any(meaning.named_in(list(asks)))
    return dated.meant() if named else NOTHING


def _of_condition(condition: Any) -> list[str]:
    if condition in ({}, None):
        return []
    try:
        reading.read(condition)
    except reading.Unreadable as wrong:
        return [f"{place or 'the rule'} {sentence}" for place, sentence in wrong.problems]
    return []


def _of_roles(roles: Any, about: str) -> list[str]:
    fine = isinstance(roles, list) and all(isinstance(role, str) and role.strip() for role in roles)
    if not fine or len(roles) > MOST_ROLES:
        return [f"must be a list of at most {MOST_ROLES} roles"]
    return [OF_ACCOUNTS] if roles and about == Of.PERSON else []


def _of_hours(definition: SignalDefinition) -> dict[str, list[str]]:
    bounds = {"hold_hours": 0, "lifetime_hours": 1, "cooldown_hours": 0}
    return {
        name: [f"must be from {least} to {MOST_HOURS} hours"]
        for name, least in bounds.items()
        if not least <= getattr(definition, name) <= MOST_HOURS
    }


def _of_names(definition: SignalDefinition) -> dict[str, list[str]]:
    """What it refers to in vain, and what can never hold."""
    check = partial(references.problems, own=("signal", definition.slug), live=definition.live)
    found = {"config": list(_of_settings(definition, check))}
    if definition.condition:
        found["condition"] = references.said(check(reading.read(definition.condition)))
    return {name: sentences for name, sentences in found.items() if sentences}


def _of_settings(definition: SignalDefinition, check: Callable[[Rule], Found]) -> Iterator[str]:
    """Of simple settings the one that names something; each kind has one of them at most."""
    kind, config = DETECTORS[definition.detector], definition.config
    written = settings.written(kind.FIELDS, config)
    for path, rule in written:
        yield from references.said(check(rule), path)
    setting = next((name for name in NAMING if name in config), None)
    if setting and not written:
        for _, sentence in check(kind.rule(config, Of(definition.about), settings.ANY_RESOURCE)):
            yield f"config.{setting}: {sentence}"


def _of_nobody(definition: SignalDefinition) -> dict[str, list[str]]:
    """An account would never be found by what only a person has, and nobody would know why."""
    if definition.about != Of.ACCOUNT:
        return {}
    asked = settings.written(DETECTORS[definition.detector].FIELDS, definition.config)
    found = {"config": [one for path, rule in asked for one in _personal(rule, path)]}
    if definition.condition:
        found["condition"] = _personal(reading.read(definition.condition))
    return {name: sentences for name, sentences in found.items() if sentences}


def _personal(rule: Rule, path: str = "") -> list[str]:
    return references.said(impersonal.problems(rule), path)


def _of_dates(definition: SignalDefinition, meant: Meant) -> dict[str, list[str]]:
    """The settings are no date alone: that is looked at before."""
    rule = dated.whole(compiled.of(definition))
    if dates.alone(rule, meant):
        return {"condition": [settings.DATE_ALONE]}
    spoiled = dated.by_signal(definition.slug, rule) if definition.live else []
    return {"config": spoiled} if spoiled else {}
