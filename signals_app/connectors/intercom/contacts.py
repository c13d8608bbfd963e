"""Contacts and companies of Intercom, and that the ones belong to the others."""

from dataclasses import replace
from typing import Any

from signals_app.connectors.base import LATER, elements, identifier, members, words
from signals_app.incoming import Incoming, short_id

_MOST_COMPANIES = 20


def blank(kind: str, contact: dict[str, Any]) -> Incoming:
    email = identifier(contact.get("email")).lower()
    contact_id = identifier(contact.get("id"))
    return Incoming(
        kind=kind,
        message_id="",
        occurred_at=LATER,
        user_id=identifier(contact.get("external_id")) or identifier(contact.get("user_id")) or None,
        person_ids={"intercom_contact_id": contact_id} if contact_id else {},
        lookup={"email": email} if email else {},
    )


def with_companies(item: Incoming, contact: dict[str, Any]) -> list[Incoming]:
    """A contact belongs to each of its companies, which the API lists under `data` and older models by name."""
    listed = members(contact.get("companies")) if item.kind == "identify" else {}
    found = [_company_ids(members(one)) for one in elements(listed.get("data") or listed.get("companies"))]
    companies = [ids for ids in found if ids][:_MOST_COMPANIES]
    if not companies:
        return [item]
    first = replace(item, account_ids=item.account_ids or companies[0])
    further = [
        replace(item, traits={}, account_ids=ids, message_id=short_id(f"{item.message_id}:{at}"))
        for at, ids in enumerate(companies[1:], start=2)
    ]
    return [first, *further]


def _company_ids(company: dict[str, Any]) -> dict[str, str]:
    """`company_id` is our account's id, which is only looked for here: the company's own topics make accounts."""
    ids = {
        "intercom_company_id": identifier(company.get("id")),
        "group_id": identifier(company.get("company_id")),
    }
    return {kind: value for kind, value in ids.items() if value}


def attached(pair: dict[str, Any]) -> Incoming | None:
    item, ids = identify(members(pair.get("contact"))), _company_ids(members(pair.get("company")))
    return replace(item, account_ids=ids) if item and ids else None


def identify(contact: dict[str, Any]) -> Incoming | None:
    item = blank("identify", contact)
    traits = {
        "email": identifier(contact.get("email")).lower(),
        "phone": identifier(contact.get("phone")),
        "name": identifier(contact.get("name")),
    }
    item.traits = {name: value for name, value in traits.items() if value}
    return item if item.user_id or item.person_ids else None


def delete(contact: dict[str, Any]) -> Incoming | None:
    item = blank("delete", contact)
    return item if item.user_id or item.person_ids else None


def archive(contact: dict[str, Any]) -> Incoming | None:
    """Put away in their inbox, not deleted: worth a line, and no reason to forget anybody."""
    return _about(contact, "Contact Archived", {})


def unsubscribe(contact: dict[str, Any]) -> Incoming | None:
    return _about(contact, "Unsubscribed", {"channel": "email"})


def tagged(tagging: dict[str, Any]) -> Incoming | None:
    contact = members(tagging.get("contact")) or members(tagging.get("user")) or tagging
    return _about(contact, "Contact Tagged", {"tag": words(members(tagging.get("tag")).get("name"))})


def _about(contact: dict[str, Any], name: str, properties: dict[str, Any]) -> Incoming | None:
    item = blank("track", contact)
    item.name, item.properties = name, properties
    return item if item.user_id or item.person_ids or item.lookup else None


def company_of(company: dict[str, Any]) -> Incoming | None:
    """Its `company_id` is our account's id: the customer's own product gave it to Intercom."""
    own, theirs = identifier(company.get("company_id")), identifier(company.get("id"))
    employees = company.get("size")
    traits = {
        "name": identifier(company.get("name")),
        "industry": identifier(company.get("industry")),
        "plan": identifier(members(company.get("plan")).get("name")),
        "employees": employees if isinstance(employees, int) and not isinstance(employees, bool) else None,
    }
    if not (own or theirs):
        return None
    return Incoming(
        kind="group",
        message_id="",
        occurred_at=LATER,
        group_id=own or None,
        account_ids={"intercom_company_id": theirs} if theirs else {},
        account_traits={name: value for name, value in traits.items() if value},
    )
