"""A stored decision as it was for an offer that was weighed in it and lost: its own gates, and by what it lost."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from campaigns_app import judge, next_time
from offers_app.models import Decision
from upsell_project.lib.gates import Code, Gate, failed

LOOKED_AT = 1_000
"""Of one person, the newest decisions whose candidates are looked through."""
_ORDER = {code.value: rank for rank, code in enumerate(Code)}


def about(rows: QuerySet[Decision], offer: str) -> QuerySet[Decision]:
    """Of the decisions of one person those that are about the offer, and of the newest those that weighed it."""
    newest = Q(pk__in=rows.order_by("-at", "-id").values("pk")[:LOOKED_AT])
    return rows.filter(Q(offer=offer) | newest & Q(candidates__contains=[{"offer": offer}]))


def of(row: Decision, offer: str) -> Decision:
    """Not saved. The decision itself where it is about this offer, or does not keep how it lost."""
    mine = next((one for one in _weighed(row) if one.get("offer") == offer), None)
    if row.offer == offer or mine is None:
        return row
    met = [gate for gate in row.gates if _place(gate) < _ORDER[Code.OFFER_OFF]] + [*mine.get("gates", ())]
    gates = [_gate(stored) for stored in met if _place(stored) >= 0]
    if judge.may_go(gates):
        gates.append(_lost(row, mine))
    return Decision(
        pk=row.pk,
        at=row.at,
        playbook=row.playbook,
        offer=offer,
        channel=row.channel,
        policy_version=row.policy_version,
        candidates=row.candidates,
        **judge.verdict(gates),
    )


def _weighed(row: Decision) -> list[Mapping[str, Any]]:
    return [one for one in row.candidates if isinstance(one, Mapping)] if row.candidates else []


def _place(stored: Mapping[str, Any]) -> int:
    """-1 of a code that there is no more."""
    return _ORDER.get(str(stored.get("gate")), -1)


def _gate(stored: Mapping[str, Any]) -> Gate:
    return Gate(
        Code(stored["gate"]),
        bool(stored["passed"]),
        stored.get("reason", ""),
        stored.get("input"),
        stored.get("threshold"),
        next_time.moment(stored.get("next_eligible_at")),
    )


def _lost(row: Decision, mine: Mapping[str, Any]) -> Gate:
    """It passed: it was worth too little, or another was drawn."""
    own = {"score": mine.get("score"), "chance": mine.get("chance")}
    winner = next((one for one in _weighed(row) if one.get("chosen")), None)
    if winner is None or not mine.get("chance"):
        least = row.policy.get("least") if isinstance(row.policy, Mapping) else None
        return failed(Code.NOT_WORTH, f"{mine['offer']} was not worth offering to them then.", own, least)
    chosen = {"offer": winner["offer"], "score": winner.get("score"), "chance": winner.get("chance")}
    reason = f"{winner['offer']} was chosen; {mine['offer']} had a chance of {mine['chance']:.1%}."
    return failed(Code.NOT_CHOSEN, reason, own, chosen)
