"""Whoever a provider counts to one of its companies is a member of the account that it is, whatever arrives first."""

import json
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction

from campaigns_app import pipeline
from people_app import homes
from people_app.models import Account, Membership, Person
from signals_app import ingest
from signals_app.connectors.base import UNPROVEN
from signals_app.models import Event, Source
from tests.build import a_source
from tests.connectors import payload
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
Word = Callable[[], None]
BASE = {"subscriptionId": 31, "portalId": 7, "occurredAt": 1_767_225_600_000, "attemptNumber": 0}


def say(kind: str, body: Any, call: str = "hook") -> Word:
    source = Source.objects.filter(kind=kind).first() or a_source(kind)
    text = body if isinstance(body, str) else json.dumps(body)

    def said() -> None:
        ingest.accept(source.pk, call, text.encode(), {})
        while pipeline.process(20):
            pass

    return said


def call(**fields: Any) -> Word:
    source = Source.objects.filter(kind="http").first() or a_source("http")
    return lambda: receive(source, fields)


def zendesk(kind: str, **detail: Any) -> Word:
    said = {"type": f"zen:event-type:{kind}", "id": f"{kind}-1", "time": "2026-01-01T00:00:00Z"}
    return say("zendesk", {**said, "detail": detail, "event": {}})


def intercom(topic: str, item: dict[str, Any]) -> Word:
    said = {"type": "notification_event", "id": f"n-{topic}", "topic": topic, "created_at": 1_767_225_600}
    return say("intercom", {**said, "data": {"item": item}})


def salesforce(kind: str, **fields: str) -> Word:
    inner = "".join(f"<sf:{name}>{value}</sf:{name}>" for name, value in fields.items())
    stored = payload.read("salesforce_outbound_message", "sf-om-1")
    envelope = str(stored.get("raw") or stored["body"])
    start, end = envelope.index("<sf:Id>"), envelope.index("</sObject>")
    text = (envelope[:start] + inner + envelope[end:]).replace("sf:Opportunity", f"sf:{kind}")
    return say("salesforce_outbound_message", text.replace("04l000000000001AAA", f"04l{kind}"))


def hubspot() -> list[Word]:
    change = {"subscriptionType": "contact.associationChange", "associationType": "CONTACT_TO_COMPANY"}
    ends = {"fromObjectId": 51, "toObjectId": 991, "isPrimaryAssociation": True}
    return [
        say("hubspot", [{"eventId": 1, **BASE, **change, **ends}]),
        say("hubspot", {"id": "51", "properties": {"user_id": "ana"}}, "read:contact"),
        say("hubspot", {"id": "991", "properties": {"account_id": "acme"}}, "read:company"),
        call(type="track", event="Report Opened", userId="ana"),
    ]


def hubspot_read_alone() -> list[Word]:
    listed = {"companies": {"results": [{"id": "991", "type": "contact_to_company"}]}}
    contact = {"id": "51", "properties": {"user_id": "ana"}, "associations": listed}
    company = {
        "type": "group",
        "userId": "boss",
        "groupId": "acme",
        "traits": {"hubspot_company_id": "991"},
    }
    return [
        say("hubspot", contact, "read:contact"),
        call(**company),
        call(type="track", event="Report Opened", userId="ana"),
    ]


def of_salesforce() -> list[Word]:
    return [
        salesforce("Contact", Id="003A", AccountId="001A", User_ID__c="ana"),
        salesforce("Account", Id="001A", Account_ID__c="acme"),
        call(type="track", event="Report Opened", userId="ana"),
    ]


def of_intercom() -> list[Word]:
    companies = {"type": "list", "data": [{"type": "company", "id": "co_1"}]}
    contact = {"id": "ic_1", "external_id": "ana", "companies": companies}
    return [
        intercom("contact.user.created", contact),
        intercom("company.created", {"id": "co_1", "company_id": "acme", "name": "Acme"}),
        call(type="track", event="Report Opened", userId="ana"),
    ]


def of_intercom_attached() -> list[Word]:
    pair = {"contact": {"id": "ic_1"}, "company": {"id": "co_1"}}
    return [
        intercom("company.contact.attached", pair),
        intercom("contact.user.created", {"id": "ic_1", "external_id": "ana", "name": "Ana"}),
        intercom("company.created", {"id": "co_1", "company_id": "acme", "name": "Acme"}),
    ]


def of_zendesk() -> list[Word]:
    return [
        zendesk("user.created", id="9", organization_id="500", role="end-user"),
        zendesk("user.external_id_changed", id="9", organization_id="0", role="end-user", external_id="ana"),
        zendesk("organization.created", id="500", external_id="acme", name="Acme"),
        call(type="track", event="Report Opened", userId="ana"),
    ]


def of_stripe() -> list[Word]:
    line = {"price": {"id": "price_1", "recurring": {"interval": "month"}}, "quantity": 1}
    sub: dict[str, Any] = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active"}
    sub = {**sub, "items": {"data": [line]}, "metadata": {"user_id": "ana"}}
    event = {"id": "evt_1", "object": "event", "type": "customer.subscription.created"}
    return [
        say("stripe", {**event, "created": 1_767_225_600, "data": {"object": sub}}),
        call(type="group", userId="boss", groupId="acme", traits={"stripe_customer_id": "cus_1"}),
        call(type="track", event="Report Opened", userId="ana"),
    ]


STORIES = [
    hubspot, hubspot_read_alone, of_salesforce, of_intercom, of_intercom_attached, of_zendesk, of_stripe,
]  # fmt: skip


def end() -> Any:
    ana = Person.objects.get(user_id="ana", merged_into=None)
    members = Membership.objects.filter(person=ana, account__merged_into=None)
    home = homes.of({ana.pk}, clock.now(), create=False)[ana.pk]
    done = Event.objects.filter(name="Report Opened")
    return (
        sorted(str(group) for group in members.values_list("account__group_id", flat=True)),
        Account.objects.get(pk=home or 0).group_id,
        Person.objects.filter(merged_into=None, user_id=None).count(),
        list(done.values_list("person__user_id", flat=True)) or ["ana"],
    )


@pytest.mark.parametrize("story", STORIES)
def test_a_contact_is_a_member_of_its_company_in_any_order(story: Callable[[], list[Word]]) -> None:
    words = story()
    for order in permutations(words):
        with transaction.atomic():
            for word in order:
                word()
            assert end() == (["acme"], "acme", 0, ["ana"])
            transaction.set_rollback(True)


def test_a_company_that_has_no_id_of_ours_is_home_only_to_who_has_no_other() -> None:
    belongs, contact, company, _ = hubspot()
    for word in (contact, belongs):
        word()
    ana = Person.objects.get(user_id="ana")
    unnamed = homes.of({ana.pk}, clock.now())[ana.pk]
    assert Account.objects.get(pk=unnamed or 0).group_id is None
    call(type="track", event="Report Opened", userId="ana", context={"groupId": "bolt"})()
    bolt = Account.objects.get(group_id="bolt")
    assert homes.of({ana.pk}, clock.now()) == {ana.pk: bolt.pk}
    assert homes.next_at_home([(bolt.pk, 0), (unnamed or 0, 0)], 10) == {(bolt.pk, 0): [ana.pk]}
    company()
    assert homes.of({ana.pk}, clock.now()) == {ana.pk: None}, "in two accounts of ours none is guessed"


def test_zendesk_counts_nobody_to_the_organization_that_is_none() -> None:
    for user in ("9", "10"):
        zendesk(f"user.created_{user}", id=user, organization_id="0", role="end-user", name="A")()
    assert not Membership.objects.exists()
    assert not Account.objects.filter(names__kind="zendesk_organization_id").exists()


def test_a_message_that_nobody_proved_makes_nobody_a_member() -> None:
    source = a_source("salesforce_outbound_message", signing_secret="")
    salesforce("Contact", Id="003A", AccountId="001A", User_ID__c="ana")
    stored = payload.read("salesforce_outbound_message", "sf-om-1")
    envelope = str(stored.get("raw") or stored["body"])
    start, end_ = envelope.index("<sf:Id>"), envelope.index("</sObject>")
    fields = "<sf:Id>003A</sf:Id><sf:AccountId>001A</sf:AccountId><sf:User_ID__c>ana</sf:User_ID__c>"
    text = (envelope[:start] + fields + envelope[end_:]).replace("sf:Opportunity", "sf:Contact")
    ingest.accept(source.pk, "hook", text.encode(), {UNPROVEN: "1"})
    while pipeline.process(20):
        pass
    assert Event.objects.filter(kind="identify").exists()
    assert not Membership.objects.exists()
