"""Why somebody got an offer, or did not: the stored decisions, told gate by gate; where there is none, what is stored
of the person, the offer and the playbook."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from campaigns_app import next_time, not_chosen, why_not
from offers_app.models import Decision
from people_app.models import Person
from upsell_project.lib import clock

_CANDIDATE: dict[str, Any] = {
    "offer": "",
    "gates": [],
    "factors": {},
    "score": None,
    "propensity": None,
    "chance": None,
    "chosen": False,
}


def answer(
    person: Person, offer: str = "", playbook: str = "", at: datetime | None = None, limit: int = 100
) -> dict[str, Any]:
    """What API and command print: `evaluations`, and where an offer or a playbook is named `standing`."""
    told = evaluations(person, offer, playbook, at, limit)
    named = bool(offer or playbook)
    stands = standing(person, offer, playbook, at) if named else []
    return {"person": person.user_id, "evaluations": told, "standing": stands}


def evaluations(
    person: Person, offer: str = "", playbook: str = "", at: datetime | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """The contract's `evaluations`, newest first. With `at` those that were in force then: of each playbook, offer and
    channel the last one up to it. Never empty where an offer or a playbook is named: what nobody decided about is
    derived (`derived` is true).

    Beside the contract's keys: `must_happen`, a sentence for each closed gate, and `candidates`, as the decision keeps
    them.
    A decision that weighed the named offer and made another is told as it was for the named one (`not_chosen`).
    One statement where something was decided.
    """
    now = clock.now()
    rows = _rows(person, offer, playbook, at)[:limit]
    told = [_evaluation(not_chosen.of(row, offer) if offer else row, now) for row in rows]
    if told or not (offer or playbook):
        return told
    return [*_refused_entry(person, offer, playbook, at, now), *standing(person, offer, playbook, at)][:limit]


def standing(
    person: Person, offer: str = "", playbook: str = "", at: datetime | None = None
) -> list[dict[str, Any]]:
    """What stands in the way now, or stood at that moment, whatever was decided; of no offer and no playbook in
    particular: of each that is live."""
    return why_not.evaluations(person, offer, playbook, at, clock.now())


def evaluation(row: Decision) -> dict[str, Any]:
    """One of `evaluations`, of this decision."""
    return _evaluation(row, clock.now())


def candidates(row: Decision) -> list[dict[str, Any]]:
    """What was chosen among, as the decision keeps it: each `{offer, gates, factors, score, propensity, chance,
    chosen}`, with an empty value for what is not kept. `propensity`: how likely they were to say yes; `chance`: how
    likely it was to be drawn, as logged for comparing policies."""
    stored = getattr(row, "candidates", None)
    if not isinstance(stored, list):
        return []
    return [_candidate(one) for one in stored if isinstance(one, Mapping)]


def _candidate(stored: Mapping[str, Any]) -> dict[str, Any]:
    known = _CANDIDATE | {key: stored[key] for key in _CANDIDATE if stored.get(key) is not None}
    gates = known["gates"] if isinstance(known["gates"], list) else []
    known["gates"] = [_gate(one) for one in gates if isinstance(one, Mapping)]
    known["factors"] = dict(known["factors"]) if isinstance(known["factors"], Mapping) else {}
    known["propensity"] = known["factors"].get("propensity")
    return known


def _rows(person: Person, offer: str, playbook: str, at: datetime | None) -> QuerySet[Decision]:
    rows = Decision.objects.filter(person=person)
    rows = rows.filter(playbook=playbook) if playbook else rows
    rows = rows.filter(at__lte=at) if at is not None else rows
    rows = not_chosen.about(rows, offer) if offer else rows
    if at is not None:
        about = ("playbook", "channel") if offer else ("playbook", "offer", "channel")
        last = rows.order_by(*about, "-at", "-pk").distinct(*about)
        rows = Decision.objects.filter(pk__in=last.values("pk"))
    return rows.order_by("-at", "-id")


def _refused_entry(
    person: Person, offer: str, playbook: str, at: datetime | None, now: datetime
) -> list[dict[str, Any]]:
    """A run that was refused to begin names no offer: it is the reason why none of its offers was made."""
    if not offer:
        return []
    slugs = [way.playbook.slug for way in why_not.ways(offer, playbook)]
    before = Q(at__lte=at) if at is not None else Q()
    rows = Decision.objects.filter(before, person=person, playbook__in=slugs, offer="")
    last = rows.order_by("playbook", "-at", "-pk").distinct("playbook")
    newest = sorted(last, key=lambda row: (row.at, row.pk), reverse=True)
    return [_evaluation(row, now) for row in newest]


def _evaluation(row: Decision, now: datetime) -> dict[str, Any]:
    gates = [_gate(stored) for stored in row.gates]
    return {
        "at": row.at,
        "playbook": row.playbook,
        "offer": row.offer,
        "channel": row.channel,
        "outcome": row.outcome,
        "gates": gates,
        "gate": row.gate,
        "reason": row.reason,
        "input": row.input,
        "threshold": row.threshold,
        "next_eligible_at": _next(row, gates),
        "policy_version": row.policy_version,
        "must_happen": next_time.must_happen(_closed(row, gates), now),
        "candidates": candidates(row),
        "derived": False,
        "not_known": [],
    }


def _next(row: Decision, gates: list[dict[str, Any]]) -> datetime | None:
    """The latest of all gates that were closed; what the decision says where it keeps no gates."""
    return next_time.latest(_closed(row, gates)) if next_time.closed(gates) else row.next_eligible_at


def _closed(row: Decision, gates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The time of the gate that stopped it stands in the decision, too."""
    if row.outcome == Decision.Outcome.DELIVERED:
        return []
    own = {"next_eligible_at": row.next_eligible_at} if row.next_eligible_at else {}
    return [own | gate if gate.get("gate") == row.gate else gate for gate in gates]


def _gate(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Stored without its empty members; told with those that the contract names."""
    return {"input": None, "threshold": None} | dict(stored)
