"""What no secret proved may tell what people did. It may not change what they permit, erase, merge or buy.

So it goes for items whose source has no secret, which the provider did not sign, or which browsers told the provider.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from itertools import count

from people_app.account_names import GROUP, PROVIDERS
from people_app.entitlements import EVENT_FACTS
from people_app.traits import ADDRESSES
from signals_app.incoming import MAX_RAW, Incoming, Rejected

REFUSED = {
    "delete": "only a signed source may erase people: give this source its secret",
    "alias": "only a signed source may merge people: give this source its secret",
}
PREFIX = "Unproven: "
"""Under such a name the event is kept and seen, but nobody acts on it."""
WEIGHTY = frozenset(EVENT_FACTS) | {
    "Add-on Purchased",
    "Message Bounced",
    "Message Clicked",
    "Message Delivered",
    "Message Dropped",
    "Message Failed",
    "Message Opened",
    "Message Sent",
    "Order Completed",
    "Payment Failed",
    "Plan Downgraded",
    "Reply Received",
    "Resubscribed",
    "Spam Reported",
    "Staff Command",
    "Ticket Created",
    "Ticket Solved",
    "Trial Ended",
    "Unsubscribed",
}
"""Names of events that change what somebody permits, has bought or may be sold."""
BOUGHT = frozenset(PROVIDERS) | {
    "addons",
    "billing_period",
    "billing_price_keys",
    "cancel_at_period_end",
    "cancelling",
    "invoice_status",
    "limits",
    "ltv",
    "mrr",
    "period_started_at",
    "plan",
    "prepaid",
    "renews_at",
    "seats",
    "subscription_status",
    "subscriptions",
    "tier",
    "trial_ends_at",
}
"""Facts about accounts that only somebody who is proven may say; the names at billing providers are among them."""


def limit(items: Sequence[Incoming], rejected: Collection[int]) -> tuple[list[Incoming], list[Rejected]]:
    """The items as far as they are believed, and those that are refused, at places that are not in `rejected`."""
    refused = {at for at, item in enumerate(items) if not item.proven and item.kind in REFUSED}
    free = (place for place in count() if place not in rejected)
    for item in items:
        if not item.proven:
            _humble(item)
    kept = [item for at, item in enumerate(items) if at not in refused]
    return kept, [_refused(items[at], free) for at in sorted(refused)]


def withhold_addresses(items: Sequence[Incoming]) -> None:
    """For what anybody may have typed: an address finds people, and redirects no mail of theirs."""
    for item in items:
        for name in ADDRESSES.keys() & item.traits.keys():
            del item.traits[name]


def _humble(item: Incoming) -> None:
    if item.kind == "track" and item.name in WEIGHTY:
        item.name = PREFIX + item.name
    item.account_traits = {name: value for name, value in item.account_traits.items() if name not in BOUGHT}
    # Beside an id of ours an id of a provider would be a claim to whose it is.
    if item.user_id:
        item.person_ids = {}
    if item.kind == "identify":
        item.account_ids = {}  # to whose company they belong
    elif item.group_id or GROUP in item.account_ids:
        item.account_ids = {kind: value for kind, value in item.account_ids.items() if kind == GROUP}


def _refused(item: Incoming, free: Iterator[int]) -> Rejected:
    said = {"type": item.kind, "userId": item.user_id, "previousId": item.previous_id}
    return Rejected(next(free), REFUSED[item.kind], "type", json.dumps(said)[:MAX_RAW])
