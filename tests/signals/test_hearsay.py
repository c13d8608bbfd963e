"""Who is not proven tells what people did. Where they are reached, who they are and where they belong stays."""

import json
from typing import Any

import pytest

from campaigns_app import pipeline
from people_app.models import Account, ContactPoint, Identity, Membership, Person
from signals_app import ingest
from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import UNPROVEN
from signals_app.models import Event, Source
from tests.build import a_source
from tests.engine import receive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
FORGED = {"email": "mallory@evil.test", "phone": "+1999999999", "country": "US", "role": "owner", "name": "x"}
SECRETLESS = {UNPROVEN: "1"}
AT = 1_772_960_000


@pytest.fixture
def victim() -> Person:
    said = {"email": "v@corp.test", "phone": "+491701234", "country": "DE"}
    who = {"userId": "victim", "timestamp": "2026-03-01T00:00:00Z"}
    receive(a_source(), {"type": "identify", "traits": said, **who})
    receive(a_source(), {"type": "group", "groupId": "corp", "traits": {"name": "Corp"}, **who})
    return Person.objects.get(user_id="victim")


def hook(source: Source, body: dict[str, Any] | list[Any] | bytes, **headers: str) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    ingest.accept(source.pk, "hook", raw, headers)
    while pipeline.process(20):
        pass


def reached(person: Person) -> set[str]:
    points = ContactPoint.objects.filter(person=person).exclude(address="")
    return set(points.values_list("address", flat=True))


def is_unharmed(victim: Person) -> bool:
    victim.refresh_from_db()
    return (reached(victim), victim.country, victim.role, victim.traits) == (
        {"v@corp.test", "+491701234"}, "DE", "", {}
    )  # fmt: skip


def amplitude(name: str = "Report Opened", **more: Any) -> dict[str, Any]:
    return {"event_type": name, "insert_id": name, **more}


def of_salesforce() -> bytes:
    fields = "<sf:Id>003</sf:Id><sf:User_ID__c>victim</sf:User_ID__c><sf:Email>mallory@evil.test</sf:Email>"
    kind = 'xsi:type="sf:Contact" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sf="urn:x"'
    note = f"<Notification><Id>04l</Id><sObject {kind}>{fields}</sObject></Notification>"
    inside = f"<OrganizationId>00D1</OrganizationId>{note}"
    said = f'<notifications xmlns="http://soap.sforce.com/2005/09/outbound">{inside}</notifications>'
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    return f'<s:Envelope xmlns:s="{soap}"><s:Body>{said}</s:Body></s:Envelope>'.encode()


def test_a_relay_redirects_no_mail_and_moves_nobody_to_another_country(victim: Person) -> None:
    hook(a_source("amplitude"), amplitude(user_id="victim", user_properties=FORGED))
    assert is_unharmed(victim)
    assert Event.objects.get(name="Report Opened").person == victim


@pytest.mark.parametrize("kind", ["segment_webhook", "salesforce_outbound_message"])
def test_a_source_without_a_secret_redirects_no_mail(victim: Person, kind: str) -> None:
    said = {"type": "identify", "userId": "victim", "messageId": "1", "traits": FORGED}
    body = said if kind == "segment_webhook" else of_salesforce()
    hook(a_source(kind, signing_secret=""), body, **SECRETLESS)
    assert is_unharmed(victim)


def test_what_the_signature_does_not_cover_redirects_no_mail(victim: Person) -> None:
    signed = {"type": "identify", "userId": "me", "messageId": "1", "traits": {"email": "me@corp.test"}}
    forged = {"type": "identify", "userId": "victim", "messageId": "2", "traits": FORGED}
    hook(a_source("segment_webhook"), [signed, forged])
    assert is_unharmed(victim)
    assert reached(Person.objects.get(user_id="me")) == {"me@corp.test"}


def test_a_relay_makes_nobody_a_member_and_counts_nothing_for_the_account(victim: Person) -> None:
    source = a_source("amplitude")
    hook(source, amplitude(user_id="mallory", groups={"company": "corp"}))
    hook(source, amplitude("Report Closed", user_id="victim", groups={"company": "corp"}))
    assert not Membership.objects.filter(person__user_id="mallory").exists()
    assert Event.objects.get(name="Report Opened").account is None
    assert Event.objects.get(name="Report Closed").account == Account.objects.get(group_id="corp")


def test_a_relay_says_nothing_of_an_account(victim: Person) -> None:
    manager = {"email": "mallory@evil.test", "booking_url": "https://evil.test/"}
    said: dict[str, Any] = {
        "account_manager": manager,
        "name": "Pwned",
        "timezone": "Asia/Tokyo",
        "country": "US",
    }
    said |= {"currency": "USD", "seats_used": 999, "industry": "fintech"}
    hook(
        a_source("amplitude"),
        amplitude("$groupidentify", user_id="victim", groups={"company": "corp"}, group_properties=said),
    )
    corp = Account.objects.get(group_id="corp")
    assert (corp.name, corp.account_manager, corp.timezone, corp.country) == ("Corp", {}, "", "")
    assert (corp.currency, corp.seats_used, corp.industry) == ("", None, "")


def test_a_relay_does_not_take_an_anonymous_id_from_the_user_of_a_browser(victim: Person) -> None:
    call = {"type": "track", "event": "E", "userId": "victim", "anonymousId": "anon"}
    receive(a_source("web"), call)
    hook(a_source("amplitude"), amplitude(user_id="mallory", device_id="anon"))
    name = Identity.objects.get(value="anon")
    assert (name.person, name.claim) == (victim, Identity.Claim.BROWSER)


def test_an_address_still_finds_who_did_it_but_changes_nothing_of_them(victim: Person) -> None:
    attributes = {"email": "v@corp.test", "name": "x"}
    said = {"type": "contact_identified", "data": {"contact": {"id": 7, "attributes": attributes}}}
    hook(a_source("drift", signing_secret=""), said, **SECRETLESS)
    assert Event.objects.get(source__kind="drift").person == victim
    assert is_unharmed(victim)


def contact(**fields: Any) -> dict[str, Any]:
    said = {"type": "notification_event", "id": f"n{len(fields)}", "topic": "contact.email.updated"}
    return {**said, "created_at": AT, "data": {"item": {"type": "contact", "id": "ic1", **fields}}}


def test_a_chat_finds_people_and_does_not_change_where_they_are_reached(victim: Person) -> None:
    source = a_source("intercom")
    hook(source, contact(email="mallory@evil.test", phone="+1999999999"))
    hook(source, contact(external_id="victim", email="mallory@evil.test", phone="+1999999999"))
    assert reached(victim) == {"v@corp.test", "+491701234"}
    assert Identity.objects.get(kind="intercom_contact_id").person == victim


def test_a_chat_that_proves_who_they_are_says_where_they_are_reached(victim: Person) -> None:
    source = a_source("intercom")
    Source.objects.filter(pk=source.pk).update(vouched=True)
    hook(source, contact(external_id="victim", email="new@corp.test"))
    assert "new@corp.test" in reached(victim)


def test_every_chat_is_known_to_be_one() -> None:
    typed = {kind for kind, connector in CONNECTORS.items() if connector.anybody_typed}
    assert typed == {"intercom", "drift"}
