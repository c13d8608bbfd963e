"""What a segment's rule reads, so that only whom something new concerns is judged anew."""

from collections.abc import Iterable
from dataclasses import dataclass

from signals_app.intents import TEXT_EVENTS
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Member,
    Metered,
    Of,
    Said,
    Score,
    Season,
    Sequence,
    Trait,
)

# Shown anew with what people do, though nobody says it: see people_app/traits.py.
MOVING = {"first_seen_at", "last_seen_at", "timezone", "locale", "country", "device"}

Names = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Reads:
    """Of events the names; None: of any. Facts as a whole."""

    own: Names
    """Events of the person."""
    of_account: Names
    """Events of anybody in the account."""
    account: bool
    """Facts of the account."""
    use: bool
    """What the account may use, and used."""
    moving: bool
    """Where they are and when they were seen."""
    segments: frozenset[str]
    unsaid: frozenset[Fact]
    """Answers and scores: no event says that these change."""
    signals: frozenset[str]
    """What was found."""


def of(facts: Iterable[Fact]) -> Reads:
    asked = list(facts)
    return Reads(
        own=_joined(_names(fact) for fact in asked if _of(fact) is Of.PERSON),
        of_account=_joined(_names(fact) for fact in asked if _of(fact) is Of.ACCOUNT),
        account=any(isinstance(f, Season) or (isinstance(f, Trait) and f.of is Of.ACCOUNT) for f in asked),
        use=any(isinstance(f, Entitlement | Metered) for f in asked),
        moving=any(isinstance(f, Trait) and f.of is Of.PERSON and f.name in MOVING for f in asked),
        segments=frozenset(f.slug for f in asked if isinstance(f, Member)),
        unsaid=frozenset(f for f in asked if isinstance(f, Answered | Score)),
        signals=frozenset(f.slug for f in asked if isinstance(f, Found)),
    )


def _of(fact: Fact) -> Of | None:
    """Whose events, if it is about events."""
    if isinstance(fact, Events | Sequence | Changed):
        return fact.of
    return Of.PERSON if isinstance(fact, Said) else None


def _names(fact: Fact) -> Names:
    if isinstance(fact, Said):
        return frozenset(TEXT_EVENTS)
    names = frozenset(fact.names) if isinstance(fact, Events | Sequence | Changed) else frozenset()
    return names or None


def _joined(each: Iterable[Names]) -> Names:
    found: set[str] = set()
    for names in each:
        if names is None:
            return None
        found |= names
    return frozenset(found)
