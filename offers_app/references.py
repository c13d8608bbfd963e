"""Offers as rules refer to them, what their own rules refer to, and what needs a placement."""

from collections.abc import Collection, Iterator

from offers_app.models import Offer, Proposition
from signals_app import references
from signals_app.references import User
from upsell_project.lib import clock


def users() -> Iterator[User]:
    for offer in Offer.objects.filter(live=True).order_by("slug"):
        yield User(("offer", offer.slug), offer, [getattr(offer, name) for name in Offer.RULES])


def waiting_in(placements: Collection[str]) -> list[str]:
    """A sentence for each where an offer waits to be seen: without its placement nobody would be shown it."""
    rows = Proposition.objects.filter(state=Proposition.State.LIVE, expires_at__gt=clock.now())
    slugs = rows.filter(placement__in=placements).values_list("placement", flat=True).distinct()
    return [
        f"{slug} cannot be deleted: offers wait there to be seen." for slug in slugs.order_by("placement")
    ]


def placement_needed(placements: Collection[str]) -> list[str]:
    """Sentences why these may not go; none where nothing needs them."""
    return [*references.refusals("placement", placements, "deleted"), *waiting_in(placements)]


references.NAMES["offer"] = lambda: Offer.objects.values_list("slug", flat=True)
references.ABOVE.append(users)
