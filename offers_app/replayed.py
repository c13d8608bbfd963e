"""What a decision keeps of a choice, and the same choice made again from nothing but the stored row.

`candidates` of a row, the best first: `{"offer", "gates": [...]}`, and of those that passed all gates also `{"segment",
"posterior": [alpha, beta], "value", "cost", "priority", "factors": {...}, "score", "chance", "chosen"}`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from offers_app import policy, weighing
from offers_app.decide import Choice, Considered
from offers_app.models import Decision
from offers_app.policy import Policy
from offers_app.ranking import Candidate
from offers_app.weighing import Weighed

_as_json = lru_cache(maxsize=100)(Policy.as_json)


class NotKept(ValueError):
    """The row does not hold what the choice was made of: it is older, was emptied, or its formulas are gone."""


def stored(choice: Choice) -> dict[str, Any]:
    """The columns of the decision."""
    if choice.policy is None:
        return {}
    told: dict[int, dict[str, Any]] = {}
    return {
        "candidates": [_candidate(one, choice.offer is one.offer, told) for one in choice.considered],
        "seed": choice.seed,
        "policy": _as_json(choice.policy),
    }


def _candidate(one: Considered, chosen: bool, told: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """`told`: gates that candidates before it met too, by `id`."""
    for gate in one.gates:
        if id(gate) not in told:
            told[id(gate)] = gate.as_json()
    said: dict[str, Any] = {"offer": one.offer.slug, "gates": [told[id(gate)] for gate in one.gates]}
    if one.weighed is None:
        return said
    candidate, factors = one.weighed.candidate, one.weighed.factors
    said |= {
        "segment": candidate.segment,
        "posterior": [*candidate.posterior],
        "value": str(candidate.value),
        "cost": str(candidate.cost),
        "priority": candidate.priority,
        "factors": {
            "propensity": factors.propensity,
            "context": factors.context,
            "value": factors.value,
            "lever": factors.lever,
        },
        "score": one.weighed.score,
        "chance": one.weighed.chance,
        "chosen": chosen,
    }
    return said


def again(decision: Decision) -> str:
    """The slug of the offer that these candidates, this seed and this policy choose; empty: none. Raises NotKept."""
    if decision.seed is None or not decision.policy:
        raise NotKept("The row keeps neither seed nor policy.")
    by = kept_policy(decision)
    drawn = weighing.choose(weigh(decision.candidates, by), decision.seed)
    return drawn.candidate.offer if drawn else ""


def kept_policy(decision: Decision) -> Policy:
    try:
        found = policy.from_json(decision.policy)
    except ValueError as error:
        raise NotKept(str(error)) from None
    if found.version != policy.VERSION:
        raise NotKept(f"It was made by version {found.version}, this is version {policy.VERSION}.")
    return found


def weigh(stored: Sequence[Mapping[str, Any]], by: Policy) -> list[Weighed]:
    """Those that passed all their gates, ranked anew by this policy."""
    open_to = passing(stored)
    context = open_to[0]["factors"]["context"] if open_to else 1.0
    return weighing.weigh([candidate(one) for one in open_to], context, by)


def passing(stored: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in stored if "score" in one and all(gate["passed"] for gate in one["gates"])]


def candidate(one: Mapping[str, Any]) -> Candidate:
    alpha, beta = one["posterior"]
    return Candidate(
        one["offer"],
        Decimal(one["value"]),
        Decimal(one["cost"]),
        one["priority"],
        (alpha, beta),
        one["segment"],
    )


def chosen(decision: Decision) -> str:
    """What was chosen then; empty: none."""
    return next((one["offer"] for one in decision.candidates if one.get("chosen")), "")
