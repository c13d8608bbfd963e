"""One person on one screen: who they are, what they permit, what is running, and why they get no offer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from campaigns_app import outline, pressure
from campaigns_app.models import ContactPolicy, Cooldown, Delivery, Enrollment
from consent_app import permission
from consent_app.models import Pause, Permission
from offers_app.models import Decision, HoldoutAssignment
from people_app import entitlements
from people_app.masking import masked
from people_app.models import Account, Channel, ContactPoint, Person
from signals_app import usage
from signals_app.models import Meter, SegmentMember, Signal
from upsell_project.lib import in_words

LONGEST_WINDOW = timedelta(days=31)
DECISIONS = 8
RUNS = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """Use of one resource this month. `percent` is cut to 100 for drawing; None when nothing limits it."""

    label: str
    sentence: str
    percent: int | None
    level: str


@dataclass(frozen=True, slots=True)
class Membership:
    account: Account
    role: str
    held_out: bool | None
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Reached:
    """A contact point as staff may see it, with its caps."""

    channel: str
    address: str
    dead_at: datetime | None
    suppressed: str
    caps: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Running:
    """An enrollment, and what it does now as a sentence."""

    enrollment: Enrollment
    now: str


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate of a decision as text."""

    name: str
    passed: bool
    reason: str
    value: str
    threshold: str
    next_eligible_at: str


@dataclass(frozen=True, slots=True)
class Considered:
    """A decision with its gates in the order they were met."""

    decision: Decision
    gates: list[GateRow]


def overview(person: Person, now: datetime) -> dict[str, Any]:
    """Everything but the time line, in a fixed number of statements."""
    return {
        "person": person,
        "identities": list(person.identities.order_by("kind", "value")[:50]),
        "memberships": _memberships(person, now),
        "contact_points": _contact_points(person, now),
        "permissions": list(Permission.objects.filter(person=person).order_by("-since")),
        "pauses": list(Pause.objects.filter(person=person, until__gt=now)),
        "cooldowns": list(Cooldown.objects.filter(person=person, until__gt=now, lifted_at=None)),
        "segments": _segments(person),
        "signals": _live_signals(person, now),
        "enrollments": _enrollments(person),
        "decisions": _decisions(person),
    }


def _memberships(person: Person, now: datetime) -> list[Membership]:
    mine = Q(memberships__person=person) | Q(personal_of=person)
    accounts = list(Account.objects.filter(mine).distinct().order_by("pk")[:20])
    ids = [account.pk for account in accounts]
    roles = dict(person.memberships.values_list("account_id", "role"))
    held = dict(HoldoutAssignment.objects.filter(account__in=ids).values_list("account_id", "held_out"))
    bars = bars_of(accounts, now)
    return [
        Membership(account, roles.get(account.pk, ""), held.get(account.pk), bars[account.pk])
        for account in accounts
    ]


def bars_of(accounts: Sequence[Account], now: datetime) -> dict[int, list[Bar]]:
    """What each account used of its limits, a bar per resource."""
    ids = [account.pk for account in accounts]
    caps = entitlements.of(ids)
    used = {key: amount for key, (amount, _) in usage.totals(ids, now).items()}
    used |= {(a.pk, "seats"): Decimal(a.seats_used) for a in accounts if a.seats_used is not None}
    meters = {meter.resource: meter for meter in Meter.objects.all()}
    bars: dict[int, list[Bar]] = {pk: [] for pk in ids}
    for account, resource in sorted(caps.keys() | used.keys()):
        meter = meters.get(resource)
        label = meter.label if meter else resource
        period = "" if resource == "seats" else f" {usage.label_of(meter)}"
        amount = used.get((account, resource), Decimal(0))
        bars[account].append(_bar(label, period, amount, caps.get((account, resource))))
    return bars


def _bar(label: str, period: str, used: Decimal, cap: Decimal | None) -> Bar:
    if cap is None:
        return Bar(label, f"{used.normalize():f} {label}{period}, no limit", None, "calm")
    share = int(used / cap * 100) if cap else 100
    level = "full" if share >= 100 else "near" if share >= 80 else "calm"
    return Bar(label, f"{used.normalize():f} of {cap.normalize():f} {label}{period}", min(share, 100), level)


def _contact_points(person: Person, now: datetime) -> list[Reached]:
    points = list(ContactPoint.objects.filter(person=person).order_by("channel"))
    standing = permission.of(person.pk, now)
    touches = list(
        Delivery.objects.filter(person=person, intended_at__gt=now - LONGEST_WINDOW).values_list(
            "intended_at", "channel"
        )
    )
    policy = ContactPolicy.objects.order_by("-version").first()
    caps = policy.caps if policy else pressure.DEFAULT_CAPS
    return [
        Reached(
            str(Channel(point.channel).label),
            masked(point.address),
            point.dead_at,
            standing.suppressions.get(
                (point.channel, permission.address_hash(point.channel, point.address)), ""
            ),
            pressure.check([(at, channel) for at, channel in touches if at], point.channel, now, caps).input,
        )
        for point in points
    ]


def _segments(person: Person) -> QuerySet[SegmentMember]:
    rows = SegmentMember.objects.filter(person=person).select_related("segment")
    return rows.order_by("segment__name")[:50]


def _live_signals(person: Person, now: datetime) -> QuerySet[Signal]:
    entered = Enrollment.objects.filter(person=person).values("signal_id")
    ids = Signal.objects.filter(person=person).values("pk").union(entered)
    found = Signal.objects.filter(pk__in=ids, expires_at__gt=now)
    return found.select_related("definition", "account").order_by("-detected_at")[:20]


def _enrollments(person: Person) -> list[Running]:
    rows = Enrollment.objects.filter(person=person).select_related("playbook", "version", "step")
    return [Running(row, doing(row)) for row in rows.order_by("-entered_at")[:RUNS]]


def doing(enrollment: Enrollment) -> str:
    if enrollment.state == Enrollment.State.FINISHED:
        return f"Left: {enrollment.end_reason.replace('_', ' ') or 'at the end'}"
    if enrollment.state == Enrollment.State.PARKED:
        return f"Parked: {enrollment.error[:200]}"
    return outline.sentence(enrollment.step) if enrollment.step else "At the start"


def _decisions(person: Person) -> list[Considered]:
    rows = Decision.objects.filter(person=person).order_by("-at", "-pk")[:DECISIONS]
    return [Considered(row, [_gate(gate) for gate in row.gates]) for row in rows]


def _gate(stored: dict[str, Any]) -> GateRow:
    moment = stored.get("next_eligible_at", "")
    return GateRow(
        name=str(stored.get("gate", "")).replace("_", " "),
        passed=bool(stored.get("passed")),
        reason=stored.get("reason", ""),
        value=_short(stored.get("input")),
        threshold=_short(stored.get("threshold")),
        next_eligible_at=in_words.moment(datetime.fromisoformat(moment))
        if isinstance(moment, str) and moment
        else "",
    )


def _short(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
