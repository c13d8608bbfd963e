"""Nobody decided about it: what stands in the way of one playbook or offer, from what is stored. Writes nothing.

Of a moment that has passed only what can be rebuilt is said, and what cannot is named; nothing is made up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from campaigns_app import next_time, past_gates, plan, standing_gates
from campaigns_app.models import Enrollment, Playbook
from campaigns_app.models.playbook import StepKind
from campaigns_app.plan import Node
from campaigns_app.standing_gates import Question
from offers_app.models import Decision, Offer
from people_app.models import Person
from upsell_project.lib.gates import Code, Gate, failed

_ORDER = {code: rank for rank, code in enumerate(Code)}


@dataclass(frozen=True, slots=True)
class Way:
    """A playbook and its first step that may propose the offer; None where none does."""

    playbook: Playbook
    step: Node | None


def evaluations(
    person: Person, offer: str, playbook: str, at: datetime | None, now: datetime
) -> list[dict[str, Any]]:
    """At least one, whatever is asked for; the playbooks that could be on first. `at`: None for now."""
    past = at if at is not None and at < now else None
    asked = [_told(one, person, offer, past, now) for one in ways(offer, playbook)]
    if asked:
        return asked
    gate = _unknown(offer, playbook)
    return [_evaluation(playbook, offer, "", [gate], past or now, 0, now)]


def ways(offer: str, playbook: str = "") -> list[Way]:
    """The playbook that is named; else those that may propose the offer, switched off only if no other does; without
    either all that are live. Two statements for each version that this process did not read before."""
    rows = Playbook.objects.select_related("live_version").order_by("-priority", "slug")
    if playbook:
        return [Way(one, _step(one, offer)) for one in rows.filter(slug=playbook)]
    if not offer:
        return [Way(one, _step(one, "")) for one in rows.filter(live=True, live_version__isnull=False)]
    able = [Way(one, step) for one in rows if (step := _step(one, offer))]
    return [one for one in able if one.playbook.live] or able


def _step(playbook: Playbook, offer: str) -> Node | None:
    if playbook.live_version_id is None:
        return None
    nodes = plan.of(playbook.live_version_id).nodes.values()
    messages = [node for node in nodes if node.kind == StepKind.MESSAGE]
    return next((node for node in messages if not offer or offer in node.config.get("offers", ())), None)


def _unknown(offer: str, playbook: str) -> Gate:
    """Why there is no playbook to look at."""
    if playbook:
        return failed(Code.PLAYBOOK_OFF, f"There is no playbook {playbook}.", playbook)
    if not offer:
        return failed(Code.PLAYBOOK_OFF, "No playbook is live.")
    if not Offer.objects.filter(slug=offer).exists():
        return failed(Code.OFFER_OFF, f"There is no offer {offer}.", offer)
    return failed(Code.NO_CANDIDATE, f"The offer {offer} is no candidate of any playbook.", offer)


def _told(way: Way, person: Person, offer: str, past: datetime | None, now: datetime) -> dict[str, Any]:
    question = Question(person, way.playbook, way.step, offer, past, now)
    gates = list(_gates(question))
    about = offer or (way.step.config.get("offers") or [""])[0] if way.step else offer
    channel = way.step.config.get("channel", "") if way.step else ""
    return _evaluation(
        way.playbook.slug, about, channel, _sorted(gates), past or now, question.policy_version, now
    )


def _gates(question: Question) -> Iterator[Gate]:
    """Those of one playbook: unpublished or unable to propose it, there is nothing more to ask."""
    playbook, version = question.playbook, question.playbook.live_version
    if version is None:
        yield failed(Code.PLAYBOOK_OFF, f"The playbook {playbook.slug} was never published.")
        return
    if question.step is None:
        what = f"the offer {question.offer}" if question.offer else "any offer"
        yield failed(
            Code.NO_CANDIDATE, f"The playbook {playbook.slug} does not propose {what}.", question.offer
        )
        return
    if question.past and version.published_at and version.published_at > question.past:
        yield failed(
            Code.PLAYBOOK_OFF,
            f"Its present version was published later, on {version.published_at:%Y-%m-%d %H:%M} UTC.",
            version.published_at.isoformat(),
            question.past.isoformat(),
        )
    run = _run(question)
    if run is not None:
        yield _waiting(run, question)
    elif question.past:
        yield standing_gates.noticed(question)
    else:
        yield from standing_gates.entering(question)
    yield from past_gates.of(question) if question.past else standing_gates.contact(question, run)


def _run(question: Question) -> Enrollment | None:
    """The run that was under way at that moment."""
    rows = Enrollment.objects.filter(
        playbook=question.playbook, person=question.person, entered_at__lte=question.at
    )
    under_way = Q(ended_at=None) | Q(ended_at__gt=question.at)
    open_now = Q() if question.past else ~Q(state=Enrollment.State.FINISHED)
    found = rows.filter(under_way, open_now).select_related("step", "signal").order_by("-entered_at")
    return found.first()


def _waiting(run: Enrollment, question: Question) -> Gate:
    said = {"enrollment": run.pk, "entered_at": run.entered_at.isoformat()}
    if question.past:
        ended = f" It ended on {run.ended_at:%Y-%m-%d %H:%M} UTC." if run.ended_at else ""
        text = f"It was running for them since {run.entered_at:%Y-%m-%d %H:%M} UTC, and had not proposed it.{ended}"
        return failed(Code.WAITING, text, said)
    if run.state == Enrollment.State.PARKED:
        text = "Its run is parked after repeated errors: staff must look at it under Parked runs."
        return failed(Code.WAITING, text, said)
    until = f" until {run.wake_at:%Y-%m-%d %H:%M} UTC" if run.wake_at else ""
    text = f"Its run stands at “{standing_gates.step_said(run)}”{until}."
    return failed(Code.WAITING, text, said, None, run.wake_at)


def _sorted(gates: Sequence[Gate]) -> list[Gate]:
    """Each code once, in the order in which they are met; of several the closed one."""
    once: dict[Code, Gate] = {}
    for gate in gates:
        if gate.gate not in once or (once[gate.gate].passed and not gate.passed):
            once[gate.gate] = gate
    return sorted(once.values(), key=lambda gate: _ORDER[gate.gate])


def _evaluation(
    playbook: str,
    offer: str,
    channel: str,
    gates: Sequence[Gate],
    at: datetime,
    policy_version: int,
    now: datetime,
) -> dict[str, Any]:
    stored = [gate.as_json() for gate in gates]
    shut = [gate for gate in gates if not gate.passed]
    first = shut[0] if shut else None
    return {
        "at": at,
        "playbook": playbook,
        "offer": offer,
        "channel": channel,
        "outcome": _outcome(shut),
        "gates": [{"input": None, "threshold": None} | one for one in stored],
        "gate": first.gate.value if first else "",
        "reason": first.reason if first else "",
        "input": {"value": first.input} if first else {},
        "threshold": {"value": first.threshold} if first else {},
        "next_eligible_at": next_time.latest(stored),
        "policy_version": policy_version,
        "must_happen": next_time.must_happen(stored, now),
        "candidates": [],
        "derived": True,
        "not_known": past_gates.NOT_KNOWN if at < now else [],
    }


def _outcome(shut: Sequence[Gate]) -> str:
    codes = {gate.gate for gate in shut}
    if codes == {Code.HOLDOUT}:
        return Decision.Outcome.HOLDOUT.value
    holding = {Code.WAITING, Code.QUIET_HOURS, Code.ZONE_UNKNOWN}
    return (Decision.Outcome.HELD if codes <= holding else Decision.Outcome.EXCLUDED).value
