"""HubSpot's objects as its API answers them: `{id, properties: {name: text}, updatedAt, associations}`.

Properties that an account does not have are left out of the answer, so more may be asked for than there is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from signals_app.connectors.base import (
    country_code,
    decimal_text,
    elements,
    from_iso,
    identifier,
    members,
    whole_number,
    words,
)
from signals_app.incoming import Incoming, short_id

CONTACT = "hubspot_contact_id"
COMPANY = "hubspot_company_id"
MERGED = "hs_merged_object_ids"
PRIMARY = "associatedcompanyid"
"""A contact's property: the id of its primary company."""
MAX_TEXT = 10_000
Said = dict[str, Any]


def text(value: Any) -> str:
    return words(value)[:MAX_TEXT]


def plain(value: Any) -> str:
    """`COMPUTER_SOFTWARE` as people write it."""
    said = text(value)
    return said.replace("_", " ").lower() if said.isupper() else said


def zone(value: Any) -> str:
    """`europe_slash_berlin` -> `Europe/Berlin`."""
    parts = text(value).split("_slash_")
    return "/".join("_".join(word.capitalize() for word in part.split("_")) for part in parts)


def address(value: Any) -> str:
    return text(value).lower()


Facts = dict[str, tuple[str, Callable[[Any], Any]]]
PERSON: Facts = {
    "email": ("email", address),
    "phone": ("phone", text),
    "mobilephone": ("phone", text),
    "firstname": ("first_name", text),
    "lastname": ("last_name", text),
    "jobtitle": ("role", text),
    "country": ("country", country_code),
    "hs_country_region_code": ("country", country_code),
    "hs_timezone": ("timezone", zone),
    "hs_language": ("locale", text),
    "lifecyclestage": ("lifecycle_stage", text),
    "hs_role": ("employment_role", text),
}
ACCOUNT: Facts = {
    "name": ("name", text),
    "domain": ("domain", address),
    "website": ("website", text),
    "industry": ("industry", plain),
    "numberofemployees": ("employees", whole_number),
    "annualrevenue": ("annual_revenue", decimal_text),
    "country": ("country", country_code),
    "hs_country_code": ("country", country_code),
    "lifecyclestage": ("lifecycle_stage", text),
    "plan": ("plan", text),
    "tier": ("tier", address),
    "mrr": ("mrr", decimal_text),
    "seats": ("seats", whole_number),
}


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    properties: tuple[str, ...]
    associations: tuple[str, ...] = ()


QUESTIONS = {
    "contact": Asked("contacts", (*PERSON, "user_id", PRIMARY, MERGED), ("companies",)),
    "company": Asked("companies", (*ACCOUNT, "account_id", MERGED)),
    "deal": Asked(
        "deals",
        ("dealname", "dealstage", "pipeline", "amount", "deal_currency_code", "closedate", "dealtype",
         "hs_is_closed", "hs_is_closed_won"),
        ("companies", "contacts"),
    ),
    "ticket": Asked(
        "tickets",
        ("subject", "content", "hs_pipeline_stage", "hs_ticket_priority", "closed_date"),
        ("companies", "contacts"),
    ),
}  # fmt: skip


def person_facts(properties: Said) -> Said:
    return _facts(PERSON, properties)


def account_facts(properties: Said) -> Said:
    return _facts(ACCOUNT, properties)


def _facts(table: Facts, properties: Said) -> Said:
    """What an empty property would take back is left alone: a CRM is often the poorer source."""
    found: Said = {}
    for name, value in properties.items():
        if name in table:
            fact, reader = table[name]
            said = reader(value)
            if said not in (None, ""):
                found[fact] = said
    return found


def _contact(said: Said, received_at: datetime) -> list[Incoming]:
    properties = members(said.get("properties"))
    item = _blank(said, "contact", "identify", received_at)
    item.user_id = identifier(properties.get("user_id")) or None
    item.person_ids = _ids(CONTACT, said.get("id"))
    item.account_ids = company_ids(properties.get(PRIMARY)) or _ids(COMPANY, _associated(said, "companies"))
    item.traits = person_facts(properties)
    item.lookup = _ids("email", item.traits.get("email"))
    return [item, *(replace(one, user_id=item.user_id) for one in _merged(said, item) if item.user_id)]


def _company(said: Said, received_at: datetime) -> list[Incoming]:
    properties = members(said.get("properties"))
    item = _blank(said, "company", "group", received_at)
    item.group_id = identifier(properties.get("account_id")) or None
    item.account_ids = _ids(COMPANY, said.get("id"))
    item.account_traits = account_facts(properties)
    return [item, *(replace(one, group_id=item.group_id) for one in _merged(said, item) if item.group_id)]


def _merged(said: Said, item: Incoming) -> list[Incoming]:
    """The ids of records that were merged into this one, `51;52`: they are known to be the same by our own id."""
    old = [one.strip() for one in text(members(said.get("properties")).get(MERGED)).split(";")]
    kind = CONTACT if item.kind == "identify" else COMPANY
    return [
        Incoming(
            kind=item.kind,
            message_id=short_id(f"{item.message_id}:{one}"),
            occurred_at=item.occurred_at,
            active=False,
            **{"person_ids" if kind == CONTACT else "account_ids": {kind: one}},  # type: ignore[arg-type]
        )
        for one in dict.fromkeys(filter(str.isdecimal, old))
        if identifier(one)
    ]


def _deal(said: Said, received_at: datetime) -> list[Incoming]:
    properties = members(said.get("properties"))
    item = _blank(said, "deal", "track", received_at)
    item.name = "Deal Updated"
    item.properties = {
        "deal_id": identifier(said.get("id")),
        "name": text(properties.get("dealname")),
        "stage": text(properties.get("dealstage")),
        "type": text(properties.get("dealtype")),
        "pipeline": text(properties.get("pipeline")),
        "amount": decimal_text(properties.get("amount")),
        "currency": text(properties.get("deal_currency_code")).upper(),
        "closes_at": text(properties.get("closedate")),
        "closed": _flag(properties.get("hs_is_closed")),
        "won": _flag(properties.get("hs_is_closed_won")),
    }
    return [_attributed(item, said)]


def _ticket(said: Said, received_at: datetime) -> list[Incoming]:
    """HubSpot says only that a ticket changed: it was created once, and is solved when it has a closing date."""
    properties = members(said.get("properties"))
    ticket = identifier(said.get("id"))
    closed = text(properties.get("closed_date"))
    created_at, updated_at = from_iso(said.get("createdAt")), from_iso(said.get("updatedAt"))
    happened = [("Ticket Created", "created", created_at)]
    if closed:
        happened.append(("Ticket Solved", f"solved:{closed}", from_iso(closed) or updated_at))
    elif created_at and updated_at and updated_at > created_at:
        happened.append(("Ticket Updated", updated_at.isoformat(), updated_at))
    return [
        _ticket_event(said, ticket, name, key, at or received_at, received_at) for name, key, at in happened
    ]


def _ticket_event(
    said: Said, ticket: str, name: str, key: str, at: datetime, received_at: datetime
) -> Incoming:
    properties = members(said.get("properties"))
    priority = address(properties.get("hs_ticket_priority"))
    item = _blank(said, "ticket", "track", received_at)
    item.message_id, item.occurred_at = short_id(f"ticket:{ticket}:{key}"), min(at, received_at)
    item.name = name
    said_of = {"subject": text(properties.get("subject")), "text": text(properties.get("content"))}
    item.properties = {"ticket_id": ticket, **said_of, "tags": [], "priority": priority}
    item.properties |= {"status": "open"} if name == "Ticket Updated" else {}
    return _attributed(item, said)


def _attributed(item: Incoming, said: Said) -> Incoming:
    item.person_ids = _ids(CONTACT, _associated(said, "contacts"))
    item.account_ids = _ids(COMPANY, _associated(said, "companies"))
    item.properties = {name: value for name, value in item.properties.items() if value not in (None, "")}
    return item


READERS: dict[str, Callable[[Said, datetime], list[Incoming]]] = {
    "contact": _contact,
    "company": _company,
    "deal": _deal,
    "ticket": _ticket,
}


def _blank(said: Said, sort: str, kind: str, received_at: datetime) -> Incoming:
    changed = from_iso(said.get("updatedAt"))
    key = f"{sort}:{identifier(said.get('id'))}:{(changed or received_at).isoformat()}"
    return Incoming(
        kind=kind,
        message_id=short_id(key),
        occurred_at=min(changed or received_at, received_at),
        active=False,
    )


def _associated(said: Said, sort: str) -> str:
    """The primary one, whose type is not called `..._unlabeled` nor by a label of the customer's; else the first."""
    results = elements(members(members(said.get("associations")).get(sort)).get("results"))
    found = [(words(members(one).get("type")), identifier(members(one).get("id"))) for one in results]
    plain = [id for type, id in found if id and type.endswith(("_to_company", "_to_contact"))]
    return next(iter(plain), "") or next((id for _, id in found if id), "")


def company_ids(value: Any) -> dict[str, str]:
    """A number; HubSpot writes an empty text, and sometimes `0`, where there is none."""
    found = identifier(value)
    return {COMPANY: found} if found.isdecimal() and found.strip("0") else {}


def _ids(kind: str, value: Any) -> dict[str, str]:
    found = identifier(value)
    return {kind: found} if found else {}


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(words(value).lower())
