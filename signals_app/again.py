"""What no event completes: definitions that read an answer, a segment or a score are asked again when these change.

Whoever changes them notes it in the same transaction, so that it cannot be lost; the job "sweeps" asks soon after.
Runs whose rules read them are told of it by `settings.HEARS_WHAT_CHANGED`.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from people_app import homes
from signals_app import compiled
from signals_app.compiled import Compiled
from signals_app.models import AskAgain, SignalDefinition
from signals_app.subjects import Subject
from upsell_project.lib import bulk, queue
from upsell_project.lib.rules.facts import Answered, Fact, Member, Of, Score

AT_ONCE = 1_000


def answered(person_id: int, account_id: int | None) -> None:
    """They answered an offer."""
    _note(lambda one: one.reads_answers, [Subject(person_id, account_id), Subject(None, account_id)])
    _tell(lambda fact: isinstance(fact, Answered), people=[person_id])


def moved(slug: str, person_ids: Collection[int], now: datetime) -> None:
    """They came into this segment, or left it."""
    _tell(lambda fact: isinstance(fact, Member) and fact.slug == slug, people=person_ids)
    reading = _live(lambda one: slug in one.reads_segments)
    if reading and person_ids:
        home = homes.of(person_ids, now, create=False)
        _keep(reading, [Subject(person, home.get(person)) for person in sorted(person_ids)])


def scored(name: str, account_ids: Collection[int]) -> None:
    """This score of theirs changed, and so what is known of whoever is at home there."""
    ids = sorted(account_ids)
    _tell(lambda fact: isinstance(fact, Score) and fact.name == name, accounts=ids)
    reading = _live(lambda one: name in one.reads_scores) if ids else []
    if reading:
        people = bulk.select(homes.at_home_sql("%s"), ids, ids)
        there = [Subject(person, account) for person, account in sorted(people)]
        _keep(reading, [*(Subject(None, account) for account in ids), *there])


def waiting() -> bool:
    """Whether somebody is to be asked about."""
    return AskAgain.objects.exists()


def take(limit: int = AT_ONCE) -> list[tuple[SignalDefinition, Subject]]:
    """The next of them, each once; they are gone when the transaction ends. Only live definitions are asked."""
    rows = dict.fromkeys(tuple(row[1:]) for row in sorted(bulk.select(_TAKE, limit)))
    live = SignalDefinition.objects.filter(live=True).in_bulk({definition for definition, *_ in rows})
    return [
        (live[definition], Subject(person, account))
        for definition, person, account in rows
        if definition in live
    ]


def _tell(asks: Callable[[Fact], bool], people: Collection[int] = (), accounts: Collection[int] = ()) -> None:
    if people or accounts:
        import_string(settings.HEARS_WHAT_CHANGED)(asks, people, accounts)


def _note(reads: Callable[[Compiled], bool], subjects: Iterable[Subject]) -> None:
    if reading := _live(reads):
        _keep(reading, subjects)


def _live(reads: Callable[[Compiled], bool]) -> list[Compiled]:
    live = SignalDefinition.objects.filter(live=True)
    return [one for one in compiled.sound(live) if reads(one)]


def _keep(reading: Iterable[Compiled], subjects: Iterable[Subject]) -> None:
    """What is about people is asked of people, what is about accounts of accounts."""
    those = [subject for subject in subjects if subject.person or subject.account]
    AskAgain.objects.bulk_create(
        AskAgain(definition_id=one.definition.pk, person_id=subject.person, account_id=subject.account)
        for one in reading
        for subject in those
        if (one.of is Of.PERSON) == bool(subject.person)
    )
    queue.nudge("sweeps")


# Materialized: else PostgreSQL may look for the next ones again for each row, and take more than so many.
_TAKE = """
WITH taken AS MATERIALIZED (
    SELECT id FROM signals_app_askagain ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM signals_app_askagain a USING taken WHERE a.id = taken.id
RETURNING a.id, a.definition_id, a.person_id, a.account_id
"""
