"""Take the first lane whose condition holds, at once; without one, go on."""

from collections.abc import Sequence
from datetime import datetime

from campaigns_app import conditions
from campaigns_app.case import Case
from campaigns_app.steps.base import Continue, Outcome


def run(cases: Sequence[Case], now: datetime) -> list[Outcome]:
    return [_run(case) for case in cases]


def _run(case: Case) -> Outcome:
    way = conditions.first(case.node.ways, case)
    return Continue(way.first if way else case.node.after)
