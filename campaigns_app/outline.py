"""A playbook version as sentences: what each step does, with its lanes nested below it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from campaigns_app.models import Lane, PlaybookVersion, Step
from campaigns_app.plan import OTHERWISE, RULE
from people_app.models import Channel
from upsell_project.lib.rules import ready


@dataclass(slots=True)
class Branch:
    label: str
    steps: "list[Line]"


@dataclass(slots=True)
class Line:
    """One step: its sentence, its kind for a mark, and what may follow."""

    sentence: str
    kind: str
    branches: list[Branch] = field(default_factory=list)


def of(version: PlaybookVersion) -> list[Line]:
    """The main line with everything nested in it, in two statements."""
    steps = list(version.steps.order_by("position"))
    lanes: dict[int, list[Lane]] = defaultdict(list)
    for lane in Lane.objects.filter(step__version=version).order_by("position"):
        lanes[lane.step_id].append(lane)
    inside: dict[int | None, list[Step]] = defaultdict(list)
    for step in steps:
        inside[step.lane_id].append(step)
    return _lines(None, inside, lanes)


def rules(version: PlaybookVersion) -> list[str]:
    """Who may enter, and what ends a run, as sentences."""
    said = []
    if version.minimum_confidence:
        said.append(
            f"Signals of at least {float(version.minimum_confidence * 100):g} % confidence may start it"
        )
    if version.entry:
        said.append(f"Only for whom this holds: {_rule(version.entry)}")
    if version.exit_when:
        said.append(f"Ends at once when this holds: {_rule(version.exit_when)}")
    return said


def _lines(
    lane: int | None, inside: dict[int | None, list[Step]], lanes: dict[int, list[Lane]]
) -> list[Line]:
    return [
        Line(
            sentence(step, lanes[step.pk]),
            step.kind,
            [Branch(_label(one), _lines(one.pk, inside, lanes)) for one in lanes[step.pk]],
        )
        for step in inside[lane]
    ]


def sentence(step: Step, lanes: list[Lane] | None = None) -> str:
    """What the step does: "Wait until clicked, at most 12 h". Unknown settings are left out."""
    conditions = [_condition(lane) for lane in lanes or [] if lane.condition != OTHERWISE]
    return _SENTENCES[step.kind](step.config, conditions)


def _condition(lane: Lane) -> str:
    if lane.condition != RULE:
        return _words(lane.condition)
    said = _rule(lane.rule)
    return said[:1].lower() + said[1:]


def _rule(raw: dict[str, Any]) -> str:
    rule = ready.readable(raw)
    return rule.sentence if rule else "a rule that cannot be read, so never"


def _words(code: str) -> str:
    return code.replace("_", " ")


def _label(lane: Lane) -> str:
    condition = "Otherwise" if lane.condition == OTHERWISE else f"If {_condition(lane)}"
    return f"{condition} ({lane.label})" if lane.label else condition


def _message(config: dict[str, Any], _: list[str]) -> str:
    channel = config.get("channel", "")
    where = str(Channel(channel).label) if channel in Channel.values else channel
    offers = " or ".join(map(str, config.get("offers", []))) or "an offer"
    place = f" in {config['placement']}" if config.get("placement") else ""
    templates = sorted(set(map(str, dict(config.get("templates") or {}).values())))
    written = f", written as {' or '.join(templates)}" if templates else ""
    after = ", also after a soft dismissal" if config.get("after_dismissal") else ""
    return f"{where}: propose {offers}{place}{written}{after}"


def _wait_until(config: dict[str, Any], conditions: list[str]) -> str:
    longest = f"{config.get('hours', '?')} h"
    return f"Wait until {' or '.join(conditions)}, at most {longest}" if conditions else f"Wait {longest}"


def _branch(config: dict[str, Any], conditions: list[str]) -> str:
    return f"Go by whether {' or '.join(conditions)}" if conditions else "Go by what happened"


def _action(config: dict[str, Any], _: list[str]) -> str:
    done = [f"pause for {config['pause_days']} days"] if config.get("pause_days") else []
    done += ["set Do not disturb"] if config.get("do_not_disturb") else []
    known = {"pause_days", "do_not_disturb"}
    done += [f"{_words(name)}: {value}" for name, value in config.items() if name not in known]
    words = " and ".join(done) or "nothing"
    return words[:1].upper() + words[1:]


def _exit(config: dict[str, Any], _: list[str]) -> str:
    return f"Leave: {_words(str(config.get('reason', '') or 'done'))}"


_SENTENCES: dict[str, Callable[[dict[str, Any], list[str]], str]] = {
    "message": _message,
    "wait_until": _wait_until,
    "branch": _branch,
    "action": _action,
    "exit": _exit,
}
