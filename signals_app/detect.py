"""Notice the moments: ask all live definitions about whoever something is new of, and keep what was found with its
evidence. What time alone makes true is found in the same way by sweeps."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from signals_app import again, arming, compiled, evidence, found, judged, knowing, reasons, triggered
from signals_app.compiled import Compiled, Part
from signals_app.evidence import Evidence
from signals_app.found import Fired
from signals_app.knowing import Known
from signals_app.models import Signal, SignalDefinition
from signals_app.subjects import Subject
from signals_app.triggered import Asked, Batch
from upsell_project.lib.rules import judging, lasting
from upsell_project.lib.rules.tree import facts as facts_of

MOST_ROUNDS = 4
"""So long a chain of definitions that read what others found is followed at once; the rest is noted, and followed by
the job "sweeps"."""


def signals(batch: Batch, definitions: Iterable[SignalDefinition], now: datetime) -> list[Signal]:
    """The signals that these new facts complete; found again they are not signaled again."""
    live = compiled.sound(definitions)
    resting = arming.resting(live, batch.people, batch.accounts, now)
    return _rounds(live, triggered.of(live, batch, resting), batch, now, batch.upto(now))


def swept(
    pairs: Iterable[tuple[SignalDefinition, Subject]],
    now: datetime,
    live: Iterable[SignalDefinition] = (),
) -> list[Signal]:
    """The signals that time alone completes, and what these complete of all `live` definitions. Of an account whoever
    was active last is told, if nobody else is to be."""
    ready: dict[int, Compiled] = {}
    asked = []
    for definition, subject in pairs:
        one = ready.get(id(definition)) or ready.setdefault(id(definition), compiled.of(definition))
        asked.append(Asked(one, subject, {}, None))
    return _rounds(compiled.sound(live), asked, None, now, now)


def _rounds(
    live: Sequence[Compiled], asked: Sequence[Asked], batch: Batch | None, now: datetime, seen: datetime
) -> list[Signal]:
    """What is found may be what another definition waits for. `seen`: up to when what happened counts."""
    everything: list[Signal] = []
    reading = [one for one in live if one.reads_signals]
    for _ in range(MOST_ROUNDS):
        new = _found(asked, batch, now, seen) if asked else []
        everything += new
        asked, batch = triggered.by_signals(reading, new), None
        again.found(reading, new)
    again.note((one.compiled, one.subject) for one in asked)
    return everything


def refresh(signals: Sequence[Signal], now: datetime) -> dict[int, Evidence | None]:
    """The evidence of each signal as it stands now; None when it is no longer true or the signal has expired.

    What was done stays done; what is the case (a plan, how much is used, a date) must still be.
    """
    fresh: dict[int, Evidence | None] = {signal.pk: None for signal in signals}
    live = [(signal, _part_of(signal)) for signal in signals if signal.expires_at > now]
    asked = [knowing.Asked(_subject_of(signal), part.asks) for signal, part in live]
    meters = found.meters()
    for (signal, part), known in zip(live, knowing.load_each(asked, now), strict=True):
        if known is not None and _still(part, known, signal):
            fresh[signal.pk] = _renewed(signal, part, known, meters, now)
    return fresh


def _found(asked: Sequence[Asked], batch: Batch | None, now: datetime, seen: datetime) -> list[Signal]:
    kept = _kept(asked)
    awake = [one for one in asked if not arming.rests(one.compiled, kept.get(id(one), ()), now)]
    all_judged, unread = judged.judge(awake, seen)
    again.later((one.compiled.definition, one.subject) for one in unread)
    for one in all_judged:
        if states := kept.get(id(one.asked)):
            one.moment.state = _state_of(one, states)
    people = found.told(all_judged, batch)
    # Nobody to be told: it stays armed for whoever comes next.
    told = [(one, who) for one, who in zip(all_judged, people, strict=True) if who or not one.moment.verdict]
    fired = arming.settle([one.moment for one, _ in told], now)
    return found.keep([Fired(told[at][0], told[at][1] or 0, fired[at]) for at in sorted(fired)], now, seen)


def _kept(asked: Sequence[Asked]) -> dict[int, list[arming.State]]:
    """What is kept of those of which there is something, by the `id` of what is asked."""
    keys = [arming.whose(one.compiled, one.subject) for one in asked]
    states = arming.states(keys)
    return {id(one): states[key] for one, key in zip(asked, keys, strict=True) if key in states}


def _state_of(one: judged.Judged, states: Sequence[arming.State]) -> arming.State | None:
    wanted = (one.moment.part.name, one.moment.period)
    return next((state for state in states if (state.part, state.period) == wanted), None)


def _part_of(signal: Signal) -> Part:
    """Of the definition as it is now."""
    definition = compiled.of(signal.definition)
    return definition.part(signal.evidence.get("resource", "") if definition.resources else "")


def _subject_of(signal: Signal) -> Subject:
    person = signal.person_id if signal.definition.about == "person" else None
    return Subject(person, signal.account_id)


def _still(part: Part, known: Known, signal: Signal) -> bool:
    period = signal.evidence.get("period")
    if period and judged.period(part, known).isoformat() != period:
        return False
    if part.rearms and part.rearms(known.values, known.at) is not False:
        return False
    # Between the share at which it fires and the one at which it is armed again it is still true.
    rule = lasting.lasting(part.rule, facts_of(part.rearm) if part.rearm else ())
    return rule is None or judging.judge(rule, known.values, known.at) is True


def _renewed(signal: Signal, part: Part, known: Known, meters: evidence.Meters, now: datetime) -> Evidence:
    """What is the case as it is now; what was done as it was."""
    figures = [
        evidence.figures(fact, known, meters)
        for fact in part.begins_anew
        if known.values.get(fact) is not None
    ]
    of = compiled.of(signal.definition).of
    facts = reasons.again(signal.evidence, part.rule, of, known, meters)
    if not figures:
        return {**signal.evidence, **facts}
    fresh = {name: value for each in figures for name, value in each.items()}
    return {**signal.evidence, **fresh, **facts, "measured_at": now.isoformat()}
