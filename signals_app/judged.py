"""Definitions, judged for whoever they are asked of, by what is known now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from people_app import entitlements
from signals_app import compiled, knowing, usage
from signals_app.arming import Moment
from signals_app.compiled import Part
from signals_app.ingest import Stored
from signals_app.knowing import Doubt, Known
from signals_app.subjects import Subject
from signals_app.triggered import Asked
from upsell_project.lib.rules.facts import Fact, Season


@dataclass(slots=True)
class Judged:
    """One part of what was asked."""

    asked: Asked
    moment: Moment
    known: Known

    @property
    def by(self) -> Stored | None:
        """The event that gave reason to ask, if one did."""
        return self.asked.by.get(self.moment.part.name) or self.asked.by.get("")


def judge(asked: Sequence[Asked], now: datetime, *, whole: bool = False) -> tuple[list[Judged], list[Asked]]:
    """Every part that can have changed, of all who can be read; and what was asked of who cannot. `whole`: events are
    read also for what cannot hold."""
    resources = _resources(asked)
    parts = [_parts(one, resources) for one in asked]
    known = _known(asked, parts, now, whole)
    unread = [one for one in asked if known[one.subject] is None]
    return [
        Judged(one, _moment(one, part, its), its)
        for one, those in zip(asked, parts, strict=True)
        if (its := known[one.subject]) is not None
        for part in those
    ], unread


def _known(
    asked: Sequence[Asked], parts: Sequence[Sequence[Part]], now: datetime, whole: bool
) -> dict[Subject, Known | None]:
    """All that any definition asks of a subject is read at once."""
    wanted: dict[Subject, list[Part]] = defaultdict(list)
    for one, those in zip(asked, parts, strict=True):
        wanted[one.subject] += those
    together: dict[tuple[int, ...], tuple[frozenset[Fact], tuple[Doubt, ...]]] = {}
    loading = []
    for subject, mine in wanted.items():
        key = tuple(map(id, mine))
        if key not in together:
            together[key] = _together(mine, whole)
        loading.append(knowing.Asked(subject, *together[key]))
    return dict(zip(wanted, knowing.load_each(loading, now), strict=True))


def _together(parts: Iterable[Part], whole: bool) -> tuple[frozenset[Fact], tuple[Doubt, ...]]:
    if whole:
        return frozenset(chain.from_iterable(part.asks for part in parts)), ()
    doubts = tuple({part.doubt: None for part in parts if part.doubt})
    return frozenset(chain.from_iterable(part.asks for part in parts if not part.doubt)), doubts


def _resources(asked: Iterable[Asked]) -> Mapping[int, list[str]]:
    """What each account has a limit of, where a definition is about whatever it has."""
    accounts = {
        one.subject.account
        for one in asked
        if one.subject.account and compiled.EVERY in one.compiled.resources
    }
    found: dict[int, list[str]] = defaultdict(list)
    for (account, resource), cap in entitlements.of(sorted(accounts)).items() if accounts else ():
        if cap is not None and cap > 0:
            found[account].append(resource)
    return found


def _parts(one: Asked, resources: Mapping[int, list[str]]) -> list[Part]:
    parts = one.compiled.parts(resources.get(one.subject.account or 0, ()))
    return [part for part in parts if not part.name or one.resources is None or part.name in one.resources]


def _moment(one: Asked, part: Part, known: Known) -> Moment:
    verdict = part.holds(known.values, known.at)
    rearmed = part.rearms(known.values, known.at) if part.rearms else None
    return Moment(one.compiled, one.subject, part, period(part, known), verdict, rearmed)


def period(part: Part, known: Known) -> date:
    """Of what begins anew with each period, its first day: each season comes once a year, each limit once a month."""
    for fact in part.begins_anew:
        more = known.more.get(fact, {})
        if first := more.get("starts") if isinstance(fact, Season) else more.get("period"):
            return date.fromisoformat(first)
    return usage.ALWAYS
