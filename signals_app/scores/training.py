"""The job "trainings": what the answers to offers say of a score's signs, asked for by staff; and how far to trust it.

What was learned is used only where staff say so, and where it predicts better than the plain share of those who
accepted.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from signals_app.models import ScoreDefinition
from signals_app.scores import calibration, compute, examples, propensity, rules
from signals_app.scores.examples import Example, Examples
from signals_app.scores.rules import Live
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.errors import told, where

FEWEST, FEWEST_OF_EACH = 100, 20
DIGITS = 6

log = logging.getLogger(__name__)


def waiting() -> bool:
    """Whether somebody asked."""
    return ScoreDefinition.objects.filter(training_asked_at__isnull=False).exists()


def ask(definition: ScoreDefinition) -> None:
    ScoreDefinition.objects.filter(pk=definition.pk).update(training_asked_at=clock.now())
    queue.nudge("trainings")


def run() -> None:
    """The job: all that were asked for."""
    asked = ScoreDefinition.objects.filter(training_asked_at__isnull=False).order_by("training_asked_at")
    for definition in asked:
        with _alone(definition.pk) as mine:
            if mine:
                _train(definition)


def _train(definition: ScoreDefinition) -> None:
    try:
        found = trained(rules.of(definition), clock.now())
    except Exception as error:
        log.error("training of score %s failed: %s\n%s", definition.pk, told(error), where(error))
        found = {"problem": "It broke off; the worker's log says why.", "at": clock.now().isoformat()}
    rows = ScoreDefinition.objects.filter(pk=definition.pk, training_asked_at=definition.training_asked_at)
    if rows.update(training=found, training_asked_at=None) and definition.trained:
        compute.anew(definition.pk)


def trained(live: Live, now: datetime) -> dict[str, Any]:
    """As `ScoreDefinition.training` keeps it: a `problem`, or weights and how well they predict."""
    found = examples.of(live, now)
    about = {
        "at": now.isoformat(),
        "signs": rules.fingerprint(live.definition.signs),
        "answers": len(found.found),
        "yes": sum(one.yes for one in found.found),
        "accounts": len({one.account for one in found.found}),
        "left_out": found.left_out,
        "unused": [sign.name for sign, good in zip(live.signs, found.usable, strict=True) if not good],
    }
    if problem := missing(found):
        return about | {"problem": problem}
    try:
        return about | _learned(found)
    except calibration.TooFew as error:
        return about | {"problem": str(error)}


def missing(found: Examples) -> str:
    """What there is too little of to learn from, as a sentence; empty if there is enough."""
    if not any(found.usable):
        return (
            "No sign can be known of the past: plans, limits and other traits are only known as they are now."
        )
    yes = sum(one.yes for one in found.found)
    no = len(found.found) - yes
    if len(found.found) >= FEWEST and min(yes, no) >= FEWEST_OF_EACH:
        return ""
    return (
        f"There are {len(found.found)} answers of accounts ({yes} yes, {no} no); it needs {FEWEST},"
        f" with {FEWEST_OF_EACH} yes and {FEWEST_OF_EACH} no at least."
    )


def _learned(found: Examples) -> dict[str, Any]:
    rows, answers = _columns(found.found)
    chances = calibration.out_of_fold(rows, answers, [one.account for one in found.found])
    checked = calibration.check(chances, answers)
    model = propensity.fit(rows, answers)
    weights = iter(model.weights)
    figures = {name: round(value, DIGITS) for name, value in asdict(checked).items() if name != "bins"}
    return figures | {
        "intercept": model.intercept,
        "weights": [next(weights) if good else None for good in found.usable],
        "bins": [_rounded(asdict(one)) | {"fits": one.fits} for one in checked.bins],
        "calibrated": checked.calibrated,
    }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, DIGITS) if isinstance(value, float) else value for name, value in values.items()
    }


def _columns(found: Sequence[Example]) -> tuple[list[propensity.Row], list[bool]]:
    return [one.row for one in found], [one.yes for one in found]


@contextmanager
def _alone(definition_id: int) -> Iterator[bool]:
    """Of two workers one trains a score."""
    mine = bool(bulk.select(f"SELECT pg_try_advisory_lock({_LOCK}, %s::int)", definition_id)[0][0])
    try:
        yield mine
    finally:
        if mine:
            bulk.select(f"SELECT pg_advisory_unlock({_LOCK}, %s::int)", definition_id)


_LOCK = "hashtext('signals_app.scores.training')"
