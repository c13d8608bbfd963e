"""What the standard objects of Salesforce say in the product's words.

A field that is blank was emptied or was never filled: a CRM is often the poorer source, so it takes nothing back.
"""

from collections.abc import Callable
from typing import Any

from signals_app.connectors.base import country_code, decimal_text, identifier, whole_number
from signals_app.incoming import Incoming

Fields = dict[str, str]
Reader = Callable[[Fields, Incoming], list[Incoming]]
MAX_TEXT = 10_000

ACCOUNT = {
    "name": "Name",
    "industry": "Industry",
    "website": "Website",
    "currency": "CurrencyIsoCode",
    "account_type": "Type",
}
# A custom field of this name is taken for the fact of this name: `Plan__c`, `Seats_Used__c`.
CUSTOM = (
    "plan",
    "tier",
    "mrr",
    "ltv",
    "seats",
    "seats_used",
    "renews_at",
    "trial_ends_at",
    "fiscal_year_end",
)
NUMBERS = frozenset({"mrr", "ltv"})
WHOLE = frozenset({"seats", "seats_used"})
OURS_OF_PERSON = ("User_ID__c", "User_Id__c", "UserId__c", "External_User_Id__c")
OURS_OF_ACCOUNT = ("Account_ID__c", "Account_Id__c", "Group_Id__c", "External_Account_Id__c")


def _account(fields: Fields, blank: Incoming) -> list[Incoming]:
    blank.kind = "group"
    blank.group_id = _first(fields, OURS_OF_ACCOUNT) or None
    blank.account_ids = _ids(salesforce_account_id=fields.get("Id"))
    country = fields.get("BillingCountryCode") or fields.get("BillingCountry") or ""
    facts: dict[str, Any] = {name: fields.get(field) for name, field in ACCOUNT.items()}
    facts |= {
        "employees": whole_number(fields.get("NumberOfEmployees")),
        "annual_revenue": decimal_text(fields.get("AnnualRevenue")),
        "country": country_code(country),
    }
    blank.account_traits = _said(facts | _custom(fields))
    return [blank] if blank.account_traits or blank.group_id else []


def _custom(fields: Fields) -> dict[str, Any]:
    by_name = {
        name.removesuffix("__c").lower(): value for name, value in fields.items() if name.endswith("__c")
    }
    found: dict[str, Any] = {name: by_name.get(name) for name in CUSTOM}
    found |= {name: decimal_text(found[name]) for name in NUMBERS}
    return found | {name: whole_number(found[name]) for name in WHOLE}


def _contact(fields: Fields, blank: Incoming) -> list[Incoming]:
    blank.person_ids = _ids(salesforce_contact_id=fields.get("Id"))
    blank.account_ids = _ids(salesforce_account_id=fields.get("AccountId"))
    return _person(fields, blank)


def _lead(fields: Fields, blank: Incoming) -> list[Incoming]:
    """A lead is no customer's contact yet; once it was converted it names whom it became."""
    blank.person_ids = _ids(
        salesforce_lead_id=fields.get("Id"), salesforce_contact_id=fields.get("ConvertedContactId")
    )
    blank.account_ids = _ids(salesforce_account_id=fields.get("ConvertedAccountId"))
    more = {"company": fields.get("Company"), "lead_status": fields.get("Status")}
    return _person(fields, blank, more)


def _person(fields: Fields, blank: Incoming, more: dict[str, Any] | None = None) -> list[Incoming]:
    email = (fields.get("Email") or "").lower()
    blank.kind = "identify"
    blank.user_id = _first(fields, OURS_OF_PERSON) or None
    blank.lookup = _ids(email=email)
    country = fields.get("MailingCountryCode") or fields.get("MailingCountry") or fields.get("Country") or ""
    traits = {
        "email": email,
        "phone": fields.get("MobilePhone") or fields.get("Phone"),
        "first_name": fields.get("FirstName"),
        "last_name": fields.get("LastName"),
        "role": fields.get("Title"),
        "country": country_code(country),
    }
    blank.traits = _said(traits | (more or {}))
    items = [blank] if blank.traits or blank.account_ids else []
    return [*items, _opted_out(blank)] if fields.get("HasOptedOutOfEmail") == "true" else items


def _opted_out(person: Incoming) -> Incoming:
    return Incoming(
        kind="track",
        message_id=person.message_id,
        occurred_at=person.occurred_at,
        name="Unsubscribed",
        user_id=person.user_id,
        properties={"channel": "email"},
        lookup=dict(person.lookup),
        person_ids=dict(person.person_ids),
        active=False,
    )


def _opportunity(fields: Fields, blank: Incoming) -> list[Incoming]:
    blank.name = "Deal Updated"
    blank.account_ids = _ids(salesforce_account_id=fields.get("AccountId"))
    blank.person_ids = _ids(salesforce_contact_id=fields.get("ContactId"))
    blank.properties = _said(
        {
            "deal_id": fields.get("Id"),
            "name": fields.get("Name"),
            "stage": fields.get("StageName"),
            "type": fields.get("Type"),
            "amount": decimal_text(fields.get("Amount")),
            "currency": fields.get("CurrencyIsoCode"),
            "closes_at": fields.get("CloseDate"),
            "closed": _flag(fields.get("IsClosed")),
            "won": _flag(fields.get("IsWon")),
        }
    )
    return [blank]


def _case(fields: Fields, blank: Incoming) -> list[Incoming]:
    solved = fields.get("IsClosed") == "true" or fields.get("Status", "").lower() in ("closed", "solved")
    changed = fields.get("CreatedDate") and fields.get("CreatedDate") != fields.get("LastModifiedDate")
    blank.name = "Ticket Solved" if solved else "Ticket Updated" if changed else "Ticket Created"
    blank.person_ids = _ids(salesforce_contact_id=fields.get("ContactId"))
    blank.account_ids = _ids(salesforce_account_id=fields.get("AccountId"))
    blank.lookup = _ids(email=(fields.get("SuppliedEmail") or "").lower())
    text, subject = fields.get("Description"), fields.get("Subject")
    said = {"text": text, "subject": subject, "type": (fields.get("Type") or "").lower()}
    blank.properties = {"ticket_id": fields.get("Id", ""), **_said(said), "tags": []}
    blank.properties |= {} if solved else {"status": "open"}
    return [blank]


READERS: dict[str, Reader] = {
    "Account": _account,
    "Contact": _contact,
    "Lead": _lead,
    "Opportunity": _opportunity,
    "Case": _case,
}


def _first(fields: Fields, names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := identifier(fields.get(name)))), "")


def _ids(**found: str | None) -> dict[str, str]:
    return {name: value for name, value in found.items() if value and identifier(value)}


def _said(values: dict[str, Any]) -> dict[str, Any]:
    cut = {name: value[:MAX_TEXT] if isinstance(value, str) else value for name, value in values.items()}
    return {name: value for name, value in cut.items() if value is not None and value != ""}


def _flag(value: str | None) -> bool | None:
    return {"true": True, "false": False}.get(value or "")
