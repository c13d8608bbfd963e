"""What billing systems say alike: facts about subscriptions, and what was bought."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from signals_app.connectors.base import identifier, present
from signals_app.incoming import Incoming, short_id

Facts = dict[str, Any]
Named = tuple[str, dict[str, Any]]
"""Something that happened: the name of the event and its properties."""

PAYING = frozenset({"active", "past_due"})
ONE_OFF = "one_off"
"""Stands for the subscription of bills that belong to none."""


def items(event_id: str, blank: Incoming, facts: Facts, happened: Iterable[Named]) -> list[Incoming]:
    """Facts about the account first, if there are any, then what happened; each with its own message id."""
    found = [replace(blank, kind="group", account_traits=facts | blank.account_ids)] if facts else []
    found += [replace(blank, name=name, properties=present(**said)) for name, said in happened]
    for position, item in enumerate(found, start=1):
        item.message_id = short_id(event_id + (f":{position}" if position > 1 else ""))
    return found


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def bought(keys: Sequence[str], ours: dict[str, Any]) -> dict[str, Any]:
    """What it is about. `ours`: what the customer had the billing system keep, such as the offer that led to it."""
    return {
        "product": keys[0] if keys else None,
        "price_keys": list(keys),
        "proposition_id": identifier(ours.get("proposition_id")),
        "offer_id": identifier(ours.get("offer_id")),
    }


def distinct(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, keys)))


def add_ons(ours: Iterable[dict[str, Any]]) -> list[str]:
    """Where prices know no add-ons, a price is one when its own data say so: `{"addon": "reports"}`."""
    return [name for said in ours if (name := identifier(said.get("addon")))]


def period(interval: str, count: int) -> str | None:
    """Twelve months are a year."""
    return "year" if interval == "month" and count >= 12 else interval or None


def currency(code: str) -> str:
    return code.upper() if len(code) == 3 and code.isascii() else ""


def whole(value: Any) -> int | None:
    """A count that arithmetic can trust: Decimal's 28 digits hold a sum of products of such."""
    plausible = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 10**9
    return value if plausible else None
