"""What is learned from: each answer to an offer, with the signs that held of the account the moment before.

Signs about what has no history (plans, limits, other traits that a purchase changes) are left out: as they are now they
would tell the answer instead of foretelling it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from signals_app import usage
from signals_app.knowing import limits
from signals_app.models import Meter
from signals_app.rehearse import history
from signals_app.rehearse.telling import Told
from signals_app.scores.rules import Live, Sign
from signals_app.subjects import Subject
from upsell_project.lib import bulk
from upsell_project.lib.rules.facts import Entitlement, Fact, Member, Score, Share, Trait

YES = ("accepted", "converted")
NO = ("dismissed", "declined", "ignored")
MOST = 5_000
"""The newest answers."""
CHUNK = 50
LASTING = frozenset({"country", "created_at", "currency", "fiscal_year_end", "industry", "timezone"})
"""What an account is called by, whatever it buys."""
Answers = Mapping[int, Sequence[tuple[datetime, bool]]]
"""By account, in order of time."""


@dataclass(frozen=True, slots=True)
class Example:
    """`row`: which of the usable signs held."""

    account: int
    row: tuple[bool, ...]
    yes: bool


@dataclass(slots=True)
class Examples:
    """`usable`: by sign, whether it can be known of the past. `left_out`: accounts that did too much to be replayed."""

    usable: list[bool]
    found: list[Example]
    left_out: int = 0


def of(live: Live, now: datetime) -> Examples:
    """Of the newest answers."""
    usable = [has_history(sign) for sign in live.signs]
    signs = [sign for sign, good in zip(live.signs, usable, strict=True) if good]
    result = Examples(usable, [])
    if signs:
        for chunk in _chunks(_answers(_since(signs))):
            result.left_out += _read(chunk, signs, now, result.found)
    return result


def has_history(sign: Sign) -> bool:
    return all(_has_history(fact) for fact in sign.facts)


def _has_history(fact: Fact) -> bool:
    match fact:
        case Trait(name):
            return name in LASTING
        case Entitlement(resource, share):
            return share is Share.USED and resource != limits.SEATS
        case Member() | Score():
            return False
    return True


def _since(signs: Sequence[Sign]) -> datetime | None:
    """Of answers before, some of what was done before them was dropped for its age."""
    gone = usage.dropped_before()
    if gone is None:
        return None
    facts = frozenset(fact for sign in signs for fact in sign.facts)
    return gone + history.reach(facts, {meter.resource: meter for meter in Meter.objects.all()})


def _answers(since: datetime | None) -> dict[int, list[tuple[datetime, bool]]]:
    found: dict[int, list[tuple[datetime, bool]]] = defaultdict(list)
    for account, at, yes in bulk.select(_ANSWERS, [*YES], [*YES, *NO], since, since, MOST):
        found[account].append((at, yes))
    return found


def _chunks(answers: Answers) -> Iterator[Answers]:
    accounts = sorted(answers)
    for start in range(0, len(accounts), CHUNK):
        yield {account: answers[account] for account in accounts[start : start + CHUNK]}


def _read(answers: Answers, signs: Sequence[Sign], now: datetime, found: list[Example]) -> int:
    """Append the examples of these accounts; return how many were left out."""
    facts = frozenset(fact for sign in signs for fact in sign.facts)
    moments = [at for those in answers.values() for at, _ in those]
    subjects = [Subject(None, account) for account in answers]
    pasts = history.load(subjects, facts, min(moments), max(moments), now)
    for (account, those), past in zip(answers.items(), pasts, strict=True):
        if past is not None:
            found += _examples(account, those, signs, Told(past, facts))
    return sum(past is None for past in pasts)


def _examples(
    account: int, answers: Iterable[tuple[datetime, bool]], signs: Sequence[Sign], told: Told
) -> Iterator[Example]:
    for at, yes in answers:
        # What came with the answer would give it away.
        known = told.at(at - datetime.resolution)
        yield Example(account, tuple(sign.holds(known.values, known.at) is True for sign in signs), yes)


_ANSWERS = """
SELECT account_id, at, yes FROM (
    SELECT id, account_id, at, answer = ANY(%s) AS yes FROM signals_app_answer
    WHERE account_id IS NOT NULL AND answer = ANY(%s) AND (%s::timestamptz IS NULL OR at >= %s)
    ORDER BY at DESC, id DESC LIMIT %s
) newest ORDER BY account_id, at, id
"""
