"""A playbook as it is written, and what of the deployment it is judged against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from campaigns_app.playbook_lint.refusing import Behind

Steps = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Written:
    """`steps` and `entry` as a file has them. `caps`: the contact policy's; `pause_days`: its cooldown after no
    engagement. `prepared`: the channels of each template; `spoken`: those with a text in a language of last resort.
    `formats`: of the placements, by slug. `signals`: which begin it. `behind`: the rules of what its own refer to."""

    steps: Steps
    entry: Mapping[str, Any] = field(default_factory=dict)
    caps: Sequence[Mapping[str, Any]] = ()
    pause_days: int = 0
    prepared: Mapping[str, frozenset[str]] = field(default_factory=dict)
    spoken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    signals: Sequence[str] = ()
    behind: Behind = field(default_factory=dict)
