"""The first page: what is set up and what comes next, each with the link that leads on."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from campaigns_app.models import Delivery, Enrollment, Playbook
from offers_app.models import Offer
from signals_app import health, signal_alerts
from signals_app.models import Envelope, Event, SignalAlert, SignalDefinition, Source, SourceAlert
from upsell_project.admin_theme import NAVIGATION, PARKED_ENVELOPES, PARKED_RUNS, SOURCES, UNCERTAIN, Item

MOST = 99


@dataclass(frozen=True, slots=True)
class Stage:
    title: str
    advice: str
    link: str
    done: bool


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context | {
        "title": "Home",
        "stages": stages(),
        "alerts": _alerts(request),
        "unusual": _unusual(request),
    }


def _alerts(request: HttpRequest) -> list[SourceAlert]:
    return health.open_alerts() if request.user.has_perm("signals_app.view_source") else []


def _unusual(request: HttpRequest) -> list[SignalAlert]:
    return signal_alerts.open_alerts() if request.user.has_perm("signals_app.view_signaldefinition") else []


def stages() -> list[Stage]:
    """Six questions, each answered by the first row that is found."""
    return [
        Stage(
            "Connect a source",
            "Add one and send an event with the command it shows.",
            reverse("admin:signals_app_source_add"),
            Source.objects.exists(),
        ),
        Stage(
            "Receive events",
            "Watch them arrive, with what was refused and why.",
            reverse("live-events"),
            Event.objects.exists(),
        ),
        Stage(
            "Notice signals",
            "Switch a signal definition to live.",
            reverse("admin:signals_app_signaldefinition_changelist"),
            SignalDefinition.objects.filter(live=True).exists(),
        ),
        Stage(
            "Have something to offer",
            "Switch an offer to live.",
            reverse("admin:offers_app_offer_changelist"),
            Offer.objects.filter(live=True).exists(),
        ),
        Stage(
            "Run a playbook",
            "Publish one and switch it to live.",
            reverse("admin:campaigns_app_playbook_changelist"),
            Playbook.objects.filter(live=True).exclude(live_version=None).exists(),
        ),
        Stage(
            "Reach somebody",
            "Deliveries show who was reached, or which gate held it.",
            reverse("admin:campaigns_app_delivery_changelist"),
            Delivery.objects.exists(),
        ),
    ]


def navigation(request: HttpRequest) -> list[Item]:
    """The side bar, with the number of what waits for a human beside its link."""
    badges = {
        UNCERTAIN: _badge(Delivery.objects.filter(state=Delivery.State.UNKNOWN)),
        PARKED_RUNS: _badge(Enrollment.objects.filter(state=Enrollment.State.PARKED)),
        PARKED_ENVELOPES: _badge(Envelope.objects.filter(state=Envelope.State.PARKED)),
        SOURCES: _badge(SourceAlert.objects.filter(closed_at=None)),
    }
    return [
        group | {"items": [item | badges.get(item.get("key", ""), {}) for item in group["items"]]}
        for group in NAVIGATION
    ]


def _badge(rows: QuerySet[Any]) -> Item:
    waiting = rows.order_by()[: MOST + 1].count()
    number = str(waiting) if waiting <= MOST else f"{MOST}+"
    return {"badge": number, "badge_variant": "danger"} if waiting else {}
