"""The policy by which offers are chosen: what is kept with each decision, so that it can be made again."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from typing import Any

VERSION = 2
"""Of the formulas in `ranking`, `tallies` and `bandit`. A stored decision of another version is not made again."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The parameters. Raises ValueError for one that is out of its range, and says which."""

    half_life_days: float = 90.0
    """After so many days an answer counts half. More than 0."""
    base_rate: float = 0.04
    """The share of offers that is accepted, before anything is known. Between 0 and 1, both excluded."""
    strength: float = 20.0
    """How many answers the coarser knowledge is worth beside the finer. More than 0."""
    exploration: float = 0.05
    """The share of choices that is made evenly among all candidates. 0 to 1; at 0 logs cannot be compared."""
    greedy: bool = False
    """Always the best by what is expected, instead of each as often as it may be the best (Thompson)."""
    least: float = 0.0
    """Nothing is offered unless its expected score is above this. 0 or more."""
    priorities: tuple[tuple[str, int], ...] = ()
    """(slug, priority) that replace the offers' own."""
    version: int = field(default=VERSION)

    def __post_init__(self) -> None:
        ranges = {
            "half_life_days": self.half_life_days > 0,
            "base_rate": 0 < self.base_rate < 1,
            "strength": self.strength > 0,
            "exploration": 0 <= self.exploration <= 1,
            "least": self.least >= 0,
        }
        for name, within in ranges.items():
            if not within or not isfinite(getattr(self, name)):
                raise ValueError(f"{name}: {getattr(self, name)} is out of its range")

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"priorities": dict(self.priorities)}


def from_json(stored: Mapping[str, Any]) -> Policy:
    """The policy that `as_json` wrote. Raises ValueError for anything else."""
    known = {one.name for one in fields(Policy)}
    if unknown := sorted(stored.keys() - known):
        raise ValueError(f"{unknown[0]}: is not known; there are {', '.join(sorted(known))}")
    priorities = tuple(sorted(dict(stored.get("priorities", {})).items()))
    try:
        return Policy(**{**stored, "priorities": priorities})
    except TypeError as error:
        raise ValueError(f"a parameter is of the wrong kind: {error}") from None
