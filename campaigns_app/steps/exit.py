"""End the run. Config: `{"reason": "no_engagement"}`."""

from collections.abc import Sequence
from datetime import datetime

from campaigns_app.case import Case
from campaigns_app.steps.base import Finish, Outcome


def run(cases: Sequence[Case], now: datetime) -> list[Outcome]:
    return [Finish(str(case.node.config.get("reason", "completed"))) for case in cases]
