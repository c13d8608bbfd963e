"""What a step is: a verb over many enrollments that stand at steps of its kind, and what comes of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from campaigns_app.case import Case


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on at this step at once; None is the end of the playbook."""

    step: int | None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Stay at this step; look again then, or as soon as something happens."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Finish:
    """The run is over, for this reason."""

    reason: str


Outcome = Continue | WaitUntil | Finish


class StepModule(Protocol):
    """Outcomes in the order of the cases."""

    def run(self, cases: Sequence[Case], now: datetime) -> list[Outcome]: ...
