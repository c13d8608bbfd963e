"""One run with everything its steps, lanes and gates may ask of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from campaigns_app.models import ContactPolicy, Delivery, Enrollment
from campaigns_app.plan import Node, Plan
from offers_app import goods
from offers_app.models import Proposition
from people_app.models import Account, Person
from signals_app.knowing import Known
from upsell_project.lib.gates import Code


class About(Protocol):
    """All that the gates of a message ask: a run's case, or a question from outside."""

    person: Person
    account: Account
    evidence: dict[str, Any] | None

    @property
    def run(self) -> int | None:
        """The run whose own offers and pauses do not bar it."""

    @property
    def worth_until(self) -> datetime:
        """When what it rests on is too old."""

    @property
    def ours(self) -> bool:
        """Whether we carry the message ourselves."""


@dataclass(slots=True)
class Case:
    """One enrollment with everything its steps may ask."""

    enrollment: Enrollment
    plan: Plan
    person: Person
    account: Account
    evidence: dict[str, Any] | None
    policy: ContactPolicy
    propositions: list[Proposition] = field(default_factory=list)
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    known: Known | None = None
    """What the rules of its version ask; None where there are none."""
    plans: goods.Plans = field(default_factory=dict)
    """Which of the catalog have a rank; none where nothing that it presented has one."""

    @property
    def run(self) -> int | None:
        return self.enrollment.pk

    @property
    def worth_until(self) -> datetime:
        return self.enrollment.signal.expires_at

    @property
    def ours(self) -> bool:
        return True

    @property
    def node(self) -> Node:
        return self.plan.nodes[self.enrollment.step_id or 0]

    @property
    def last(self) -> Proposition | None:
        """The newest offer that this run presented."""
        return self.propositions[-1] if self.propositions else None

    def overtaken(self, now: datetime) -> Code | None:
        """Why what was offered is no offer any more, if so. That its signal grew old withdraws nothing."""
        if self.last is None:
            return None
        if goods.owned(self.account, self.last.offer, self.plans):
            return Code.ALREADY_OWNED
        stale = self.evidence is None and self.enrollment.signal.expires_at > now
        return Code.NO_LONGER_RELEVANT if stale else None

    def delivery_of(self, proposition: Proposition) -> Delivery | None:
        return next((d for d in self.deliveries.values() if d.proposition_id == proposition.pk), None)
