"""What no secret proved tells what people did. What they permit, have bought and are known by stays as it was."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client

from campaigns_app import conversions, pipeline, receipts, replies
from consent_app import permission
from consent_app.models import Suppression
from people_app.entitlements import EVENT_FACTS
from people_app.models import Account, Erasure, Membership, Person
from signals_app import ingest, proof
from signals_app.models import Event, RejectedEvent, Source, Ticket
from tests.build import a_person, a_source, an_account
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def victim() -> Person:
    receive(a_source(), {"type": "identify", "userId": "victim", "traits": {"email": "v@corp.test"}})
    return Person.objects.get(user_id="victim")


def hook(client: Client, source: Source, body: Any, **headers: str) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    answer = client.post(source.hook_path, text, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    while pipeline.process(20):
        pass


def signature(source: Source, text: str) -> str:
    return hmac.new(source.signing_secret.encode(), text.encode(), hashlib.sha1).hexdigest()


def tracked(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "track", "event": name, "userId": "victim", "messageId": name, **fields}


def amplitude(name: str) -> dict[str, Any]:
    return {"event_type": name, "user_id": "victim", "time": 1_767_225_600_000, "insert_id": name}


def userpilot(name: str, **who: str) -> dict[str, Any]:
    return {"event_name": "tracked_event", "metadata": {"name": name}, **(who or {"user_id": "victim"})}


WISHES = [
    ("userpilot", userpilot("Unsubscribed")),
    ("userpilot", userpilot("Spam Reported", email="someone@else.test")),
    ("amplitude", amplitude("Unsubscribed") | {"event_properties": {"channel": "email"}}),
    ("segment_webhook", tracked("Unsubscribed", properties={"channel": "email"})),
]


@pytest.mark.parametrize(("kind", "body"), WISHES)
def test_an_unsigned_wish_changes_no_permission(
    client: Client, victim: Person, kind: str, body: dict[str, Any]
) -> None:
    hook(client, a_source(kind, signing_secret=""), body)
    assert not Suppression.objects.exists()
    assert not permission.of(victim.pk, clock.now()).words
    assert Event.objects.get(kind="track").name.startswith(proof.PREFIX), "it is kept and seen"


@pytest.mark.parametrize(("kind", "body"), WISHES[:3])
def test_a_relay_with_its_secret_proves_only_itself(
    client: Client, victim: Person, kind: str, body: dict[str, Any]
) -> None:
    source = a_source(kind)
    hook(client, source, body, **{"x-upsell-token": source.signing_secret})
    assert not Suppression.objects.exists()
    assert not permission.of(victim.pk, clock.now()).words


def test_a_signed_wish_is_followed(client: Client, victim: Person) -> None:
    source = a_source("segment_webhook")
    text = json.dumps(tracked("Unsubscribed", properties={"channel": "email"}))
    hook(client, source, text, **{"x-signature": signature(source, text)})
    assert permission.of(victim.pk, clock.now()).no("email", "*")


@pytest.mark.parametrize("kind", ["delete", "alias"])
def test_an_unsigned_source_neither_erases_nor_merges(client: Client, victim: Person, kind: str) -> None:
    said = {"type": kind, "userId": "victim", "previousId": "somebody", "messageId": "1"}
    hook(client, a_source("segment_webhook", signing_secret=""), [{"type": "nonsense"}, said])
    assert not Erasure.objects.exists()
    assert not Person.objects.filter(identities__value="somebody").exists()
    reasons = set(RejectedEvent.objects.values_list("reason", flat=True))
    assert proof.REFUSED[kind] in reasons
    assert len(reasons) == 2


def test_a_signed_delete_is_carried_out(client: Client, victim: Person) -> None:
    source, text = a_source("segment_webhook"), '{"type":"delete","userId":"victim","messageId":"1"}'
    hook(client, source, text, **{"x-signature": signature(source, text)})
    assert Erasure.objects.get().person == victim


def test_of_an_array_only_the_first_is_signed(client: Client, victim: Person) -> None:
    source = a_source("segment_webhook")
    first = json.dumps(tracked("Plan Upgraded", userId="me", properties={"plan": "pro"}))
    rest = [
        {"type": "delete", "userId": "victim", "messageId": "2"},
        {"type": "alias", "userId": "me", "previousId": "victim", "messageId": "3"},
        tracked("Plan Upgraded", messageId="4", properties={"plan": "pro"}),
        tracked("Report Opened"),
    ]
    body = f"[{first},{json.dumps(rest)[1:]}"
    hook(client, source, body, **{"x-signature": signature(source, first)})
    assert not Erasure.objects.exists()
    assert Person.objects.get(user_id="victim").merged_into is None
    assert Account.objects.get(personal_of__user_id="me").plan == "pro"
    assert not Account.objects.filter(personal_of__user_id="victim", plan="pro").exists()
    names = set(Event.objects.filter(person=victim, kind="track").values_list("name", flat=True))
    assert names == {"Report Opened", f"{proof.PREFIX}Plan Upgraded"}


def test_an_unsigned_source_sells_nothing_and_opens_no_ticket(client: Client) -> None:
    account = an_account("acme", plan="free")
    a_person("victim", account=account)
    source = a_source("segment_webhook", signing_secret="")
    group = {"type": "group", "userId": "victim", "groupId": "acme", "messageId": "g"}
    traits = {"plan": "pro", "limits": {"exports": 9}, "stripe_customer_id": "cus_1", "industry": "food"}
    hook(client, source, [group | {"traits": traits}, tracked("Cancellation Requested")])
    hook(client, source, tracked("Ticket Created", properties={"ticket_id": "1", "tags": ["bug"]}))
    account.refresh_from_db()
    assert (account.plan, account.cancelling, account.industry) == ("free", False, "")
    assert account.stripe_customer_id == ""
    assert not account.entitlements.exists()
    assert not Ticket.objects.exists()


def test_what_people_do_is_taken_from_everybody(client: Client, victim: Person) -> None:
    hook(client, a_source("amplitude", signing_secret=""), amplitude("Report Opened"))
    hook(client, a_source("userpilot", signing_secret=""), userpilot("Button Pressed"))
    names = Event.objects.filter(person=victim, kind="track").order_by("name").values_list("name", flat=True)
    assert list(names) == ["Button Pressed", "Report Opened"]


def test_what_a_page_told_pendo_is_not_what_pendo_says() -> None:
    pendo = a_source("pendo")
    said = {"visitorId": "victim", "properties": {"trackEventName": "Unsubscribed"}, "timestamp": 1}
    for event in ("track", "emailUnsubscribed"):
        ingest.accept(pendo.pk, "hook", json.dumps({**said, "event": event, "uniqueId": event}).encode(), {})
    opened = ingest.open_all(ingest.claim(2))
    assert {one.name for each in opened for one in each.items} == {
        "Unsubscribed",
        f"{proof.PREFIX}Unsubscribed",
    }


def test_hidden_fields_of_a_form_make_nobody_a_member(client: Client) -> None:
    evil = an_account("evil")
    a_person("victim", account=an_account("acme"))
    answer = {"type": "number", "number": 1, "field": {"id": "a", "type": "nps", "ref": "r"}}
    for account in ("evil", "unheard-of"):
        form: dict[str, Any] = {"form_id": "f", "token": account, "answers": [answer]}
        form |= {
            "submitted_at": "2026-03-01T00:00:00Z",
            "hidden": {"user_id": "victim", "account_id": account},
        }
        body = {"event_id": account, "event_type": "form_response", "form_response": form}
        ingest.accept(a_source("typeform").pk, "hook", json.dumps(body).encode(), {})
    while pipeline.process(20):
        pass
    assert Event.objects.filter(name="NPS Submitted", person__user_id="victim").count() == 2
    assert not Membership.objects.filter(account=evil).exists()
    assert not Account.objects.filter(group_id="unheard-of").exists()


def test_every_name_that_is_acted_on_is_weighty() -> None:
    acted_on = receipts.RECEIPTS | conversions.YES_EVENTS | set(EVENT_FACTS) | {replies.EVENT}
    assert acted_on <= proof.WEIGHTY


def test_a_mail_without_any_secret_is_refused(client: Client) -> None:
    source = a_source("inbound_mail", signing_secret="")
    mail = b"From: v@corp.test\r\nSubject: hi\r\n\r\nstop"
    answer = client.post(source.hook_path, mail, content_type="message/rfc822")
    assert answer.status_code == 401


def test_staff_may_vouch_for_what_a_relay_hands_on(client: Client, victim: Person) -> None:
    source = a_source("amplitude")
    Source.objects.filter(pk=source.pk).update(vouched=True)
    wish = amplitude("Unsubscribed") | {"event_properties": {"channel": "email"}}
    hook(client, source, wish, **{"x-upsell-token": source.signing_secret})
    assert permission.of(victim.pk, clock.now()).no("email", "*")


def test_nobody_vouches_for_a_relay_that_has_no_secret(client: Client, victim: Person) -> None:
    source = a_source("amplitude", signing_secret="")
    Source.objects.filter(pk=source.pk).update(vouched=True)
    hook(client, source, amplitude("Unsubscribed") | {"event_properties": {"channel": "email"}})
    assert not permission.of(victim.pk, clock.now()).words
    assert Event.objects.get(kind="track").name == f"{proof.PREFIX}Unsubscribed"
