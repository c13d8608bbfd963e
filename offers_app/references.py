"""Offers as rules refer to them, and what their own rules refer to."""

from collections.abc import Iterator

from offers_app.models import Offer
from signals_app import references
from signals_app.references import User


def users() -> Iterator[User]:
    for offer in Offer.objects.filter(live=True).order_by("slug"):
        yield User(("offer", offer.slug), offer, [getattr(offer, name) for name in Offer.RULES])


references.NAMES["offer"] = lambda: Offer.objects.values_list("slug", flat=True)
references.ABOVE.append(users)
