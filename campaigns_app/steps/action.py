"""Leave somebody in peace. Config: `{"pause_days": 21, "do_not_disturb": true}`; both end by themselves."""

from collections.abc import Sequence
from datetime import datetime

from campaigns_app.case import Case
from campaigns_app.models import Cooldown
from campaigns_app.steps.base import Continue, Outcome
from consent_app import ledger
from upsell_project.lib import spans


def run(cases: Sequence[Case], now: datetime) -> list[Outcome]:
    Cooldown.objects.bulk_create([_cooldown(case, now) for case in cases], ignore_conflicts=True)
    for case in cases:
        if case.node.config.get("do_not_disturb"):
            ledger.do_not_disturb(case.person, _until(case, now), f"No engagement with {case.plan.playbook}")
    return [Continue(case.node.after) for case in cases]


def _until(case: Case, now: datetime) -> datetime:
    """A playbook may lengthen what the policy says, never shorten it."""
    days = max(case.node.config.get("pause_days", 0), case.policy.cooldown_days.get("no_engagement", 0))
    return now + spans.days(days)


def _cooldown(case: Case, now: datetime) -> Cooldown:
    until = _until(case, now)
    return Cooldown(
        person=case.person, outcome="no_engagement", until=until, enrollment=case.enrollment, set_at=now
    )
