"""What a lane may ask about a run. Opens may route, but they never qualify: mail scanners open too."""

from collections.abc import Callable

from django.conf import settings

from campaigns_app.case import Case
from campaigns_app.models import Delivery
from campaigns_app.plan import OTHERWISE, Way
from people_app.models import Channel, Tier


def first(ways: list[Way], case: Case, *, otherwise: bool = True) -> Way | None:
    """The first lane whose condition holds; `otherwise=False` leaves the last resort out."""
    for way in ways:
        if way.condition == OTHERWISE:
            return way if otherwise else None
        if CONDITIONS[way.condition](case):
            return way
    return None


def clicked(case: Case) -> bool:
    """They clicked or accepted: on any touch of this run, since all of them carry the same offer."""
    return any(offer.clicked_at or offer.answer == "accepted" for offer in case.propositions)


def dismissed(case: Case) -> bool:
    return bool(case.last and case.last.answer == "dismissed")


def opened_no_click(case: Case) -> bool:
    """Their newest offer was a mail that reached them, and nothing was clicked.

    Without receipts opens cannot be known, so reaching counts as opened.
    """
    if not case.last or clicked(case):
        return False
    delivery = case.delivery_of(case.last)
    return bool(delivery and delivery.channel == Channel.EMAIL and delivery.state == Delivery.State.ACCEPTED)


def high_value(case: Case) -> bool:
    """A VIP account, or one whose monthly revenue reaches the policy's bound; other currencies are not compared."""
    account = case.account
    comparable = account.currency in ("", settings.CURRENCY)
    return account.tier == Tier.VIP or (comparable and (account.mrr or 0) >= case.policy.high_value_mrr)


def opened_no_click_high_value(case: Case) -> bool:
    return opened_no_click(case) and high_value(case)


CONDITIONS: dict[str, Callable[[Case], bool]] = {
    "clicked": clicked,
    "dismissed": dismissed,
    "opened_no_click": opened_no_click,
    "high_value": high_value,
    "opened_no_click_high_value": opened_no_click_high_value,
}
