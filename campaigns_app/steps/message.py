"""Propose an offer on a channel.

Config: `{"channel", "placement", "offers": [slugs], "templates": {signal: template}, "after_dismissal": false}`.
After a soft dismissal only a step that says `after_dismissal` may still run, once, and on no more intrusive channel.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from campaigns_app import conditions, deliver, intrusion, release, standing
from campaigns_app.case import Case
from campaigns_app.contact_gates import FINAL
from campaigns_app.intrusion import Formats
from campaigns_app.models import Delivery
from campaigns_app.steps.base import Continue, Finish, Outcome, WaitUntil
from offers_app.models import Placement, Proposition
from upsell_project.lib.gates import Code

# Refused at the very first step, these mean that the moment has passed: nothing was shown, so nothing follows.
ENDS_AT_START = FINAL | {Code.CAP, Code.ACCOUNT_BUSY, Code.OPTED_OUT}


def run(cases: Sequence[Case], now: datetime) -> list[Outcome]:
    state = standing.load({case.account.pk for case in cases}, {case.person.pk for case in cases}, now)
    formats = Placement.formats() if any(_turned_away(case) for case in cases) else {}
    outcomes = _again([case for case in cases if case.node.id in case.deliveries], state, formats, now)
    fresh = [case for case in cases if case.node.id not in case.deliveries]
    allowed = [case for case in fresh if may_follow(case, formats)]
    results = deliver.intend([_intent(case) for case in allowed], state, now) if allowed else []
    outcomes |= {case.enrollment.pk: Continue(case.node.after) for case in fresh}
    for case, result in zip(allowed, results, strict=True):
        outcomes[case.enrollment.pk] = _outcome(case, result)
    return [outcomes[case.enrollment.pk] for case in cases]


def _again(
    cases: Sequence[Case], state: standing.Standing, formats: Formats, now: datetime
) -> dict[int, Outcome]:
    """Runs that already stood at this step: what is held goes out when its time has come, or is overtaken."""
    held = [(case, case.deliveries[case.node.id]) for case in cases]
    held = [(case, delivery) for case, delivery in held if delivery.state == Delivery.State.HELD]
    overtaken = [
        d for case, d in held if conditions.clicked(case) or not may_follow(case, formats, d.proposition_id)
    ]
    due = [(c, d) for c, d in held if d not in overtaken and d.send_after and d.send_after <= now]
    if overtaken:
        reason = "They answered before it could leave."
        release.drop(overtaken, reason, state.policy.version, now)
    stops = release.due(due, state, now) if due else {}
    outcomes: dict[int, Outcome] = {}
    for case in cases:
        delivery = case.deliveries[case.node.id]
        stopped = stops.get(delivery.pk)
        ends = stopped.gate if stopped and stopped.gate in FINAL else case.overtaken(now)
        outcomes[case.enrollment.pk] = Finish(ends.value) if ends else _after(case, delivery)
    return outcomes


def may_follow(case: Case, formats: Formats, own: UUID | None = None) -> bool:
    """Whether a soft dismissal, if there was one, lets this step run; `own` is the offer it already holds."""
    turned_away = _turned_away(case)
    if not turned_away:
        return True
    first = turned_away[0]
    later = [p for p in case.propositions if p.ready_at > first.ready_at and p.pk != own]
    mildest = intrusion.of(first.placement, first.channel, formats)
    own_ = intrusion.of_step(case.node.config, formats)
    return bool(case.node.config.get("after_dismissal")) and not later and own_ <= mildest


def _turned_away(case: Case) -> list[Proposition]:
    return [p for p in case.propositions if "dismissed" in p.answers]


def _intent(case: Case) -> deliver.Intent:
    """The offer of the first step stays the offer of the sequence."""
    config = case.node.config
    templates = config["templates"]
    offers = [case.last.offer.slug] if case.last else config["offers"]
    template = templates.get(case.enrollment.signal.definition.slug, next(iter(templates.values())))
    return deliver.Intent(case, config["channel"], config.get("placement", ""), template, offers)


def _outcome(case: Case, result: deliver.Result) -> Outcome:
    if result.delivery:
        return _after(case, result.delivery)
    code = result.stopped.gate if result.stopped else Code.NO_EVIDENCE
    ends = FINAL if case.propositions else ENDS_AT_START
    return Finish(code.value) if code in ends else Continue(case.node.after)


def _after(case: Case, delivery: Delivery) -> Outcome:
    """A held message keeps the run at its step, so that the waits after it count from when it really left."""
    if delivery.state == Delivery.State.HELD and delivery.send_after:
        return WaitUntil(delivery.send_after)
    return Continue(case.node.after)
