"""Try a definition on one person: each of its conditions with what was found, and whether it would be found now, or why
not. Also with an event that nobody sent: as if it had just been stored. Nothing is kept.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from people_app import homes, supposed
from people_app.models import Person
from people_app.supposed import Supposed
from signals_app import arming, compiled, judged, not_known, pasted, reveal, routing
from signals_app.arming import Moment, State
from signals_app.compiled import Compiled, Part
from signals_app.incoming import Rejected
from signals_app.knowing import Known
from signals_app.models import Meter, SignalDefinition
from signals_app.pasted import Pasted
from signals_app.rehearse import history, subjects
from signals_app.rehearse.past import Kept
from signals_app.rehearse.replaying import moment_of
from signals_app.rehearse.telling import Told
from signals_app.subjects import Subject
from signals_app.triggered import Asked
from upsell_project.lib import in_words
from upsell_project.lib.rules import judging, laid_out, wording
from upsell_project.lib.rules.facts import Of
from upsell_project.lib.rules.tree import Test


@dataclass(frozen=True, slots=True)
class Line:
    """One condition, or a group of them, in the order of the rule; `level` says how deep it lies. `found`: the value as
    JSON, None where it is not known; `holds`: None for the same reason, which `missing` says. Of a group there is no
    value, and `op` is empty."""

    condition: str
    found: Any
    wanted: Any
    op: str
    holds: bool | None
    level: int = 0
    missing: str = ""


@dataclass(frozen=True, slots=True)
class TriedPart:
    """`name`: the resource, where there is one for each. `why_not`: empty if it would be found now."""

    name: str
    sentence: str
    lines: list[Line]
    holds: bool | None
    would_be_found: bool
    why_not: str


@dataclass(slots=True)
class Tried:
    """`parts` is empty where the definition has nothing to say of this person, which `note` explains."""

    parts: list[TriedPart] = field(default_factory=list)
    note: str = ""
    event: str = ""
    """The name of the pasted event as it would be stored; of a call that only brings facts, its kind."""
    rejected: list[Rejected] = field(default_factory=list)


def on_person(definition: SignalDefinition, person: Person, now: datetime) -> Tried:
    """As it stands now: by what the live rule reads."""
    ready = compiled.of(definition)
    subject = _subject(ready, person, homes.of([person.pk], now, create=False)[person.pk])
    if subject is None:
        return Tried(note=_HOMELESS)
    found, _ = judged.judge([Asked(ready, subject, {}, None)], now, whole=True)
    return _tried(ready, subject, [(one.moment, one.known) for one in found], person.pk, now)


def at_moment(definition: SignalDefinition, person: Person, at: datetime, now: datetime) -> Tried:
    """As it stood then, by the events, signals and answers of before; what has no history is as it is `now`
    (`rehearse.undated`). Whether it was armed then is not known: `would_be_found` says only that it held."""
    ready = compiled.of(definition)
    subject = _subject(ready, person, homes.of([person.pk], now, create=False)[person.pk])
    if subject is None:
        return Tried(note=_HOMELESS)
    (parts,) = subjects.parts_of(ready, [subject])
    facts = frozenset(fact for part in parts for fact in part.asks)
    (past,) = history.load([subject], facts, at, at, now)
    if past is None:
        return Tried(note="They did too much to be read again.")
    known = Told(past, facts).at(at)
    metered = frozenset(Meter.objects.values_list("resource", flat=True))
    found = [moment_of(ready, subject, part, known) for part in parts]
    return Tried([_part(one, known, [], person.pk, at, metered) for one in found])


def with_event(
    definition: SignalDefinition, person: Person, sample: Mapping[str, Any], now: datetime
) -> Tried:
    """As if this had just come from the person. `sample`: one call as an SDK sends it, or a batch, read and mapped as
    at the door, with what it says of the person and the account; whoever it names is not looked at."""
    calls = pasted.read(person, sample, now)
    if not calls.items:
        return Tried(note="" if calls.rejected else pasted.NO_CALL, rejected=calls.rejected)
    found = _tried_with(definition, person, calls, now)
    found.event, found.rejected = calls.called, calls.rejected
    return found


def _tried_with(definition: SignalDefinition, person: Person, calls: Pasted, now: datetime) -> Tried:
    ready = compiled.of(definition)
    try:
        account = calls.account(person.pk, now)
    except pasted.Unclear as unclear:
        return Tried(note=str(unclear))
    subject = _subject(ready, person, account)
    if subject is None:
        return Tried(note=_HOMELESS)
    told = supposed.of(person, account, calls.items)
    found = _judged_with(ready, subject, calls.events(person.pk), told, now)
    return _tried(ready, subject, found, person.pk, now, told.role)


_HOMELESS = (
    "This person is at home in no account, or in several, so it is not known which account this is about."
)
_NO_LIMIT = "Their account has no limit that this could be about."
_UNREAD = "What is known of them cannot be read: see the log of the server."


def _subject(ready: Compiled, person: Person, account: int | None) -> Subject | None:
    if ready.of is Of.ACCOUNT:
        return Subject(None, account) if account else None
    return Subject(person.pk, account)


def _judged_with(
    ready: Compiled, subject: Subject, events: Sequence[Kept], told: Supposed, now: datetime
) -> list[tuple[Moment, Known]]:
    parts = ready.parts(resource for resource, cap in told.caps.items() if cap is not None and cap > 0)
    facts = frozenset(fact for part in parts for fact in part.asks)
    (past,) = history.load([subject], facts, now, now, now, pasted.as_if(told, now))
    if past is None:
        raise TooMuch("They did too much to be read for a trial: choose somebody else.")
    past.person, past.account = _with(past.person, events), _with(past.account, events)
    known = Told(past, facts).at(now)
    return [(moment_of(ready, subject, part, known), known) for part in parts]


class TooMuch(Exception):
    """They did more than can be read for a trial."""


def _with(stored: Sequence[Kept], events: Sequence[Kept]) -> list[Kept]:
    return sorted([*stored, *events], key=lambda one: (one.at, one.name, one.id))


def _tried(
    ready: Compiled,
    subject: Subject,
    found: Sequence[tuple[Moment, Known]],
    actor: int,
    now: datetime,
    role: str | None = None,
) -> Tried:
    """`role`: the actor's, where it is not as it is stored."""
    states = arming.states([arming.whose(ready, subject)])
    known_states = states.get(arming.whose(ready, subject), [])
    told = _told(ready, subject, actor, role)
    metered = frozenset(Meter.objects.values_list("resource", flat=True))
    parts = [_part(moment, known, known_states, told, now, metered) for moment, known in found]
    nothing = _NO_LIMIT if ready.resources else _UNREAD
    return Tried(parts, note="" if parts else nothing)


def _part(
    moment: Moment,
    known: Known,
    states: Sequence[State],
    told: int | None,
    now: datetime,
    metered: Collection[str],
) -> TriedPart:
    mine = [one for one in states if (one.part, one.period) == (moment.part.name, moment.period)]
    moment.state = mine[0] if mine else None
    lines = [_line(one, known, moment.subject, metered) for one in laid_out.lines(moment.part.rule)]
    why = _why_not(moment, states, told, now, lines)
    return TriedPart(
        moment.part.name,
        wording.sentence(moment.part.rule),
        lines,
        moment.verdict,
        not why,
        why,
    )


def _line(line: laid_out.Line, known: Known, subject: Subject, metered: Collection[str]) -> Line:
    holds = judging.judge(line.rule, known.values, known.at)
    if not isinstance(test := line.rule, Test):
        return Line(line.said, None, None, "", holds, line.level)
    home = subject.account is not None
    value = test.value if isinstance(test.value, tuple) else (test.value,)
    wanted = [reveal.plain(one) for one in value]
    return Line(
        line.said,
        reveal.known(test.fact, known.values.get(test.fact)),
        wanted if isinstance(test.value, tuple) else wanted[0],
        test.op.value.replace("_", " "),
        holds,
        line.level,
        "" if holds is not None else not_known.said(test.fact, home=home, metered=metered),
    )


def _why_not(
    moment: Moment, states: Sequence[State], told: int | None, now: datetime, lines: Sequence[Line]
) -> str:
    """In the order in which the live engine asks; empty where it would be found."""
    definition, state = moment.compiled.definition, moment.state
    if arming.rests(moment.compiled, list(states), now):
        return f"It was found already. {_rest(definition, states)}"
    if moment.verdict is None:
        missing = "; ".join(dict.fromkeys(line.missing for line in lines if line.missing))
        return f"It depends on what is not known: {missing}."
    if moment.verdict is False:
        return "It does not hold."
    if told is None:
        return "Nobody in the account has one of the roles it goes to, so nobody would be told."
    if state is None or arming.is_over(moment, state, now):
        hold = definition.hold_hours
        return f"It must hold for {in_words.hours(hold)} first; that would begin now." if hold else ""
    if state.fired_at is not None:
        again = _armed_again(moment.part, definition, [state])
        return f"It was found already, on {state.fired_at:%Y-%m-%d %H:%M} UTC. {again}"
    if arming.has_held(moment, state, now):
        return ""
    due = state.holds_since + definition.hold
    since = f"{state.holds_since:%Y-%m-%d %H:%M}"
    return f"It holds since {since} UTC and is found on {due:%Y-%m-%d %H:%M} UTC if it still does."


def _armed_again(part: Part, definition: SignalDefinition, states: Sequence[State]) -> str:
    if part.rearm:
        rest = definition.cooldown_hours
        later = f", and {in_words.hours(rest)} later at the earliest" if rest else ""
        return f"It is found again only after this held: {wording.sentence(part.rearm)}{later}."
    return _rest(definition, states)


def _rest(definition: SignalDefinition, states: Sequence[State]) -> str:
    length = max(definition.cooldown_hours, definition.lifetime_hours)
    last = max((one.fired_at for one in states if one.fired_at), default=None)
    until = f", until {last + definition.rest:%Y-%m-%d %H:%M} UTC" if last else ""
    return f"It rests {in_words.hours(length)} after it was found{until}."


def _told(ready: Compiled, subject: Subject, actor: int, role: str | None) -> int | None:
    if subject.person:
        return subject.person
    members = routing.members([subject.account or 0]).get(subject.account or 0, [])
    if role is not None:
        others = [one for one in members if one.person != actor]
        members = [routing.Member(actor, role.strip().casefold()), *others]
    return routing.choose(members, ready.definition.route_to, actor, anyone=True)
