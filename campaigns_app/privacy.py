"""Forgetting a person, table by table. What remains are counts without a name: that something was offered, how it
ended, and what an account used. Raw requests (`Envelope`) leave with their retention.
"""

import logging
from collections.abc import Collection, Sequence

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q

from campaigns_app import enroll, merges, standing
from campaigns_app.models import Delivery, DemoMail, Enrollment, Interaction, StaffTask
from consent_app import ledger
from consent_app.models import ConsentRecord, Pause
from offers_app.checkout import work
from offers_app.models import Decision, Proposition
from people_app import erasure, homes
from people_app.models import ContactPoint, Erasure, Person
from signals_app import others_evidence, seen
from signals_app import privacy as signals_privacy
from upsell_project.lib import clock, queue

CHUNK = 20
REASON = "erased"
STAFF = "staff"

log = logging.getLogger(__name__)


def carry_out() -> None:
    """The job: one person a transaction; begun again from the start if a worker dies in the middle."""
    seen.flush()
    for key in Erasure.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True)[:CHUNK]:
        _carry_out(key)


def carry_out_now(person: Person) -> None:
    """For who waits for it, as at a terminal."""
    _carry_out(Erasure.objects.get(person=person.merged_into or person).pk)


@transaction.atomic
def _carry_out(key: int) -> None:
    for one in Erasure.objects.select_for_update(skip_locked=True).filter(pk=key, done_at=None):
        _erase(one)


def ask(person: Person, source: str = STAFF) -> bool:
    """Staff pass on that this person asked to be forgotten. False when that had begun before."""
    with transaction.atomic():
        root = person.merged_into or person
        new = erasure.begin(root.pk, clock.now(), source)
        begin([root.pk])
    queue.nudge("erasures")
    return new


def begin(person_ids: Collection[int]) -> None:
    """At once, in the transaction that took in the request: whatever runs for them ends."""
    for person in sorted(person_ids):
        enroll.exit(reason=REASON, person_id=person)
    parked = Enrollment.objects.filter(person__in=person_ids, state=Enrollment.State.PARKED)
    parked.update(state=Enrollment.State.FINISHED, end_reason=REASON, ended_at=clock.now(), wake_at=None)


def _erase(request: Erasure) -> None:
    """Whoever asked may have been merged since: then all of the one they are is meant."""
    asked = Person.objects.get(pk=request.person_id)
    found = [one.pk for one in erasure.family_of(asked)]
    family = list(Person.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk"))
    people = [one.pk for one in family]
    steps = erasure.take_addresses(family, clock.now())
    standing.lock([], people)
    merges.carry_out(steps)
    begin(people)
    _suppress(people)
    root = asked.merged_into_id or asked.pk
    home = homes.of([root], clock.now(), create=False)[root]
    words = [address for _, address in erasure.addresses_of(family)]
    resting = signals_privacy.forget(people, home, erasure.names_of(family), words)
    _empty(people)
    _empty_of_colleagues(resting)
    _forget_history(people)
    erasure.forget(family, request.asked_at)
    request.done_at = clock.now()
    request.save(update_fields=["done_at"])
    log.info("erasure %s carried out", request.pk)


def _suppress(people: Sequence[int]) -> None:
    """Their addresses are never written to again, also if somebody imports them anew. Kept as keyed hashes."""
    for point in ContactPoint.objects.filter(person__in=people).exclude(address=""):
        ledger.suppress(point.channel, point.address, REASON)
        DemoMail.objects.filter(to__iexact=point.address).delete()


def _empty(people: Sequence[int]) -> None:
    """Codes and times stay, for the counts; whatever was measured, shown, said or written goes."""
    decisions = Decision.objects.filter(person__in=people)
    decisions.update(input={}, threshold={}, gates=[], reason="", candidates=[], policy={}, seed=None)
    Proposition.objects.filter(person__in=people).update(content={}, evidence={})
    Enrollment.objects.filter(person__in=people).update(entry_gates=[], lane_gates=[], error="")
    Delivery.objects.filter(person__in=people).update(provider_ref="", proof={}, reason="")
    Interaction.objects.filter(person__in=people).update(data={})
    work.forget(people)
    tasks = StaffTask.objects.filter(person__in=people)
    tasks.filter(done_at=None).update(done_at=clock.now())
    tasks.update(title="Erased", body="", outcome="", assignee="")
    ConsentRecord.objects.filter(person__in=people).update(proof={})
    Pause.objects.filter(person__in=people).update(reason="")


def _empty_of_colleagues(signal_ids: Sequence[int]) -> None:
    """What they wrote goes from what rests on it as well."""
    runs = Enrollment.objects.filter(signal__in=signal_ids)
    rests = Q(enrollment_id__in=runs.values("pk")) | Q(signal_id__in=signal_ids)
    made = Proposition.objects.filter(rests)
    shown = list(made.order_by("pk").select_for_update())
    for one in shown:
        one.evidence = others_evidence.without_words(one.evidence)
    Proposition.objects.bulk_update(shown, ["evidence"], batch_size=others_evidence.CHUNK)


def _forget_history(people: Sequence[int]) -> None:
    """The admin's history names rows as they were called: a person, and a run of a playbook for them."""
    runs = Enrollment.objects.filter(person__in=people).values_list("pk", flat=True)
    points = ContactPoint.objects.filter(person__in=people).values_list("pk", flat=True)
    for model, keys in ((Person, people), (Enrollment, runs), (ContactPoint, points)):
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(key) for key in keys]
        )
        entries.update(object_repr="Erased")
