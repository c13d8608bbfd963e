"""Why somebody is in a segment or not: each condition with what is known, what is wanted, and whether it holds."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from people_app import homes
from people_app.models import Person
from signals_app import knowing, reveal
from signals_app.models import Segment, SegmentMember
from signals_app.segments import rules
from signals_app.subjects import Subject
from upsell_project.lib.rules import judging, laid_out
from upsell_project.lib.rules.facts import Value
from upsell_project.lib.rules.tree import Rule, Test


@dataclass(frozen=True, slots=True)
class Line:
    """A condition or a group of them, in the order of the rule; `level` says how deep it lies. `holds`: None where it
    is not known. `value` and `wanted` are JSON; of groups there are none."""

    level: int
    said: str
    holds: bool | None
    value: Any = None
    wanted: Any = None


@dataclass(frozen=True, slots=True)
class Why:
    """`inside` is what is stored; `belongs` what the rule says of them at this moment, None of a list."""

    inside: bool
    since: datetime | None
    belongs: bool | None
    reason: str
    lines: list[Line] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def why(segment: Segment, person: Person, now: datetime) -> Why:
    row = SegmentMember.objects.filter(segment=segment, person=person).first()
    inside, since = row is not None, row.since if row else None
    if never := _never(person):
        return Why(inside, since, False, never)
    if segment.kind == Segment.Kind.LIST:
        return Why(inside, since, None, _listed(row))
    one = rules.of(segment)
    if one.ruled is None:
        return Why(inside, since, False, "Its rule cannot be read, so nobody is in it.")
    account = homes.of([person.pk], now, create=False)[person.pk]
    (known,) = knowing.load_each([knowing.Asked(Subject(person.pk, account), one.ruled.facts)], now)
    if known is None:
        return Why(inside, since, False, "What is known of them cannot be read, so they are kept out.")
    lines = list(_lines(one.ruled.rule, known))
    return Why(
        inside, since, lines[0].holds is True, _told(segment, person, inside, lines[0].holds, account), lines
    )


def _never(person: Person) -> str:
    if person.erased_at:
        return "They asked to be forgotten: such people are in no segment."
    if person.merged_into_id:
        return f"They turned out to be {person.merged_into}, who stands for them."
    return "" if person.user_id else "They are not known by a name: such people are in no segment."


def _listed(row: SegmentMember | None) -> str:
    if row is None:
        return "They are not on this list."
    return f"{row.added_by or 'Somebody'} put them on this list on {row.since:%Y-%m-%d %H:%M} UTC."


def _told(segment: Segment, person: Person, inside: bool, holds: bool | None, account: int | None) -> str:
    if not segment.live:
        return "This segment is switched off, so nobody is in it."
    if (holds is True) != inside:
        return f"The rule {'holds' if holds else 'does not hold'} by now: the next refresh, within the hour, shows it."
    if inside:
        return "The rule holds for them."
    several = account is None and person.memberships.count() > 1
    guess = " They belong to several accounts, of which none is guessed." if several else ""
    unknown = "It is not known whether the rule holds for them, so they are kept out."
    return ("The rule does not hold for them." if holds is False else unknown) + guess


def _lines(rule: Rule, known: knowing.Known) -> Iterator[Line]:
    for one in laid_out.lines(rule):
        holds = judging.judge(one.rule, known.values, known.at)
        if isinstance(test := one.rule, Test):
            value = reveal.known(test.fact, known.values.get(test.fact))
            yield Line(one.level, one.said, holds, value, _wanted(test.value))
        else:
            yield Line(one.level, one.said, holds)


def _wanted(value: Value | tuple[Value, ...]) -> Any:
    return [reveal.plain(each) for each in value] if isinstance(value, tuple) else reveal.plain(value)
