"""What providers say of whom somebody is and where they belong, in spellings that the stored payloads do not have."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.incoming import Incoming
from tests.connectors import payload

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def items(kind: str, body: Any, call: str = "hook") -> list[Incoming]:
    return CONNECTORS[kind].parse(json.dumps(body).encode(), {}, NOW, call).items


def test_a_contact_of_intercom_belongs_to_each_of_its_companies_and_describes_itself_once() -> None:
    body = payload.read("intercom", "read-contact-of-companies")["body"]
    first, second = items("intercom", body, "read:contact")
    assert (first.account_ids, second.account_ids) == (
        {"intercom_company_id": "co_1"},
        {"intercom_company_id": "co_2"},
    )
    assert first.traits and not second.traits
    assert first.message_id != second.message_id and first.person_ids == second.person_ids


def test_companies_without_end_are_not_followed() -> None:
    many = [{"type": "company", "id": f"co_{number}"} for number in range(500)]
    contact = {"id": "ic_1", "companies": {"type": "list", "data": many}}
    assert len(items("intercom", contact, "read:contact")) == 20


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("contact.lead.signed_up", "identify"),
        ("contact.lead.added_email", "identify"),
        ("user.created", "identify"),
        ("user.deleted", "delete"),
        ("user.unsubscribed", "track"),
    ],
)
def test_topics_of_older_and_newer_models_of_intercom_are_read(topic: str, kind: str) -> None:
    said = {"type": "notification_event", "id": "n1", "topic": topic, "created_at": 1_772_443_700}
    (item,) = items("intercom", {**said, "data": {"item": {"id": "ic_1", "email": "a@corp.test"}}})
    assert (item.kind, item.person_ids) == (kind, {"intercom_contact_id": "ic_1"})


@pytest.mark.parametrize("at", [1_772_443_700, 1_772_443_700_000])
def test_pendo_may_count_seconds_or_milliseconds(at: int) -> None:
    said = {"event": "npsSubmitted", "visitorId": "u_1", "timestamp": at, "uniqueId": "1"}
    (item,) = items("pendo", {**said, "properties": {"rating": 9}})
    assert item.occurred_at == datetime(2026, 3, 2, 9, 28, 20, tzinfo=UTC)


def test_a_number_that_was_typed_into_a_form_is_where_else_to_look() -> None:
    answers = [
        {"type": "phone_number", "phone_number": "+491701234567", "field": {"id": "a"}},
        {"type": "text", "text": "Fine", "field": {"id": "b"}},
    ]
    form = {"form_id": "f", "token": "t", "submitted_at": "2026-03-02T09:00:00Z", "answers": answers}
    (item,) = items("typeform", {"event_id": "1", "form_response": form})
    assert item.lookup == {"phone": "+491701234567"}


@pytest.mark.parametrize("company", ["", "0", None, "not a number"])
def test_hubspot_says_no_company_in_several_ways(company: str | None) -> None:
    said = {"id": "51", "properties": {"email": "a@corp.test", "associatedcompanyid": company}}
    assert items("hubspot", said, "read:contact")[0].account_ids == {}


def test_of_several_companies_hubspot_marks_the_primary_one() -> None:
    listed = [{"id": "1", "type": "contact_to_company_unlabeled"}, {"id": "2", "type": "contact_to_company"}]
    said = {"id": "51", "properties": {}, "associations": {"companies": {"results": listed}}}
    assert items("hubspot", said, "read:contact")[0].account_ids == {"hubspot_company_id": "2"}


def test_a_salesforce_record_that_only_says_who_it_is_counts() -> None:
    stored = payload.read("salesforce_outbound_message", "sf-om-1")
    envelope = str(stored.get("raw") or stored["body"])
    start, end = envelope.index("<sf:Id>"), envelope.index("</sObject>")

    def read(kind: str, fields: str) -> Incoming:
        text = (envelope[:start] + fields + envelope[end:]).replace("sf:Opportunity", f"sf:{kind}")
        (item,) = CONNECTORS["salesforce_outbound_message"].parse(text.encode(), {}, NOW).items
        return item

    account = read("Account", "<sf:Id>001A</sf:Id><sf:Account_ID__c>acme</sf:Account_ID__c>")
    assert (account.group_id, account.account_ids) == ("acme", {"salesforce_account_id": "001A"})
    contact = read("Contact", "<sf:Id>003A</sf:Id><sf:AccountId>001A</sf:AccountId>")
    assert contact.account_ids == {"salesforce_account_id": "001A"}
