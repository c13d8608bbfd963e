"""A published version as a graph that can be walked: which step follows, which lanes a step has. Never changes."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from campaigns_app.models import Lane, PlaybookVersion, Step
from campaigns_app.models.playbook import StepKind
from upsell_project.lib.rules import ready, timing
from upsell_project.lib.rules.facts import Fact
from upsell_project.lib.rules.ready import Ready

OTHERWISE, RULE = "otherwise", "rule"


@dataclass(slots=True)
class Way:
    """A lane: taken when `condition` holds, or its rule; `first` is None when it leads out of the playbook's end."""

    condition: str
    first: int | None
    label: str = ""
    rule: Ready | None = None


@dataclass(slots=True)
class Node:
    """One step: what it does, what follows it, and its lanes in order."""

    id: int
    kind: str
    config: dict[str, Any]
    after: int | None
    ways: list[Way] = field(default_factory=list)

    @property
    def facts(self) -> frozenset[Fact]:
        """What the rules of its lanes ask."""
        return frozenset().union(*(way.rule.facts for way in self.ways if way.rule))

    @property
    def waits(self) -> bool:
        """Whether a rule of its lanes can end the wait."""
        return self.kind == StepKind.WAIT_UNTIL and any(way.rule for way in self.ways)


@dataclass
class Plan:
    """A version's steps by id, and where it starts."""

    version_id: int
    playbook: str
    number: int
    goal_event: str
    first: int | None
    nodes: dict[int, Node]
    exit_when: Ready | None = None

    @cached_property
    def facts(self) -> frozenset[Fact]:
        """All that its rules ask while it runs."""
        own = [self.exit_when.facts] if self.exit_when else []
        return frozenset().union(*own, *(node.facts for node in self.nodes.values()))

    @cached_property
    def rises(self) -> bool:
        """Whether time alone can end a run of it, or move one on from where it waits."""
        waits = (way.rule for node in self.nodes.values() if node.waits for way in node.ways)
        return any(timing.rises(rule.rule) for rule in (self.exit_when, *waits) if rule)


@lru_cache(maxsize=500)
def of(version_id: int) -> Plan:
    """The plan of a published version. Raises PlaybookVersion.DoesNotExist."""
    version = PlaybookVersion.objects.select_related("playbook").get(pk=version_id)
    lanes: dict[int, list[Lane]] = defaultdict(list)
    for lane in Lane.objects.filter(step__version=version).order_by("position"):
        lanes[lane.step_id].append(lane)
    lines: dict[int | None, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(version=version).order_by("position"):
        lines[step.lane_id].append(step)
    nodes: dict[int, Node] = {}
    first = _line(lines, lanes, None, None, nodes)
    rule = ready.readable(version.exit_when)
    return Plan(version.pk, version.playbook.slug, version.number, version.goal_event, first, nodes, rule)


def _line(
    lines: dict[int | None, list[Step]],
    lanes: dict[int, list[Lane]],
    lane: int | None,
    outer: int | None,
    nodes: dict[int, Node],
) -> int | None:
    """Link one line of steps from its end; a line without an exit goes on where its parent does."""
    following = outer
    for step in reversed(lines[lane]):
        ways = [_way(x, _line(lines, lanes, x.pk, following, nodes)) for x in lanes[step.pk]]
        nodes[step.pk] = Node(step.pk, step.kind, step.config, following, ways)
        following = step.pk
    return following


def _way(lane: Lane, first: int | None) -> Way:
    return Way(lane.condition, first, lane.label, ready.readable(lane.rule))
