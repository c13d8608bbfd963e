"""All that is wrong with a playbook, by rules as data."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from campaigns_app import intrusion, pressure
from campaigns_app.playbook_lint import walking
from campaigns_app.playbook_lint.walking import Met, Way
from campaigns_app.playbook_lint.written import Written
from offers_app.linter.draft import Finding
from offers_app.linter.rules import Rule, read_rules

Said = Iterator[tuple[str, str]]
"""Rule, and what it says of this place."""
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """By id, in the order of the file."""
    return read_rules(Path(__file__).parent / "rules.yaml")


def findings(written: Written) -> list[Finding]:
    """In the order of the steps; `field` is the place in the file, such as `steps[2].message`.

    What a step lacks is no fault of its here: such a file is refused before."""
    steps = list(walking.met(written))
    said = [(met.place, *one) for met in steps for look in _OF_STEPS[met.kind] for one in look(met, written)]
    said += [("steps", *one) for one in _of_all([met for met in steps if met.kind == "message"], written)]
    return [_finding(*one) for one in said]


def _finding(place: str, name: str, what: str) -> Finding:
    rule = rules()[name]
    return Finding(place, 0, 0, rule.id, rule.severity, "", f"{what}. {rule.fix}", "; ".join(rule.because))


def _after_no(met: Met, written: Written) -> Said:
    if led := sorted({way.no for way in met.ways if way.no}):
        yield "message-after-no", f"It is sent to whoever said no, by the rule at {', '.join(led)}"


def _after_dismissal(met: Met, written: Written) -> Said:
    if not (met.config.get("after_dismissal") or any(way.dismissed for way in met.ways)):
        return
    own = intrusion.of_step(met.config, written.formats)
    milder = {one.placement or one.channel for way in met.ways for one in _milder(way, own, written.formats)}
    if milder:
        yield (
            "dismissal-raises",
            f"It may follow the dismissal of {', '.join(sorted(milder))}, which is milder",
        )


def _milder(way: Way, own: int, formats: intrusion.Formats) -> Iterator[walking.Touch]:
    return (one for one in way.touches if intrusion.of(one.placement, one.channel, formats) < own)


def _caps(met: Met, written: Written) -> Said:
    for way in sorted(met.ways, key=lambda one: len(one.touches)):
        touches = [(_at(one.hours), one.channel) for one in way.touches]
        gate = pressure.check(touches, met.config.get("channel", ""), _at(way.hours), written.caps)
        if not gate.passed:
            yield (
                "over-caps",
                f"{way.hours:g} hours after the beginning it is too much: {gate.reason.rstrip('.')}",
            )
            return


def _texts(met: Met, written: Written) -> Said:
    channel = met.config.get("channel", "")
    for slug in dict.fromkeys(met.config.get("templates", {}).values()):
        if channel not in written.spoken.get(slug, ()):
            yield (
                "no-fallback-text",
                f"The template {slug} has no text for {channel} that everybody could get",
            )


def _in_time(met: Met, written: Written) -> Said:
    if any(not way.waited for way in met.ways):
        yield "no-time-to-answer", "It follows another message at once"


def _reached(met: Met, written: Written) -> Said:
    if not any(_may_get(way, met) for way in met.ways):
        yield "never-sent", "Nobody can get it"


def _may_get(way: Way, met: Met) -> bool:
    return not way.quiet and (not way.dismissed or bool(met.config.get("after_dismissal")))


def _pause(met: Met, written: Written) -> Said:
    days = met.config.get("pause_days")
    if days is not None and days < written.pause_days:
        yield "pause-shortened", f"It says {days} days, and the contact policy {written.pause_days}"


def _of_all(messages: list[Met], written: Written) -> Said:
    templates = {slug for met in messages for slug in met.config.get("templates", {}).values()}
    if messages and len({channel for slug in templates for channel in written.prepared.get(slug, ())}) < 2:
        yield "one-channel", "What it sends is written for fewer than two channels"
    used = {met.config.get("channel", "") for met in messages}
    if len(used) == 1:
        yield "single-channel", f"Every message is sent by {used.pop()}"


def _at(hours: float) -> datetime:
    return _BEGIN + timedelta(hours=hours)


_OF_STEPS: dict[str, list[Callable[[Met, Written], Said]]] = {
    "message": [_after_no, _after_dismissal, _caps, _texts, _in_time, _reached],
    "action": [_pause],
    "wait_until": [],
    "branch": [],
    "exit": [],
}
