"""The first page: what is set up and what comes next, each with the link that leads on."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from campaigns_app.models import Delivery, Playbook
from offers_app.models import Offer
from signals_app.models import Event, SignalDefinition, Source
from upsell_project.admin_theme import NAVIGATION, UNCERTAIN, Item

MOST = 99


@dataclass(frozen=True, slots=True)
class Stage:
    title: str
    advice: str
    link: str
    done: bool


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    return context | {"title": "Home", "stages": stages()}


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
    """The side bar, with the number of deliveries that wait for a human beside their link."""
    parked = Delivery.objects.filter(state=Delivery.State.UNKNOWN)[: MOST + 1].count()
    badge = (
        {"badge": str(parked) if parked <= MOST else f"{MOST}+", "badge_variant": "danger"} if parked else {}
    )
    return [
        group | {"items": [item | (badge if item.get("key") == UNCERTAIN else {}) for item in group["items"]]}
        for group in NAVIGATION
    ]
