"""What is known of a company by its domain, said of the accounts that it was looked up for."""

import re
from datetime import datetime
from typing import Any

from signals_app.connectors.base import Parsed, elements, members, words
from signals_app.connectors.shared.json_body import Arrival
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import strict_json

COMPANY = "company"
"""The kind of what is wanted; its id is the domain."""
DOMAIN = re.compile(r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
ASKED, ACCOUNTS = "upsell-object", "upsell-accounts"
"""Beside the answer: the domain, and the accounts it is about with the facts that others told of them."""


def parsed(facts: dict[str, Any], at: datetime, arrival: Arrival) -> Parsed:
    """What somebody else said of an account counts more than what is found of its domain, so that is left out."""
    try:
        about = strict_json.loads(arrival.headers.get(ACCOUNTS) or "[]")
    except strict_json.Refused as error:
        return arrival.unusable(error.sentence("the list of accounts"), error.path)
    return Parsed([item for one in elements(about) if (item := _item(members(one), facts, at, arrival))])


def _item(one: dict[str, Any], facts: dict[str, Any], at: datetime, arrival: Arrival) -> Incoming | None:
    kind, value, known = words(one.get("kind")), words(one.get("value")), elements(one.get("known"))
    new = {name: fact for name, fact in facts.items() if name not in known}
    if not (kind and value and new):
        return None
    asked = arrival.headers.get(ASKED, "")
    return Incoming(
        kind="group",
        message_id=short_id(f"company:{asked}:{arrival.received_at:%Y-%m-%d}:{kind}:{value}"),
        occurred_at=at,
        account_ids={kind: value},
        account_traits=new,
        active=False,
    )
