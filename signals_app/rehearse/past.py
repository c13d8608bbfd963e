"""What is stored of one subject, in order of time: what a rule is asked about as of any moment. Pure values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from signals_app.knowing import limits
from signals_app.knowing.profile import Profile
from signals_app.models.meter import Meter
from signals_app.models.meter import Window as MeterWindow
from signals_app.subjects import Subject
from signals_app.usage import periods
from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import Fact, Of, Value, Window
from upsell_project.lib.rules.measuring import Happened, Seen

Answer = tuple[Value, Mapping[str, Any]]
"""A value (None: not known), and what may be shown with it."""
Teller = Callable[[datetime], Answer]
_BILLING = Meter(window=MeterWindow.BILLING)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _nobody() -> Profile:
    return Profile(Seen(_EPOCH, "UTC"), Seen(_EPOCH, "UTC"), periods.NOTHING_KNOWN)


@dataclass(frozen=True, slots=True)
class Kept(Happened):
    """A stored event: its key, its kind, and who did it."""

    id: int = 0
    kind: str = "track"
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A stored signal. `person`: who was told of it."""

    at: datetime
    slug: str
    confidence: Decimal
    id: int = 0
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    at: datetime
    offer: str
    answer: str


@dataclass(slots=True)
class Past:
    """`present` holds what has no history: it is taken as it is now, whatever moment is asked about."""

    subject: Subject
    person: Sequence[Kept] = ()
    account: Sequence[Kept] = ()
    """Also what people at home there did without naming an account."""
    found: Sequence[Found] = ()
    answers: Sequence[Answered] = ()
    """Only of those that are asked for."""
    present: Mapping[Fact, Answer] = field(default_factory=dict)
    profile: Profile = field(default_factory=_nobody)
    """As it is now."""
    meters: Mapping[str, Meter] = field(default_factory=dict)
    """By resource: those whose use is counted from events."""

    def of(self, of: Of) -> Sequence[Kept]:
        return self.person if of is Of.PERSON else self.account

    @property
    def whose(self) -> Of:
        return Of.ACCOUNT if self.subject.person is None else Of.PERSON

    def holds(self, resource: str) -> bool:
        """Whether the account itself says how much of it is in use, whatever a meter counts."""
        return resource == limits.SEATS and (self.profile.account or {}).get("seats_used") is not None

    def zone(self, of: Of) -> str:
        return self.profile.seen(of).zone

    def seen(self, of: Of, now: datetime) -> Seen:
        """From where they were at a moment."""
        return Seen(now, self.zone(of), self._billing_from(now))

    def _billing_from(self, now: datetime) -> datetime | None:
        """By the day on which providers bill."""
        calendar = self.profile.calendar
        if calendar.anchor is None or calendar.months is None:
            return None
        return datetime.combine(periods.bucket(_BILLING, now, calendar), time.min, UTC)


def begins(window: Window, past: Past, of: Of, now: datetime) -> datetime:
    """The first moment of the window that ends at `now`."""
    seen = past.seen(of, now)
    return windows.start(window, seen.now, seen.zone, seen.billing_from)
