"""Ask for a back-test. What runs is a copy of the definition as it was then: who edits it meanwhile changes nothing."""

from datetime import date
from typing import Any

from django.db import transaction

from signals_app import compiled
from signals_app.detectors.settings import problems
from signals_app.models import BackTest, SignalDefinition
from upsell_project.lib import clock, queue

LONGEST = 92
"""Days."""
COPIED = (
    "detector",
    "config",
    "about",
    "condition",
    "hold_hours",
    "route_to",
    "lifetime_hours",
    "cooldown_hours",
)
_GOING_ON = (BackTest.State.WAITING, BackTest.State.RUNNING)


class Refused(Exception):
    """Nothing was asked for: the sentence says why. `field`: what to change."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def ask(definition: SignalDefinition, first: date, last: date) -> BackTest:
    """Both days are included, and are those of UTC. One that waits or runs already for the same is that one.

    Raises Refused.
    """
    today = clock.now().date()
    if last > today:
        raise Refused("last", "must not lie ahead")
    if first > last:
        raise Refused("first", "must not be after the last day")
    if (last - first).days >= LONGEST:
        raise Refused("first", f"is too long ago: a back-test covers {LONGEST} days at most")
    if faults := problems(definition.detector, definition.config):
        raise Refused("definition", f"cannot be tried: {faults[0]}")
    settings = copied(definition)
    # Two who ask for the same at once get the same.
    SignalDefinition.objects.select_for_update(no_key=True).get(pk=definition.pk)
    found, _ = BackTest.objects.get_or_create(
        definition=definition,
        settings=settings,
        first=first,
        last=last,
        state__in=_GOING_ON,
        defaults={"asked_at": clock.now(), "state": BackTest.State.WAITING},
    )
    queue.nudge("back_tests")
    return found


def copied(definition: SignalDefinition) -> dict[str, Any]:
    """The definition as it is tried."""
    return {"version": definition.version, **{name: getattr(definition, name) for name in COPIED}}


def tried(test: BackTest) -> compiled.Compiled:
    """The copy, ready to be asked. Beside the live one, under a name of its own."""
    saved = test.definition
    copy = SignalDefinition(
        pk=saved.pk,
        slug=f"{saved.slug} in back-tests",
        name=saved.name,
        version=test.settings["version"],
        confidence=saved.confidence,
        **{name: test.settings[name] for name in COPIED},
    )
    return compiled.of(copy)
