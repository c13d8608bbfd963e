"""What answers to an offer mean, and which of several counts. One place, so that no reader takes one for another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from offers_app.models import Proposition
from upsell_project.lib import bulk

ACCEPTED: Final = "accepted"
NOT_NOW: Final = frozenset({"dismissed", "snoozed"})
# Feedback is an answer only where it is negative; praise is kept as an interaction alone. A reply that is no refusal
# ("replied") is neither a yes nor a no: a human reads it.
NO: Final = frozenset({"declined", "feedback", "opted_out"})
WEAKEST_FIRST: Final = ("", "replied", "dismissed", "snoozed", ACCEPTED, "declined", "feedback", "opted_out")


def keep(proposition: UUID, answer: str, at: datetime) -> None:
    """The strongest is the answer; the others are kept beside it, each with when it was first given. One statement."""
    weaker = WEAKEST_FIRST[: WEAKEST_FIRST.index(answer)]
    bulk.run(_KEEP, answer, at, [*weaker], proposition)


def accepted_at(answer: str, at: datetime, also: Mapping[str, str]) -> datetime | None:
    """When they said yes, whatever else they said of it; None: they did not."""
    if answer == ACCEPTED:
        return at
    return datetime.fromisoformat(also[ACCEPTED]) if ACCEPTED in also else None


def not_refused(offers: Iterable[Proposition], by: datetime) -> list[Proposition]:
    """Without those whose person said no to any offer between when they were made and `by`. One statement."""
    found, noes = list(offers), defaultdict[int, list[datetime]](list)
    # A no is stronger than all else, so that none is kept beside a yes.
    said = Proposition.objects.filter(person__in={one.person_id for one in found}, answer__in=NO)
    for person, at, also in said.values_list("person_id", "answered_at", "also_said"):
        noes[person] += [at] if at else []
        noes[person] += [datetime.fromisoformat(also[no]) for no in NO & also.keys()]
    return [one for one in found if not any(one.ready_at <= at <= by for at in noes[one.person_id])]


_KEEP = """
UPDATE offers_app_proposition p SET
    also_said = CASE WHEN p.answer = '' THEN p.also_said
        WHEN p.answer = ANY(w.weaker) THEN p.also_said || jsonb_build_object(p.answer, p.answered_at)
        ELSE jsonb_build_object(w.answer, w.at) || p.also_said END,
    answer = CASE WHEN p.answer = ANY(w.weaker) THEN w.answer ELSE p.answer END,
    answered_at = CASE WHEN p.answer = ANY(w.weaker) THEN w.at ELSE p.answered_at END
FROM (SELECT %s::text AS answer, %s::timestamptz AS at, %s::text[] AS weaker) w
WHERE p.id = %s AND p.answer <> w.answer
"""
