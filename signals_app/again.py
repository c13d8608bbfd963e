"""What no event of theirs completes: definitions that read an answer, a segment or a score are asked again when these
change, those that read an account of whoever is at home there, and all of them of who turned out to be one.

Whoever changes them notes it in the same transaction, so that it cannot be lost; the job "sweeps" asks soon after.
Runs whose rules read them are told of it by `settings.HEARS_WHAT_CHANGED`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string

from people_app import homes
from signals_app import compiled
from signals_app.compiled import Compiled
from signals_app.models import AskAgain, Signal, SignalDefinition
from signals_app.subjects import Subject
from signals_app.triggered import Batch
from upsell_project.lib import bulk, queue
from upsell_project.lib.rules.facts import Answered, Fact, Member, Of, Score

AT_ONCE = 400
MOST_COLLEAGUES = 5_000
"""Of one account. Who else is at home there is asked when they do something."""


def answered(by: Iterable[tuple[int, int | None]], answer: str) -> None:
    """These people gave this answer to an offer, in these accounts (or let it pass, or were shown it)."""
    pairs = [*by]
    whose = [Subject(None, account) for account in {account for _, account in pairs}]
    if pairs:
        people = sorted({person for person, _ in pairs})
        _tell(lambda fact: isinstance(fact, Answered) and fact.answer == answer, people=people)
        _note(lambda one: answer in one.reads_answers, [*(Subject(*pair) for pair in pairs), *whose])


def joined(person_ids: Collection[int], account_ids: Collection[int], now: datetime) -> None:
    """What others did is theirs now: they may have done enough by that, of anything."""
    home = homes.of(person_ids, now, create=False) if person_ids else {}
    subjects = [Subject(person, home.get(person)) for person in sorted(person_ids)]
    _write([(None, one) for one in (*subjects, *(Subject(None, account) for account in sorted(account_ids)))])


def nearby(new: Batch, live: Iterable[SignalDefinition]) -> None:
    """Something new is known of accounts: definitions of people that read it are asked of whoever is at home there.
    Who did it is asked anyhow; and of use only who used it ("you have used")."""
    for one in compiled.sound(live):
        accounts = _told_of(one, new) if one.of is Of.PERSON else set()
        if accounts:
            _keep([one], [there for there in _at_home(accounts) if there.person not in new.people])


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
        _keep(reading, [*(Subject(None, account) for account in ids), *_at_home(ids)])


def found(live: Iterable[Compiled], signals: Iterable[Signal]) -> None:
    """What is found of an account is so for whoever is at home there, not only for whom it was told."""
    accounts: dict[str, set[int]] = defaultdict(set)
    for signal in signals:
        if signal.definition.about == Of.ACCOUNT and signal.account_id:
            accounts[signal.definition.slug].add(signal.account_id)
    for one in live if accounts else ():
        if one.of is Of.PERSON and (
            there := set().union(*(accounts.get(slug, ()) for slug in one.reads_signals))
        ):
            _keep([one], _at_home(there))


def note(pairs: Iterable[tuple[Compiled, Subject]]) -> None:
    """These are to be asked soon."""
    _write([(one.definition.pk, subject) for one, subject in pairs])


def waiting() -> bool:
    """Whether somebody is to be asked about."""
    return AskAgain.objects.exists()


def coming() -> list[int]:
    """Which would be taken next."""
    return list(AskAgain.objects.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def take(limit: int = AT_ONCE, only: Sequence[int] | None = None) -> list[tuple[SignalDefinition, Subject]]:
    """The next of them (of those `only`), each once; they are gone when the transaction ends. Only live definitions are
    asked."""
    rows = dict.fromkeys(tuple(row[1:]) for row in sorted(bulk.select(_TAKE, only, only, limit)))
    live = SignalDefinition.objects.filter(live=True).in_bulk() if rows else {}
    pairs = (
        (one, Subject(person, account))
        for definition, person, account in rows
        for one in (live.values() if definition is None else filter(None, [live.get(definition)]))
        if (one.about == Of.PERSON) == bool(person)
    )
    return [*dict.fromkeys(pairs)]


def _tell(asks: Callable[[Fact], bool], people: Collection[int] = (), accounts: Collection[int] = ()) -> None:
    if people or accounts:
        import_string(settings.HEARS_WHAT_CHANGED)(asks, people, accounts)


def _note(reads: Callable[[Compiled], bool], subjects: Iterable[Subject]) -> None:
    if reading := _live(reads):
        _keep(reading, subjects)


def _live(reads: Callable[[Compiled], bool]) -> list[Compiled]:
    live = SignalDefinition.objects.filter(live=True)
    return [one for one in compiled.sound(live) if reads(one)]


def _at_home(account_ids: Collection[int]) -> list[Subject]:
    ids = sorted(account_ids)
    return [Subject(*row) for row in bulk.select(_AT_HOME, ids, ids, MOST_COLLEAGUES)]


def _told_of(one: Compiled, new: Batch) -> set[int]:
    """The accounts of which something new is known that this definition of people reads."""
    accounts = set(new.changed_accounts) if one.reads_account else set()
    did = (
        [new.all_names]
        if one.of_account is None
        else [new.by_name[name] for name in one.of_account & new.by_name.keys()]
    )
    accounts |= {
        subject.account for doers in did for subject in doers.newest(None, Of.ACCOUNT) if subject.account
    }
    return accounts


def _keep(reading: Iterable[Compiled], subjects: Iterable[Subject]) -> None:
    """What is about people is asked of people, what is about accounts of accounts."""
    those = [*subjects]
    _write(
        [
            (one.definition.pk, subject)
            for one in reading
            for subject in those
            if (one.of is Of.PERSON) == bool(subject.person)
        ]
    )


def _write(rows: Iterable[tuple[int | None, Subject]]) -> None:
    """`None`: each definition that is live when it is asked."""
    new = [
        AskAgain(definition_id=definition, person_id=subject.person, account_id=subject.account)
        for definition, subject in rows
        if subject.person or subject.account
    ]
    if new:
        AskAgain.objects.bulk_create(new)
        queue.nudge("sweeps")


_AT_HOME = f"""
SELECT person_id, account_id FROM (
    SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY person_id) AS place
    FROM ({homes.at_home_sql("%s")}) h
) n WHERE place <= %s ORDER BY 1, 2
"""
# Materialized: else PostgreSQL may look for the next ones again for each row, and take more than so many.
_TAKE = """
WITH taken AS MATERIALIZED (
    SELECT id FROM signals_app_askagain WHERE %s::bigint[] IS NULL OR id = ANY(%s)
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
DELETE FROM signals_app_askagain a USING taken WHERE a.id = taken.id
RETURNING a.id, a.definition_id, a.person_id, a.account_id
"""
