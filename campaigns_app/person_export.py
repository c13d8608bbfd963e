"""Everything that is stored about a person, in clear, for the person: what they asked for when they ask for access."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Model, QuerySet
from django.forms.models import model_to_dict

from campaigns_app.models import Cooldown, Delivery, Enrollment, Interaction, StaffTask
from consent_app.models import ConsentRecord, Pause, Permission
from offers_app.models import Checkout, Decision, Proposition
from people_app import erasure
from people_app.models import ContactPoint, Erasure, Identity, Membership, Person
from signals_app.models import Answer, Event, SegmentMember, Signal, Ticket

_SORTS: dict[str, type[Model]] = {
    "names": Identity,
    "contact_points": ContactPoint,
    "memberships": Membership,
    "erasures": Erasure,
    "consent_records": ConsentRecord,
    "permissions": Permission,
    "pauses": Pause,
    "events": Event,
    "signals": Signal,
    "tickets": Ticket,
    "answers": Answer,
    "decisions": Decision,
    "offers": Proposition,
    "runs_of_playbooks": Enrollment,
    "cooldowns": Cooldown,
    "deliveries": Delivery,
    "interactions": Interaction,
    "staff_tasks": StaffTask,
}
_TECHNICAL = {"lease_until", "lease_token", "attempts", "retry_at", "due_at", "told"}


def of(person: Person) -> dict[str, Any]:
    """As JSON can hold it (with Django's encoder). `records` has more than one member where people were merged."""
    family = erasure.family_of(person)
    records = [model_to_dict(one) | {"id": one.pk, "first_seen_at": one.first_seen_at} for one in family]
    rows = {sort: _rows(model, family) for sort, model in _SORTS.items()}
    begun = _told(Checkout.objects.filter(proposition__person__in=family))
    return {"records": records, **rows, "purchases_begun": begun, "segments": _segments(family)}


def _segments(family: Sequence[Person]) -> list[dict[str, Any]]:
    """Without who of the staff put them there."""
    rows = SegmentMember.objects.filter(person__in=family).order_by("pk")
    told = rows.values("person_id", "since", slug=F("segment__slug"), name=F("segment__name"))
    return [dict(row) for row in told]


def _rows(model: type[Model], family: Sequence[Person]) -> list[dict[str, Any]]:
    return _told(model._default_manager.filter(person__in=family))


def _told(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    rows = rows.order_by("pk")
    return [{key: value for key, value in row.items() if key not in _TECHNICAL} for row in rows.values()]
