"""Segments that refer to others: in which order they are judged, and that none refers to itself in the end."""

from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter


def levels(refers: Mapping[str, Set[str]]) -> list[list[str]]:
    """The slugs in rounds: whatever one refers to is in a round before. What goes round in a circle comes last."""
    sorter = TopologicalSorter({slug: others & refers.keys() for slug, others in sorted(refers.items())})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = set(error.args[1])
        rest = {slug: others - circle for slug, others in refers.items() if slug not in circle}
        return [*levels(rest), sorted(circle)]
    found = []
    while ready := sorter.get_ready():
        found.append(sorted(ready))
        sorter.done(*ready)
    return found


def circle(slug: str, refers: Mapping[str, Set[str]]) -> list[str]:
    """The shortest way from this one back to itself, such as `[a, b, a]`; empty without one."""
    ways, seen = [[slug]], {slug}
    while ways:
        way = ways.pop(0)
        for other in sorted(refers.get(way[-1], ())):
            if other == slug:
                return [*way, slug]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []
