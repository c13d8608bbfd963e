"""Runs that failed too often: a human looked, and lets them go on where they stood."""

from collections.abc import Collection

from django.db import transaction

from campaigns_app.models import Enrollment
from upsell_project.lib import clock, queue

PARKED = Enrollment.State.PARKED


@transaction.atomic
def try_again(ids: Collection[int]) -> int:
    """Wake them now with all their attempts; every gate is met again. Returns how many go on.

    A run stays parked where the same playbook runs for the person already.
    """
    parked = Enrollment.objects.select_for_update().filter(pk__in=ids, state=PARKED).order_by("pk")
    taken = set(
        Enrollment.objects.filter(
            person__in=[run.person_id for run in parked], state=Enrollment.State.ACTIVE
        ).values_list("playbook_id", "person_id")
    )
    going = {(run.playbook_id, run.person_id): run.pk for run in parked}
    chosen = [pk for key, pk in going.items() if key not in taken]
    count = Enrollment.objects.filter(pk__in=chosen).update(
        state=Enrollment.State.ACTIVE,
        attempts=0,
        lease_until=None,
        lease_token=None,
        error="",
        wake_at=clock.now(),
    )
    queue.nudge("steps")
    return count
