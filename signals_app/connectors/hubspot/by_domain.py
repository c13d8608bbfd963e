"""HubSpot's search for the company of a domain, among the customer's own records and what Breeze filled in there.

Source: developers.hubspot.com, "CRM search" (`POST /crm/v3/objects/companies/search`, answered by `{total, results}`).
"""

from typing import Any

import msgspec

from signals_app.connectors.base import Parsed, Question, elements, from_iso, members
from signals_app.connectors.hubspot.objects import account_facts
from signals_app.connectors.shared import firmographics
from signals_app.connectors.shared.json_body import Arrival

# Only what holds for every account of the domain: plans, seats and stages are of one customer.
_PROPERTIES = (
    *("name", "domain", "website", "industry", "numberofemployees"),
    *("annualrevenue", "country", "hs_country_code"),
)


def question(domain: str, api_url: str, headers: dict[str, str]) -> Question:
    """Of several companies the one that was changed last: HubSpot allows a domain more than once."""
    search = {
        "filterGroups": [{"filters": [{"propertyName": "domain", "operator": "EQ", "value": domain}]}],
        "properties": _PROPERTIES,
        "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "DESCENDING"}],
        "limit": 1,
    }
    return Question(
        f"{api_url}/crm/v3/objects/companies/search",
        {**headers, "Content-Type": "application/json"},
        msgspec.json.encode(search),
    )


def parsed(said: Any, arrival: Arrival) -> Parsed:
    """Dated as the record is, so that a webhook's newer word stays. Nobody's if HubSpot has no such company."""
    if not isinstance(said, dict) or not isinstance(said.get("results"), list):
        return arrival.unusable("the answer is no list of HubSpot companies", "results")
    found = next(map(members, elements(said["results"])), {})
    properties = members(found.get("properties"))
    facts = account_facts({name: value for name, value in properties.items() if name in _PROPERTIES})
    return firmographics.parsed(facts, arrival.at(from_iso(found.get("updatedAt"))), arrival)
