"""Replays of many subjects at once: what is stored of all of them is read together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from people_app import entitlements
from people_app.models import Person
from signals_app import routing
from signals_app.compiled import EVERY, Compiled, Part
from signals_app.rehearse import history
from signals_app.rehearse.replaying import Hit, Replay
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Entitlement, Fact, Member, Of, Score, Season, Trait


@dataclass(slots=True)
class Rehearsed:
    """In the order of the subjects. `left_out`: those who did too much to be replayed."""

    hits: list[list[Hit]] = field(default_factory=list)
    left_out: list[Subject] = field(default_factory=list)


def of(
    compiled: Compiled, subjects: Sequence[Subject], first: datetime, last: datetime, now: datetime
) -> Rehearsed:
    """What would have been found from `first` up to `last`, each as if nothing had been found before."""
    parts = parts_of(compiled, subjects)
    facts = frozenset(fact for those in parts for part in those for fact in part.asks)
    pasts = history.load(subjects, facts, first, last, now)
    members = _members(compiled, subjects)
    doing = {one.person for past in pasts if past for one in past.account if one.person}
    known = _known(doing | {one.person for one in subjects if one.person})
    found = Rehearsed()
    for subject, those, past in zip(subjects, parts, pasts, strict=True):
        if past is None:
            found.left_out.append(subject)
            found.hits.append([])
            continue
        replay = Replay(compiled, those, past, members.get(subject.account or 0, ()), known)
        found.hits.append(replay.run(first, last))
    return found


def parts_of(compiled: Compiled, subjects: Sequence[Subject]) -> list[list[Part]]:
    """Of each subject; where a definition is about whatever there is a limit of, a part of each."""
    limited: dict[int, list[str]] = defaultdict(list)
    if EVERY in compiled.resources:
        accounts = sorted({one.account for one in subjects if one.account})
        for (account, resource), cap in entitlements.of(accounts).items():
            if cap is not None and cap > 0:
                limited[account].append(resource)
    return [compiled.parts(limited.get(one.account or 0, ())) for one in subjects]


def undated(facts: frozenset[Fact]) -> list[str]:
    """What the answers rest on that is taken as it is now, in words."""
    words: Mapping[type, str] = {
        Trait: "what is known of the account and the person",
        Season: "the account's industry and country",
        Entitlement: "the limits of the plan",
        Member: "who is in which segment",
        Score: "scores",
    }
    return [said for kind, said in words.items() if any(isinstance(fact, kind) for fact in facts)]


def _members(compiled: Compiled, subjects: Sequence[Subject]) -> dict[int, list[routing.Member]]:
    if compiled.of is not Of.ACCOUNT:
        return {}
    return routing.members({one.account for one in subjects if one.account})


def _known(people: set[int]) -> frozenset[int]:
    if not people:
        return frozenset()
    return frozenset(
        Person.objects.filter(pk__in=people, user_id__isnull=False, erased_at=None).values_list(
            "pk", flat=True
        )
    )
