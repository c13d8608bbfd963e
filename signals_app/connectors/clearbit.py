"""Clearbit's company look-up: industry, size and country of a company by its domain.

Source: Clearbit's company API as public clients use it (`GET /v2/companies/find?domain=`, Bearer key; 202: it is still
looking).
Unverified: the API is a legacy one that new keys are no longer made for; HubSpot sells its successor, Breeze, whose
data are properties of HubSpot companies and come in by that connector.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    country_code,
    decimal_text,
    elements,
    first_words,
    members,
    present,
    unusable,
    whole_number,
    words,
)
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import strict_json

DOMAIN = re.compile(r"(?=.{4,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class Clearbit(Connector):
    kind: ClassVar[str] = "clearbit"
    label: ClassVar[str] = "Clearbit (company look-up)"
    signed: ClassVar[bool] = False
    needs_secret: ClassVar[bool] = False
    reads: ClassVar[str] = "https://company.clearbit.com"
    enriches: ClassVar[bool] = True
    beta: ClassVar[str] = (
        "Clearbit's legacy API: new keys are no longer sold, and no answer of the real service was seen. "
        "With HubSpot, its Breeze properties come in by the HubSpot source."
    )
    setup: ClassVar[str] = (
        "Enter an API key of Clearbit. Nothing is to be set up there: accounts with a domain and without a known "
        "industry or size are looked up, each domain at most once in 90 days."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        raise BadSignature("this kind of source sends nothing by itself")

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        if wanted.kind != "company" or not DOMAIN.fullmatch(wanted.id):
            return None
        url = f"{api_url}/v2/companies/find?domain={wanted.id}"
        return Question(url, {"Authorization": f"Bearer {api_key}", "Accept": "application/json"})

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        """`upsell-accounts` beside the answer names those it is about, with the facts that are known of them already:
        what somebody said of an account counts more than what is found of its domain."""
        try:
            said = strict_json.loads(body)
            about = strict_json.loads(headers.get("upsell-accounts") or "[]")
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the answer"), error.path)
        if not isinstance(said, dict):
            return unusable(body, "the answer is not a JSON object")
        facts, domain = _facts(said), headers.get("upsell-object", "")
        return Parsed([item for one in elements(about) if (item := _item(one, facts, domain, received_at))])


def _item(one: Any, facts: dict[str, Any], domain: str, received_at: datetime) -> Incoming | None:
    kind, value = words(members(one).get("kind")), words(members(one).get("value"))
    known = elements(members(one).get("known"))
    new = {name: fact for name, fact in facts.items() if name not in known}
    if not (kind and value and new):
        return None
    return Incoming(
        kind="group",
        message_id=short_id(f"company:{domain}:{received_at:%Y-%m-%d}:{kind}:{value}"),
        occurred_at=received_at,
        account_ids={kind: value},
        account_traits=new,
        active=False,
    )


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    category, metrics, place = (members(said.get(part)) for part in ("category", "metrics", "geo"))
    return present(
        name=first_words(said, "name", "legalName")[:200],
        industry=first_words(category, "industry", "sector")[:100],
        employees=whole_number(metrics.get("employees")),
        employees_range=first_words(metrics, "employeesRange"),
        annual_revenue=decimal_text(metrics.get("annualRevenue")),
        annual_revenue_range=first_words(metrics, "estimatedAnnualRevenue"),
        country=country_code(place.get("countryCode")) or country_code(place.get("country")),
        timezone=first_words(said, "timeZone"),
        domain=first_words(said, "domain").lower(),
    )
