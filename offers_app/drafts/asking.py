"""Who may ask for drafts, how often, and what of an answer is taken over into the form."""

from datetime import timedelta

from django.conf import settings

from offers_app.limits import TEXTS
from offers_app.models import DraftRequest, Offer, Treatment
from upsell_project.lib import clock, queue

AN_HOUR = timedelta(hours=1)
KEPT = timedelta(days=1)
MOST_AN_HOUR = 20


class Refused(Exception):
    """It was not asked; the message says why and what to do."""


def available() -> bool:
    """Whether there is an endpoint to ask."""
    return bool(settings.DRAFTS_URL and settings.DRAFTS_API_KEY and settings.DRAFTS_MODEL)


def ask(treatment: Treatment, offer: Offer, tone: str, staff: int) -> DraftRequest:
    """Note the question; a worker asks it. Raises Refused past so many an hour for each member of staff."""
    if not available():
        raise Refused("Draft help is not set up.")
    now = clock.real()
    DraftRequest.objects.filter(asked_at__lt=now - KEPT).exclude(variants=[]).update(variants=[])
    if DraftRequest.objects.filter(staff=staff, asked_at__gt=now - AN_HOUR).count() >= MOST_AN_HOUR:
        raise Refused(f"You asked {MOST_AN_HOUR} times within an hour. Try again later.")
    request = DraftRequest.objects.create(
        treatment=treatment, offer=offer, tone=tone, staff=staff, asked_at=now
    )
    queue.nudge("drafts")
    return request


def texts(request: DraftRequest, variant: int) -> dict[str, str]:
    """The texts of a variant without faults, for the form; nothing otherwise."""
    if not 0 <= variant < len(request.variants) or request.variants[variant]["faults"]:
        return {}
    return {name: request.variants[variant]["texts"][name] for name in TEXTS}
