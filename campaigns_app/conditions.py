"""What a lane may ask about a run. Opens may route, but they never qualify: mail scanners open too.

A lane with a rule is taken where the rule holds, not where nobody knows whether it does.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings

from campaigns_app.case import Case
from campaigns_app.models import Delivery
from campaigns_app.plan import OTHERWISE, RULE, Way
from offers_app import ruled
from people_app.models import Channel, Tier
from upsell_project.lib.gates import Code, passed

MOST_NOTED = 20


def first(ways: list[Way], case: Case, *, otherwise: bool = True) -> Way | None:
    """The first lane whose condition holds; `otherwise=False` leaves the last resort out."""
    for place, way in enumerate(ways):
        if way.condition == OTHERWISE and not otherwise:
            return None
        if _holds(way, case):
            _note(way, ways[: place + 1], case)
            return way
    return None


def _holds(way: Way, case: Case) -> bool:
    if way.condition == RULE:
        return bool(way.rule and case.known and way.rule.holds(case.known.values, case.known.at))
    return way.condition == OTHERWISE or CONDITIONS[way.condition](case)


def _note(taken: Way, asked: list[Way], case: Case) -> None:
    """The rules by which it came to this lane."""
    rules = [_asked(way, case) for way in asked if way.condition == RULE]
    if rules:
        gate = passed(Code.LANE_RULE, {"lane": _named(taken), "asked": rules})
        case.enrollment.lane_gates = [*case.enrollment.lane_gates, gate.as_json()][-MOST_NOTED:]


def _asked(way: Way, case: Case) -> dict[str, Any]:
    if way.rule is None or case.known is None:
        return {"lane": _named(way), "holds": None, "conditions": []}
    holds = way.rule.holds(case.known.values, case.known.at)
    return {"lane": _named(way), "holds": holds, "conditions": ruled.conditions(way.rule, case.known)}


def _named(way: Way) -> str:
    return way.label or (way.rule.sentence if way.rule else way.condition)


def clicked(case: Case) -> bool:
    """They clicked or accepted: on any touch of this run, since all of them carry the same offer."""
    return any(offer.clicked_at or offer.answer == "accepted" for offer in case.propositions)


def dismissed(case: Case) -> bool:
    return bool(case.last and "dismissed" in case.last.answers)


def opened_no_click(case: Case) -> bool:
    """Their newest offer was a mail that reached them, and nothing was clicked.

    Without receipts opens cannot be known, so reaching counts as opened.
    """
    if not case.last or clicked(case):
        return False
    delivery = case.delivery_of(case.last)
    return bool(delivery and delivery.channel == Channel.EMAIL and delivery.state == Delivery.State.ACCEPTED)


def high_value(case: Case) -> bool:
    """A VIP account, or one whose monthly revenue reaches the policy's bound; other currencies are not compared."""
    account = case.account
    comparable = account.currency in ("", settings.CURRENCY)
    return account.tier == Tier.VIP or (comparable and (account.mrr or 0) >= case.policy.high_value_mrr)


def opened_no_click_high_value(case: Case) -> bool:
    return opened_no_click(case) and high_value(case)


CONDITIONS: dict[str, Callable[[Case], bool]] = {
    "clicked": clicked,
    "dismissed": dismissed,
    "opened_no_click": opened_no_click,
    "high_value": high_value,
    "opened_no_click_high_value": opened_no_click_high_value,
}
