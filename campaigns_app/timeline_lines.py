"""What a time line is made of: per kind of entry the rows, the columns that are shown, and the sentence."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from campaigns_app.models import Delivery, Enrollment, Interaction
from consent_app.models import ConsentRecord
from offers_app.models import Decision
from people_app.models import Channel, Person
from signals_app.models import Event, Signal

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lines:
    """One kind of entry: its rows with the annotation `moment`, the columns shown, and the sentence."""

    kind: str
    rank: int
    rows: Callable[[Person], QuerySet[Any]]
    columns: dict[str, str]
    summary: Callable[[Row], str]


def _channel(name: str) -> str:
    return str(Channel(name).label) if name in Channel.values else name


def _event_rows(person: Person) -> QuerySet[Any]:
    return Event.objects.filter(person=person).annotate(moment=F("occurred_at"))


def _event(row: Row) -> str:
    named = row["name"] or row["kind"].capitalize()
    return named if row["kind"] == "track" or not row["name"] else f"{row['kind'].capitalize()}: {named}"


def _signal_rows(person: Person) -> QuerySet[Any]:
    """The person's own, and those of the account that brought this person into a playbook."""
    own = Signal.objects.filter(person=person).values("pk")
    entered = Enrollment.objects.filter(person=person).values("signal_id")
    return Signal.objects.filter(pk__in=own.union(entered)).annotate(moment=F("detected_at"))


def _decision_rows(person: Person) -> QuerySet[Any]:
    return Decision.objects.filter(person=person).annotate(moment=F("at"))


def _decision(row: Row) -> str:
    what = row["offer"] or row["playbook"] or "No offer"
    where = f" ({_channel(row['channel'])})" if row["channel"] else ""
    why = row["reason"] or row["gate"].replace("_", " ")
    return f"{what}{where} {Decision.Outcome(row['outcome']).label.lower()}" + (f": {why}" if why else "")


def _delivery_rows(person: Person) -> QuerySet[Any]:
    return Delivery.objects.filter(person=person).annotate(moment=Coalesce("intended_at", "decision__at"))


def _delivery(row: Row) -> str:
    why = f" ({row['reason']})" if row["reason"] else ""
    return (
        f"{_channel(row['channel'])} with {row['offer']}: {Delivery.State(row['state']).label.lower()}{why}"
    )


def _interaction_rows(person: Person) -> QuerySet[Any]:
    return Interaction.objects.filter(person=person).annotate(moment=F("at"))


def _interaction(row: Row) -> str:
    return f"{Interaction.Kind(row['kind']).label}: {row['offer']} ({_channel(row['channel'])})"


def _consent_rows(person: Person) -> QuerySet[Any]:
    return ConsentRecord.objects.filter(person=person).annotate(moment=F("recorded_at"))


def _consent(row: Row) -> str:
    verb = "Granted" if row["granted"] else "Withdrew"
    channel = "every channel" if row["channel"] == "*" else _channel(row["channel"])
    topic = "every topic" if row["topic"] == "*" else row["topic"]
    return f"{verb} {row['purpose']} on {channel}, {topic}"


def _columns(*names: str, **paths: str) -> dict[str, str]:
    return {name: name for name in names} | paths


ALL = (
    Lines(
        "event",
        0,
        _event_rows,
        _columns(
            "message_id",
            "kind",
            "name",
            "properties",
            "received_at",
            account="account_id",
            source="source_id",
        ),
        _event,
    ),
    Lines(
        "signal",
        1,
        _signal_rows,
        _columns(
            "evidence",
            "confidence",
            "expires_at",
            "definition_version",
            definition="definition__slug",
            name="definition__name",
            account="account_id",
        ),
        lambda row: f"Signal found: {row['name']}",
    ),
    Lines(
        "decision",
        3,
        _decision_rows,
        _columns(
            "playbook",
            "offer",
            "channel",
            "outcome",
            "gate",
            "reason",
            "gates",
            "input",
            "threshold",
            "next_eligible_at",
            "policy_version",
        ),
        _decision,
    ),
    Lines(
        "delivery",
        4,
        _delivery_rows,
        _columns(
            "channel",
            "state",
            "reason",
            "send_after",
            "sent_at",
            "opened_at",
            "provider",
            "proof",
            "attempts",
            proposition="proposition_id",
            offer="proposition__offer__slug",
        ),
        _delivery,
    ),
    Lines(
        "interaction",
        5,
        _interaction_rows,
        _columns(
            "kind",
            "how",
            "data",
            "recorded_at",
            proposition="proposition_id",
            offer="proposition__offer__slug",
            channel="proposition__channel",
        ),
        _interaction,
    ),
    Lines(
        "consent",
        6,
        _consent_rows,
        _columns(
            "purpose",
            "channel",
            "topic",
            "granted",
            "basis",
            "how",
            "wording_version",
            "collected_at",
            "expires_at",
        ),
        _consent,
    ),
)
