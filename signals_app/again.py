"""What no event of theirs completes: definitions that read an answer, a segment or a score are asked again when these
change, those that read an account of whoever is at home there, and all of them of who turned out to be one.

Whoever changes them notes it in the same transaction, so that it cannot be lost; the job "sweeps" asks soon after
(`noted`). Of an account one row is noted, however many people are at home there. Segments and runs whose rules read
what changed are told of it by `settings.HEARS_WHAT_CHANGED`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.utils.module_loading import import_string

from people_app import homes
from people_app.shown import CALENDAR, LIMIT
from signals_app import compiled, triggered
from signals_app.compiled import Compiled
from signals_app.models import Segment, Signal, SignalDefinition
from signals_app.subjects import Subject
from signals_app.triggered import Batch
from upsell_project.lib import bulk, clock, queue
from upsell_project.lib.rules.facts import Answered, Fact, Member, Of, Score, Season, Trait

What = SignalDefinition | Segment | None
"""What is asked of somebody: a definition, whether they are in a segment, or (None) every definition that is live by
then."""

RETRY = timedelta(minutes=5)
MOST_TRIES = 10
SEASONAL = {"industry", "country", "fiscal_year_end"}
"""What says to an account in which season it is."""


def answered(by: Iterable[tuple[int, int | None]], answer: str) -> None:
    """These people gave this answer to an offer, in these accounts (or let it pass, or were shown it)."""
    pairs = [*by]
    if pairs:
        people = sorted({person for person, _ in pairs})
        _tell(lambda fact: isinstance(fact, Answered) and fact.answer == answer, people=people)
        reading = _live(lambda one: answer in one.reads_answers)
        own = [Subject(*pair) for pair in pairs]
        whole = [Subject(None, account) for account in {account for _, account in pairs}]
        note((one, subject) for one in reading for subject in (own if one.of is Of.PERSON else whole))


def joined(
    people: Collection[int],
    arrived: Collection[int],
    accounts: Collection[int],
    folded: Collection[int],
    now: datetime,
) -> None:
    """What others did is theirs now: they may have done enough by that, of anything.

    `people` turned out to be who they are, `arrived` are at home elsewhere, `accounts` have the events of either, and
    `folded` of these all that another account was.
    """
    turned_out = (Subject(person, None) for person in people)
    whole = (Subject(None, account) for account in accounts)
    soon((None, subject) for subject in chain(turned_out, whole))
    reading = _live(_reads_accounts)
    note((one, Subject(person, None)) for one in reading for person in arrived)
    note((one, Subject(None, account)) for one in reading for account in folded)
    note(
        (one, Subject(None, account)) for one, account in _brought(reading, sorted({*people, *arrived}), now)
    )


def nearby(new: Batch, live: Iterable[SignalDefinition]) -> None:
    """Something new is known of accounts: definitions of people that read it are asked of whoever is at home there.
    Nothing is noted where all of them were asked already; and of use only who used it ("you have used")."""
    rows: list[tuple[Compiled, Subject]] = []
    for one in compiled.sound(live):
        accounts = _told_of(one, new) if one.of is Of.PERSON else set()
        if accounts:
            rows += ((one, Subject(None, account)) for account in _with_others(one, new, accounts))
    note(rows)


def moved(slug: str, person_ids: Collection[int]) -> None:
    """They came into this segment, or left it."""
    _tell(lambda fact: isinstance(fact, Member) and fact.slug == slug, people=person_ids)
    if person_ids:
        reading = _live(lambda one: slug in one.reads_segments)
        note((one, Subject(person, None)) for one in reading for person in person_ids)


def scored(name: str, account_ids: Collection[int]) -> None:
    """This score of theirs changed, and so what is known of whoever is at home there."""
    ids = sorted(account_ids)
    _tell(lambda fact: isinstance(fact, Score) and fact.name == name, accounts=ids)
    if ids:
        reading = _live(lambda one: name in one.reads_scores)
        note((one, Subject(None, account)) for one in reading for account in ids)


def found(live: Iterable[Compiled], signals: Iterable[Signal]) -> None:
    """What is found of an account is so for whoever is at home there, not only for whom it was told."""
    accounts: dict[str, set[int]] = defaultdict(set)
    for signal in signals:
        if signal.definition.about == Of.ACCOUNT and signal.account_id:
            accounts[signal.definition.slug].add(signal.account_id)
    reading = [one for one in live if one.of is Of.PERSON] if accounts else []
    note(
        (one, Subject(None, account))
        for one in reading
        for slug in one.reads_signals & accounts.keys()
        for account in accounts[slug]
    )


def note(pairs: Iterable[tuple[Compiled, Subject]]) -> None:
    """These are to be asked soon; a definition of people, of an account without a person: of whoever is at home."""
    soon((one.definition, subject) for one, subject in pairs)


def soon(pairs: Iterable[tuple[What, Subject]]) -> None:
    """The same of segments, too: of an account without a person whoever is at home there is judged."""
    if records := _records(pairs):
        bulk.execute(_NOTE, records)
        queue.nudge("sweeps")


def later(pairs: Iterable[tuple[What, Subject]]) -> None:
    """These could not be judged. They are tried again some minutes later, then ever more rarely, and after about four
    days no more: a fault in what is known of them, or in a release, takes no moment."""
    if records := _records(pairs):
        now = clock.real()
        bulk.execute(_LATER, records, now, RETRY, now, MOST_TRIES)


def _tell(asks: Callable[[Fact], bool], people: Collection[int] = (), accounts: Collection[int] = ()) -> None:
    if people or accounts:
        for hears in settings.HEARS_WHAT_CHANGED:
            import_string(hears)(asks, people, accounts)


def _live(reads: Callable[[Compiled], bool]) -> list[Compiled]:
    live = SignalDefinition.objects.filter(live=True)
    return [one for one in compiled.sound(live) if reads(one)]


def _reads_accounts(one: Compiled) -> bool:
    """A definition of people that reads what an account is, has done or was found to be."""
    reads = one.reads_account or one.of_account is None or one.of_account or one.reads_scores
    return one.of is Of.PERSON and bool(reads or one.reads_signals)


def _brought(
    reading: Iterable[Compiled], people: Collection[int], now: datetime
) -> Iterable[tuple[Compiled, int]]:
    """Where these people are at home, if they did what a definition reads of accounts and named none by that."""
    asking = [one for one in reading if one.of_account is None or one.of_account]
    if not asking or not people:
        return
    named = sorted(set[str]().union(*(one.of_account or () for one in asking)))
    did: dict[str, list[int]] = defaultdict(list)
    for person, name in bulk.select(_DID, people, named):
        did[name].append(person)
    anything = [person for (person,) in bulk.select(_DID_ANYTHING, people)]
    home = homes.of(people, now, create=False)
    for one in asking:
        those = anything if one.of_account is None else (who for name in one.of_account for who in did[name])
        yield from ((one, account) for account in {home[person] for person in those} if account)


def _told_of(one: Compiled, new: Batch) -> set[int]:
    """The accounts of which something new is known that this definition of people reads."""
    accounts = {
        account
        for account in new.changed_accounts
        if one.reads_account and _reads(one, new.facts.get(account))
    }
    did = (
        [new.all_names]
        if one.of_account is None
        else [new.by_name[name] for name in one.of_account & new.by_name.keys()]
    )
    accounts |= {
        subject.account for doers in did for subject in doers.newest(None, Of.ACCOUNT) if subject.account
    }
    return accounts


def _reads(one: Compiled, changed: Collection[str] | None) -> bool:
    """Whether it reads one of these facts of an account. None: of any."""
    if changed is None or CALENDAR & {*changed}:
        return True
    facts = one.part(one.resources[0] if one.resources else "").facts
    read = {fact.name for fact in facts if isinstance(fact, Trait) and fact.of is Of.ACCOUNT}
    read |= {name.partition(".")[0] for name in read}
    if any(isinstance(fact, Season) for fact in facts):
        read |= SEASONAL
    limits = one.reads_use and any(name.startswith(LIMIT) or name == "seats_used" for name in changed)
    return limits or not read.isdisjoint(changed)


def _with_others(one: Compiled, new: Batch, accounts: Collection[int]) -> list[int]:
    """Those of these accounts that have people who were not asked just now."""
    asked = [each.subject for each in triggered.of([one], new, {}) if each.resources is None]
    pairs = {(each.person, each.account) for each in asked if each.account}
    people, theirs = bulk.array(person for person, _ in pairs), bulk.array(account for _, account in pairs)
    both = (people, theirs)
    return [account for (account,) in bulk.select(_OTHERS, bulk.array(sorted(accounts)), *both, *both)]


def _records(pairs: Iterable[tuple[What, Subject]]) -> list[dict[str, int | None]]:
    return [
        {
            "definition": one.pk if isinstance(one, SignalDefinition) else None,
            "segment": one.pk if isinstance(one, Segment) else None,
            "person": subject.person,
            "account": subject.account,
        }
        for one, subject in dict.fromkeys(pairs)
        if subject.person or subject.account
    ]


_NEW = """
WITH new AS (SELECT * FROM json_to_recordset(%s) AS r(definition bigint, segment bigint, person bigint, account bigint))
"""
_SAME = """
coalesce(a.definition_id, 0) = coalesce(n.definition, 0) AND coalesce(a.segment_id, 0) = coalesce(n.segment, 0)
AND coalesce(a.person_id, 0) = coalesce(n.person, 0) AND coalesce(a.account_id, 0) = coalesce(n.account, 0)
AND a.after = 0
"""
_INTO = """
INSERT INTO signals_app_askagain
    (definition_id, segment_id, person_id, account_id, after, asked, failed, retry_at)
"""
# What is noted already is held until this transaction ends, so that whoever takes it sees what is new; what is being
# asked just now is noted anew. Nobody waits: a unique index would let whoever notes wait for who asks, and in a circle.
_NOTE = f"""
{_NEW}, there AS MATERIALIZED (
    SELECT n.* FROM new n JOIN signals_app_askagain a ON {_SAME} AND a.failed = 0
    FOR KEY SHARE OF a SKIP LOCKED
)
{_INTO}
SELECT n.definition, n.segment, n.person, n.account, 0, 0, 0, 'epoch' FROM new n WHERE NOT EXISTS (SELECT FROM there t
    WHERE (coalesce(t.definition, 0), coalesce(t.segment, 0), coalesce(t.person, 0), coalesce(t.account, 0))
        = (coalesce(n.definition, 0), coalesce(n.segment, 0), coalesce(n.person, 0), coalesce(n.account, 0)))
ORDER BY n.person, n.account
"""
# The row that is being asked just now says how often that failed before.
_LATER = f"""
{_NEW} {_INTO}
SELECT n.definition, n.segment, n.person, n.account, 0, 0, b.failed + 1, %s + %s * power(2, b.failed)
FROM new n CROSS JOIN LATERAL (
    SELECT coalesce(max(a.failed), 0) AS failed, coalesce(max(a.retry_at), '-infinity') AS retry_at
    FROM signals_app_askagain a WHERE {_SAME}
) b WHERE b.retry_at <= %s AND b.failed < %s
"""
_DID = """
SELECT p, n FROM unnest(%s::bigint[]) p, unnest(%s::text[]) n WHERE EXISTS (SELECT FROM signals_app_event e
    WHERE e.person_id = p AND e.account_id IS NULL AND e.name = n)
"""
_DID_ANYTHING = """
SELECT p FROM unnest(%s::bigint[]) p WHERE EXISTS (SELECT FROM signals_app_event e
    WHERE e.person_id = p AND e.account_id IS NULL)
"""
_OTHERS = """
SELECT a FROM unnest(%s::bigint[]) a WHERE EXISTS (SELECT FROM people_app_membership m WHERE m.account_id = a
    AND (m.person_id, a) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])))
OR EXISTS (SELECT FROM people_app_account o WHERE (o.id = a OR o.merged_into_id = a) AND o.personal_of_id IS NOT NULL
    AND (o.personal_of_id, a) NOT IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[])))
"""
