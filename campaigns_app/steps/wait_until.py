"""Pause until one of the lanes holds, at most a number of hours from when the step was entered.

Config: `{"hours": 12}`. Without lanes, or when the time is up, the run goes on with `otherwise` or the next step.
Once the account owns what was offered, or has no use for it any more, the run is over.
"""

from collections.abc import Sequence
from datetime import datetime

from campaigns_app import conditions
from campaigns_app.case import Case
from campaigns_app.steps.base import Continue, Finish, Outcome, WaitUntil
from upsell_project.lib import spans


def run(cases: Sequence[Case], now: datetime) -> list[Outcome]:
    return [_run(case, now) for case in cases]


def _run(case: Case, now: datetime) -> Outcome:
    overtaken = case.overtaken(now)
    if overtaken:
        return Finish(overtaken.value)
    deadline = case.enrollment.step_entered_at + spans.hours(case.node.config["hours"])
    way = conditions.first(case.node.ways, case, otherwise=now >= deadline)
    if way:
        return Continue(way.first)
    return Continue(case.node.after) if now >= deadline else WaitUntil(deadline)
