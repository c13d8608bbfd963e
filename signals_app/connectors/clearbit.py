"""Clearbit's company look-up: industry, size and country of a company by its domain.

Source: Clearbit's company API as public clients use it (`GET /v2/companies/find?domain=`, Bearer key; 202: it is still
looking).
Unverified: the API is a legacy one that new keys are no longer made for; HubSpot sells its successor, Breeze, whose
data are properties of HubSpot companies and come in by that connector.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    country_code,
    decimal_text,
    first_words,
    members,
    present,
    whole_number,
)
from signals_app.connectors.shared import firmographics
from signals_app.connectors.shared.json_body import Arrival, JsonConnector


class Clearbit(JsonConnector):
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
        if wanted.kind != firmographics.COMPANY or not firmographics.DOMAIN.fullmatch(wanted.id):
            return None
        url = f"{api_url}/v2/companies/find?domain={wanted.id}"
        return Question(url, {"Authorization": f"Bearer {api_key}", "Accept": "application/json"})

    def read(self, said: Any, arrival: Arrival) -> Parsed:
        return firmographics.parsed(_facts(said), arrival.received_at, arrival)


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
