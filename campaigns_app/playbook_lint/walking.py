"""All ways through a playbook, each step met with what may have come before it; pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from typing import Any

from campaigns_app.playbook_lint.refusing import Behind, asks_for_no, comes_of_no
from campaigns_app.playbook_lint.written import Steps, Written

MOST_WAYS = 300
"""Of one step: of each sort those with most messages before it; more would only repeat them."""


@dataclass(frozen=True, slots=True)
class Touch:
    """A message before this one, so many hours after the beginning."""

    hours: float
    channel: str
    placement: str


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody got here: `no`: by a rule, written there, that asks for their no; `dismissed`: by a lane for who
    dismissed the last message; `waited`: since the last message; `quiet`: after a do-not-disturb."""

    hours: float = 0
    touches: tuple[Touch, ...] = ()
    no: str = ""
    dismissed: bool = False
    waited: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """A step at its place, with all ways that lead to it; none where nobody gets there."""

    place: str
    kind: str
    config: Mapping[str, Any]
    ways: frozenset[Way] = field(default_factory=frozenset)


def met(written: Written) -> Iterator[Met]:
    """Every step, in the order in which they are written. A wait takes its whole time on every way."""
    begun = frozenset({Way(no=_begun_by_no(written))})
    yield from _line(written.steps, "steps", begun, written.behind)[0]


def _begun_by_no(written: Written) -> str:
    if asks_for_no(written.entry, written.behind):
        return "entry"
    found = (slug for slug in written.signals if comes_of_no(("signal", slug), written.behind))
    return next((f"the signal {slug}" for slug in found), "")


def _line(steps: Steps, place: str, ways: frozenset[Way], behind: Behind) -> tuple[list[Met], frozenset[Way]]:
    """What is met on it, and the ways that go on behind it."""
    found: list[Met] = []
    for index, step in enumerate(steps):
        kind, config = next(iter(step.items()))
        here = f"{place}[{index}].{kind}"
        found.append(Met(here, kind, config, ways))
        inside, ways = _onward(kind, config, here, ways, behind)
        found += inside
    return found, ways


def _onward(
    kind: str, config: Mapping[str, Any], here: str, ways: frozenset[Way], behind: Behind
) -> tuple[list[Met], frozenset[Way]]:
    after = _few(step for way in ways for step in _after(kind, config, way))
    if not config.get("lanes"):
        return [], after
    found, out = [], set[Way]()
    for number, lane in enumerate(config["lanes"]):
        at = f"{here}.lanes[{number}]"
        entering = _entering(lane["when"], at, after, behind)
        inside, left = _line(lane.get("steps", []), f"{at}.steps", entering, behind)
        found += inside
        out |= left
    return found, _few(out)


def _after(kind: str, config: Mapping[str, Any], way: Way) -> Iterator[Way]:
    if kind == "message":
        touch = Touch(way.hours, config.get("channel", ""), config.get("placement", ""))
        yield replace(way, touches=(*way.touches, touch), dismissed=False, waited=False)
    elif kind == "wait_until":
        yield replace(way, hours=way.hours + config.get("hours", 0), waited=True)
    elif kind == "action":
        yield replace(way, quiet=way.quiet or bool(config.get("do_not_disturb")))
    elif kind != "exit":
        yield way


def _entering(when: Any, at: str, ways: frozenset[Way], behind: Behind) -> frozenset[Way]:
    if when == "dismissed":
        return frozenset(replace(way, dismissed=True) for way in ways)
    if isinstance(when, Mapping) and asks_for_no(when["rule"], behind):
        return frozenset(replace(way, no=way.no or at) for way in ways)
    return ways


def _few(ways: Iterable[Way]) -> frozenset[Way]:
    """Of who said no, dismissed, is left alone or just got a message as many as of the others: none is forgotten."""
    sorts = defaultdict[Any, list[Way]](list)
    for way in sorted(set(ways), key=lambda way: (-len(way.touches), repr(way))):
        sorts[bool(way.no), way.dismissed, way.quiet, way.waited].append(way)
    in_turn = (way for each in zip_longest(*sorts.values()) for way in each if way)
    return frozenset(islice(in_turn, MOST_WAYS))
