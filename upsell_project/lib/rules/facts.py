"""What a rule may ask about somebody. Each question is a value, so that what is known of them is a mapping from it.

Values are texts, booleans, numbers (int or Decimal: a share of 0.8 is exactly 0.8), dates, moments (aware) and sets of
texts. What nobody knows is missing from the mapping, or None.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

Value = str | bool | int | Decimal | date | datetime | frozenset[str] | None


class Of(StrEnum):
    """Whose: the person's own, or their whole account's."""

    PERSON = "person"
    ACCOUNT = "account"


class Unit(StrEnum):
    """Rolling windows in hours and days of 24 hours; the others begin at local midnight, or with the billing period."""

    HOURS = "hours"
    DAYS = "days"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    BILLING = "billing_period"


@dataclass(frozen=True, slots=True)
class Window:
    """The last `length` hours or days up to now, or what has passed of the current day, week, month or period."""

    unit: Unit
    length: int = 1


class Measure(StrEnum):
    """What is made of the events in a window."""

    COUNT = "count"
    DISTINCT = "distinct"
    SUM = "sum"
    LAST = "last"
    DAYS = "days"
    """On how many local days there were any."""
    SWITCHES = "switches"
    """How often the value at `path` differs from the one before."""
    SESSION = "session"
    """The most of them with no more than `gap` between one and the next."""
    MINUTES = "minutes"
    """Minutes spent: between one and the next, where these are at most `gap` apart."""


class Share(StrEnum):
    """What is asked of an entitlement."""

    USED = "used"
    CAP = "cap"
    REMAINING = "remaining"
    RATIO = "ratio"
    DAYS_LEFT = "days_left"
    """Days until the limit is hit at the present rate."""


class Turn(StrEnum):
    """Unusually much or little, measured by their own past."""

    SPIKE = "spike"
    DROP = "drop"


class Span(StrEnum):
    """What is compared with the past: a day, or seven of them. A drop ends with yesterday, a spike is looked for up to
    now."""

    DAY = "day"
    WEEK = "week"


class Op(StrEnum):
    """How a value is compared."""

    IS = "is"
    IS_NOT = "is_not"
    ONE_OF = "one_of"
    CONTAINS = "contains"
    CONTAINS_WORD = "contains_word"
    """As words of their own: `limit` is none in "unlimited"."""
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    BETWEEN = "between"
    KNOWN = "known"
    UNKNOWN = "unknown"
    WITHIN = "within"
    """Today lies between so many days from the date and so many: `[-45, 0]` is the 45 days before it."""


@dataclass(frozen=True, slots=True)
class Where:
    """A property of an event, by its path, must hold this."""

    path: str
    op: Op
    value: Value | tuple[Value, ...]
    _booleans: tuple[bool, ...] = field(init=False, repr=False)
    """For Python `True == 1`; here these are two questions."""

    def __post_init__(self) -> None:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        object.__setattr__(self, "_booleans", tuple(isinstance(one, bool) for one in values))


Step = tuple[str, tuple[Where, ...]]
"""The name of an event, and its properties."""


@dataclass(frozen=True, slots=True)
class Trait:
    kind: ClassVar[str] = "trait"
    name: str
    of: Of


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the account may use of a resource, and how much of it is used."""

    kind: ClassVar[str] = "entitlement"
    resource: str
    share: Share


@dataclass(frozen=True, slots=True)
class Metered:
    """How much of a resource the account used in the window, as its meter counts by now: which events, with which
    properties, and how much each is. Not known where no meter counts it."""

    kind: ClassVar[str] = "meter"
    resource: str
    window: Window


@dataclass(frozen=True, slots=True)
class Events:
    kind: ClassVar[str] = "events"
    names: tuple[str, ...]
    """Any of them; none: every event."""
    window: Window
    measure: Measure = Measure.COUNT
    of: Of = Of.PERSON
    path: str = ""
    where: tuple[Where, ...] = ()
    gap: int = 30
    """Minutes of silence that end a session."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """How often these events came one after the other, whatever lay between; none of them counts twice."""

    kind: ClassVar[str] = "sequence"
    names: tuple[str, ...]
    window: Window
    of: Of = Of.PERSON
    where: tuple[tuple[Where, ...], ...] = ()
    """What each of them must hold, in the order of the names; none where no event is asked for properties."""

    def __post_init__(self) -> None:
        if len(self.where) == len(self.names) and not any(self.where):
            object.__setattr__(self, "where", ())

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(zip(self.names, self.where or [()] * len(self.names), strict=True))


@dataclass(frozen=True, slots=True)
class Changed:
    """Whether they suddenly do unusually much or little of this; not known while their past is too short."""

    kind: ClassVar[str] = "change"
    turn: Turn
    names: tuple[str, ...] = ()
    """Any of them; none: every event."""
    span: Span = Span.WEEK
    of: Of = Of.ACCOUNT
    where: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Season:
    """Where today lies: `before` (so many days), `during`, `after` or `none`. A season that does not matter to the
    account's industry is `none`; of an account without industry it is not known."""

    kind: ClassVar[str] = "season"
    name: str
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The confidence of the best signal of this definition in the window, 0 without any."""

    kind: ClassVar[str] = "signal"
    slug: str
    window: Window


SHOWN = "shown"
"""No answer, but what may lead to one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How often they gave this answer (accepted, dismissed, ...) to this offer, or to any; `shown`: how often they were
    shown or sent it."""

    kind: ClassVar[str] = "answer"
    answer: str
    window: Window
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    kind: ClassVar[str] = "segment"
    slug: str


@dataclass(frozen=True, slots=True)
class Said:
    """The highest confidence with which one of their texts in the window meant this, 0 without any."""

    kind: ClassVar[str] = "intent"
    label: str
    window: Window


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 to 1."""

    kind: ClassVar[str] = "score"
    name: str


Fact = (
    Trait
    | Entitlement
    | Metered
    | Events
    | Sequence
    | Changed
    | Season
    | Found
    | Answered
    | Member
    | Said
    | Score
)
