"""Playbooks as files: a version's steps to and from the tree that YAML holds.

A step is `{kind: config}`; a kind with branches has `lanes: [{when, label?, steps?}]` among its config. `when` is one
of the conditions, or `{rule: ...}`. `entry` and `exit_when` are rules: who may enter, and what ends a run at once.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from campaigns_app import playbook_linted
from campaigns_app.conditions import CONDITIONS
from campaigns_app.models import Lane, Playbook, PlaybookVersion, Step
from campaigns_app.models.playbook import StepKind
from campaigns_app.plan import OTHERWISE, RULE
from campaigns_app.playbook_lint.written import Steps
from offers_app import linted
from offers_app.linter.draft import Finding
from offers_app.models import Offer, Treatment
from people_app.models import Channel
from signals_app import references
from upsell_project.lib import clock
from upsell_project.lib.rules import ready

MOST_HOURS = 24 * 366
RULES = ("entry", "exit_when")
VERSION_FIELDS = ("goal_event", "goal_days", "reentry_days", "minimum_confidence", *RULES)
Tree = list[dict[str, Any]]


class Invalid(ValueError):
    """A file that is no playbook; the message names the place."""


def publish(playbook: Playbook, document: Mapping[str, Any]) -> PlaybookVersion:
    """A new version with the file's steps, published and live. The caller holds the transaction. Raises Invalid."""
    steps = document["steps"]
    validate(steps)
    wrong = [*rule_problems(document), *_absent(steps)] or _refused(
        steps, document.get("entry", {}), _begin(playbook)
    )
    if wrong:
        raise Invalid("; ".join(wrong))
    return _publish(playbook, document)


def _publish(playbook: Playbook, document: Mapping[str, Any]) -> PlaybookVersion:
    newest = playbook.versions.order_by("-number").values_list("number", flat=True).first()
    version = PlaybookVersion.objects.create(
        playbook=playbook,
        number=(newest or 0) + 1,
        published_at=clock.now(),
        **{name: document[name] for name in VERSION_FIELDS if name in document},
    )
    _write(version, document["steps"], lane=None)
    playbook.live_version = version
    playbook.save(update_fields=["live_version"])
    return version


def revise(playbook: Playbook, changes: Mapping[str, Any]) -> PlaybookVersion:
    """A new version like the live one but for these of VERSION_FIELDS, published and live: who is inside goes on by the
    old one. The caller holds the transaction and the playbook's row. Raises Invalid for what is wrong with the changes:
    what an earlier version published goes on."""
    live = playbook.live_version
    if live is None:
        raise Invalid("there is no live version to change")
    wrong = rule_problems(changes) or playbook_linted.entry_refusals(changes.get("entry", {}))
    if wrong:
        raise Invalid("; ".join(wrong))
    known = {name: getattr(live, name) for name in VERSION_FIELDS}
    return _publish(playbook, {**known, **changes, "steps": tree(live)})


def same(version: PlaybookVersion, document: Mapping[str, Any]) -> bool:
    """Whether the version already is what the file says."""
    said = {name: {} for name in RULES} | {
        name: document[name] for name in VERSION_FIELDS if name in document
    }
    alike = all(_comparable(getattr(version, name)) == _comparable(value) for name, value in said.items())
    return alike and tree(version) == _plain(document["steps"])


def tree(version: PlaybookVersion) -> Tree:
    """The version's steps as a file has them, in two statements."""
    steps: dict[int | None, list[Step]] = defaultdict(list)
    for step in version.steps.order_by("position"):
        steps[step.lane_id].append(step)
    lanes: dict[int, list[Lane]] = defaultdict(list)
    for lane in Lane.objects.filter(step__version=version).order_by("position"):
        lanes[lane.step_id].append(lane)
    return _branch(None, steps, lanes)


def validate(steps: Steps, place: str = "steps") -> None:
    """Raises Invalid for what could not run as it is written; the text names the place."""
    for index, step in enumerate(steps):
        where = f"{place}[{index}]"
        if len(step) != 1 or next(iter(step)) not in StepKind.values:
            raise Invalid(f"{where}: a step is one of {', '.join(StepKind.values)}")
        kind, config = next(iter(step.items()))
        lanes = config.get("lanes", [])
        if kind == StepKind.WAIT_UNTIL and not _positive(config.get("hours")):
            raise Invalid(f"{where}: a wait needs its longest time in hours")
        if kind == StepKind.MESSAGE and place == "steps" and index == len(steps) - 1:
            raise Invalid(
                f"{where}: after the last message comes a wait, or the end would withdraw it at once"
            )
        if kind == StepKind.MESSAGE and (wrong := list(_message_problems(config, where))):
            raise Invalid("; ".join(wrong))
        if lanes and lanes[-1].get("when") != OTHERWISE:
            raise Invalid(f"{where}: the last lane is `otherwise`")
        for number, lane in enumerate(lanes):
            inside = f"{where}.lanes[{number}]"
            if wrong := list(_condition_problems(lane.get("when"), inside)):
                raise Invalid("; ".join(wrong))
            validate(lane.get("steps", []), f"{inside}.steps")


def _positive(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and 0 < number <= MOST_HOURS


def _message_problems(config: Mapping[str, Any], where: str) -> Iterator[str]:
    if config.get("channel") not in Channel.values:
        yield f"{where}: `channel` is one of {', '.join(Channel.values)}"
    templates = config.get("templates")
    if not isinstance(templates, Mapping) or not templates:
        yield f"{where}: `templates` names a template for each signal"
    elif not all(isinstance(slug, str) for slug in templates.values()):
        yield f"{where}: `templates` has a template's slug for each signal"


def rule_problems(document: Mapping[str, Any]) -> list[str]:
    """Of who may enter, and of what ends a run at once."""
    return [said for name in RULES for said in references.faults(document.get(name, {}), name)]


def offers(steps: Steps, place: str = "steps") -> Iterator[tuple[str, str]]:
    """(place, slug) of those that its messages may propose."""
    for index, step in enumerate(steps):
        for kind, config in step.items():
            at = f"{place}[{index}].{kind}"
            yield from ((f"{at}.offers[{n}]", slug) for n, slug in enumerate(config.get("offers", [])))
            for number, lane in enumerate(config.get("lanes", [])):
                yield from offers(lane.get("steps", []), f"{at}.lanes[{number}].steps")


def templates(steps: Steps) -> Iterator[str]:
    """Slugs of those that its messages are written by."""
    for step in steps:
        for config in step.values():
            yield from config.get("templates", {}).values()
            for lane in config.get("lanes", []):
                yield from templates(lane.get("steps", []))


def placements(steps: Steps) -> Iterator[str]:
    """Slugs of those where its messages are shown."""
    for step in steps:
        for config in step.values():
            yield from filter(None, [config.get("placement")])
            for lane in config.get("lanes", []):
                yield from placements(lane.get("steps", []))


def sent(version: PlaybookVersion) -> list[Treatment | Offer]:
    """Every text and live offer of a version."""
    return _sent(tree(version))


def findings(version: PlaybookVersion) -> list[Finding]:
    """What the lint says of its steps."""
    steps = tree(version)
    return playbook_linted.findings(steps, version.entry, _sent(steps), _begin(version.playbook))


def refusals(version: PlaybookVersion) -> list[str]:
    """Why it may not go live, a sentence each."""
    steps = tree(version)
    try:
        validate(steps)
    except Invalid as error:
        return [str(error)]
    return _refused(steps, version.entry, _begin(version.playbook))


def _refused(steps: Steps, entry: Mapping[str, Any], signals: list[str]) -> list[str]:
    return playbook_linted.refusals(steps, entry, _sent(steps), signals)


def _begin(playbook: Playbook) -> list[str]:
    return list(playbook.signals.values_list("slug", flat=True))


def _sent(steps: Steps) -> list[Treatment | Offer]:
    return linted.rows(set(templates(steps)), {slug for _, slug in offers(steps)})


def _absent(steps: Steps) -> list[str]:
    named = list(offers(steps))
    absent = references.absent("offer", [slug for _, slug in named])
    return [f"{place}: {absent[slug]}" for place, slug in named if slug in absent]


def _condition_problems(when: Any, where: str) -> Iterator[str]:
    if isinstance(when, Mapping):
        if when.keys() != {RULE}:
            yield f"{where}: `when` is a condition or an object of {RULE} alone"
        else:
            at = f"{where}.when.{RULE}"
            yield from ready.problems(when[RULE], at) or references.faults(when[RULE], at)
    elif when not in (*CONDITIONS, OTHERWISE):
        known = ", ".join(sorted(CONDITIONS))
        yield f"{where}: `when` is one of {known}, {OTHERWISE}, or {{{RULE}: ...}}"


def _write(version: PlaybookVersion, steps: Steps, lane: Lane | None) -> None:
    for position, item in enumerate(steps, start=1):
        kind, given = next(iter(item.items()))
        config = {name: value for name, value in given.items() if name != "lanes"}
        step = Step.objects.create(version=version, lane=lane, position=position, kind=kind, config=config)
        for number, branch in enumerate(given.get("lanes", []), start=1):
            inside = Lane.objects.create(
                step=step, position=number, label=branch.get("label", ""), **_asked(branch["when"])
            )
            _write(version, branch.get("steps", []), inside)


def _asked(when: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"condition": when} if isinstance(when, str) else {"condition": RULE, "rule": when[RULE]}


def _when(lane: Lane) -> str | dict[str, Any]:
    return {RULE: lane.rule} if lane.condition == RULE else lane.condition


def _branch(
    lane: int | None, steps: Mapping[int | None, list[Step]], lanes: Mapping[int, list[Lane]]
) -> Tree:
    return [{step.kind: _config(step, steps, lanes)} for step in steps.get(lane, [])]


def _config(
    step: Step, steps: Mapping[int | None, list[Step]], lanes: Mapping[int, list[Lane]]
) -> dict[str, Any]:
    branches = [
        {"when": _when(lane), "label": lane.label, "steps": _branch(lane.pk, steps, lanes)}
        for lane in lanes.get(step.pk, [])
    ]
    return dict(step.config) | ({"lanes": branches} if branches else {})


def _plain(steps: Steps) -> Tree:
    """The file's steps with every optional key spelled out, so that two trees can be compared."""
    plain = []
    for item in steps:
        kind, given = next(iter(item.items()))
        branches = [
            {"when": lane["when"], "label": lane.get("label", ""), "steps": _plain(lane.get("steps", []))}
            for lane in given.get("lanes", [])
        ]
        plain.append({kind: dict(given) | ({"lanes": branches} if branches else {})})
    return plain


def _comparable(value: Any) -> Any:
    return value if isinstance(value, str | dict) else float(value)
