"""A statement while it is made: what it is about, its parameters, and the sets of ids that are looked up beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from upsell_project.lib.rules.facts import Fact, Member, Metered, Of

TRUE, FALSE = "TRUE", "FALSE"


@dataclass(slots=True)
class Asking:
    """`since`: up to when time was looked at; None: never. In conditions `p` is the person (of definitions about
    people) and `a` their account, all of which is NULL for who has none."""

    of: Of
    now: datetime
    since: datetime | None
    reads_account: bool = True
    """Whether there is an `a`."""
    still: list[str] | None = None
    """Of those who live in these zones nobody is wanted."""
    everybody: bool = False
    """Whether it is asked of (nearly) all people."""
    meters: Mapping[str, str] = field(default_factory=dict)
    """The name of the events that are counted, by resource."""
    looks_up: bool = True
    """Whether events of each subject may be looked up by themselves."""
    parameters: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    """WITH queries by their names."""
    joins: list[str] = field(default_factory=list)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return "p.id" if self.of is Of.PERSON else "a.id"

    def knows(self, fact: Fact) -> bool:
        """Of an account as a whole nothing is known that is a person's; and nothing of what no meter counts."""
        if isinstance(fact, Metered):
            return fact.resource in self.meters
        if self.of is Of.PERSON:
            return True
        return not (isinstance(fact, Member) or getattr(fact, "of", Of.ACCOUNT) is Of.PERSON)

    def value(self, value: Any) -> str:
        """A parameter."""
        for name, known in self.parameters.items():
            if type(known) is type(value) and known == value:
                return f"%({name})s"
        name = f"v{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def given(self, name: str, query: str) -> str:
        """A query that others may refer to by this name."""
        self.sets.setdefault(name, f"{name} AS MATERIALIZED ({query})")
        return name

    def named(self, name: str, query: str) -> str:
        """The name of a query that others may refer to: this one and a number."""
        return self.given(self._names.setdefault((query, ""), f"{name}{len(self._names)}"), query)

    def row(self, query: str, condition: str) -> str:
        """The alias of the row of `query` that fits, if there is one. `condition` says `{}` for the alias; at most one
        row may fit. It is joined: a set in an OR would be searched through for each subject."""
        alias = self._names.setdefault((query, condition), f"s{len(self._names)}")
        self.given(f"{alias}_set", query)
        join = f"LEFT JOIN {alias}_set {alias} ON {condition.format(alias)}"
        if join not in self.joins:
            self.joins.append(join)
        return alias

    def among(self, query: str, column: str) -> str:
        """That `column` is one of the ids of `query`, which has each once, as `id`."""
        return f"{self.row(query, f'{{}}.id = {column}')}.id IS NOT NULL"


def all_of(*conditions: str) -> str:
    kept = [one for one in dict.fromkeys(conditions) if one != TRUE]
    if FALSE in kept:
        return FALSE
    return f"({' AND '.join(kept)})" if kept else TRUE


def any_of(*conditions: str) -> str:
    kept = [one for one in dict.fromkeys(conditions) if one != FALSE]
    if TRUE in kept:
        return TRUE
    return f"({' OR '.join(kept)})" if kept else FALSE


def truth(condition: bool) -> str:
    return TRUE if condition else FALSE
