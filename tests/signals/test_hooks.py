"""Providers' webhooks: only what they signed is kept; what is late or twice changes nothing."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from campaigns_app import pipeline
from people_app.models import Account
from signals_app.models import Envelope, Event, Source, Ticket
from tests.build import a_source, an_account
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]


@pytest.fixture
def stripe() -> Source:
    return a_source("stripe")


def post(client: Client, source: Source, event: dict[str, Any], secret: str | None = None) -> HttpResponse:
    body, at = json.dumps(event).encode(), str(int(clock.real().timestamp()))
    key = (secret or source.signing_secret).encode()
    mac = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={at},v1={mac}"}
    return client.post(source.hook_path, body, content_type="application/json", headers=headers)  # type: ignore[return-value]


def signed(source: Source, at: str, body: bytes) -> str:
    return hmac.new(source.signing_secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def subscription(number: int, seconds_ago: int, kind: str = "updated", **fields: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": f"customer.subscription.{kind}",
        "created": int(clock.real().timestamp()) - seconds_ago,
        "data": {
            "object": {
                "id": "sub_1",
                "object": "subscription",
                "customer": "cus_1",
                "metadata": {"account_id": "acme"},
                "status": "active",
                "items": {"data": []},
                **fields,
            }
        },
    }


def process() -> None:
    while pipeline.process(20):
        pass


def test_it_works(client: Client, stripe: Source) -> None:
    assert post(client, stripe, subscription(1, 60)).status_code == 200
    process()
    acme = Account.objects.get(group_id="acme")
    assert (acme.subscription_status, acme.stripe_customer_id) == ("active", "cus_1")


def test_a_wrong_signature_is_a_401_and_nothing_is_stored_but_a_count(client: Client, stripe: Source) -> None:
    assert post(client, stripe, subscription(1, 60), secret="whsec_of_somebody_else").status_code == 401
    unsigned = client.post(stripe.hook_path, "{}", content_type="application/json")
    assert unsigned.status_code == 401
    assert not Envelope.objects.exists()
    stripe.refresh_from_db()
    assert stripe.signature_failures == 2


def test_a_refusal_says_what_is_wrong_and_no_secret(client: Client, stripe: Source) -> None:
    late = {"Stripe-Signature": "t=1000000000,v1=" + signed(stripe, "1000000000", b"{}")}
    answer = client.post(stripe.hook_path, b"{}", content_type="application/json", headers=late)
    assert answer.status_code == 401
    assert "the signed time is too far from now" in answer.json()["message"]
    forged = post(client, stripe, subscription(1, 60), secret="whsec_of_somebody_else")
    assert b"no active secret made this signature" in forged.content
    assert stripe.signing_secret not in (answer.content + forged.content).decode()
    paddle = a_source("paddle")
    form = "application/x-www-form-urlencoded"
    classic = client.post(paddle.hook_path, b"alert_name=x&p_signature=y", content_type=form)
    assert (classic.status_code, "Paddle Classic" in classic.json()["message"]) == (401, True)


def test_the_secret_before_the_rotation_still_counts(client: Client) -> None:
    source = a_source("stripe", previous_secret="whsec_the_one_before_it")
    assert post(client, source, subscription(1, 60), secret="whsec_the_one_before_it").status_code == 200


@pytest.mark.parametrize(
    ("now", "before", "secrets"),
    [("new", "old", ["new", "old"]), ("new", "", ["new"]), ("", "old", ["old"]), ("", "", [])],
)
def test_the_secrets_that_count_are_those_that_were_given_newest_first(
    now: str, before: str, secrets: list[str]
) -> None:
    assert a_source("stripe", signing_secret=now, previous_secret=before).secrets == secrets


def test_a_source_without_a_secret_believes_nobody(client: Client) -> None:
    source = a_source("stripe", signing_secret="")
    assert post(client, source, subscription(1, 60), secret=" ").status_code == 401


def test_a_get_is_harmless(client: Client, stripe: Source) -> None:
    answer = client.get(stripe.hook_path)
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert client.put(stripe.hook_path).status_code == 405
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("path", ["/hooks/stripe/nobody", "/hooks/zendesk/{token}", "/hooks/http/{token}"])
def test_another_address_is_a_404(client: Client, stripe: Source, path: str) -> None:
    assert (
        client.post(path.format(token=stripe.hook_token), "{}", content_type="application/json").status_code
        == 404
    )


def test_authentic_but_useless_is_a_200(client: Client, stripe: Source) -> None:
    assert (
        post(client, stripe, {"object": "event", "type": "radar.warning", "id": "evt_9"}).status_code == 200
    )
    process()
    assert not Event.objects.exists()


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1, 2, 3, 1)])
def test_facts_out_of_order_and_twice_end_as_the_newest_said(
    client: Client, stripe: Source, order: tuple[int, ...]
) -> None:
    told = {
        1: subscription(1, 300, "created", status="trialing", trial_end=1_900_000_000),
        2: subscription(2, 200, status="past_due"),
        3: subscription(3, 100, status="active", cancel_at_period_end=True),
    }
    for number in order:
        assert post(client, stripe, told[number]).status_code == 200
        process()
    acme = Account.objects.get(group_id="acme")
    assert (acme.subscription_status, acme.cancelling) == ("active", True)
    assert acme.trial_ends_at
    assert list(Event.objects.exclude(name="").values_list("name", flat=True)) == ["Trial Started"]


def test_a_customer_that_became_known_is_found_again(client: Client, stripe: Source) -> None:
    an_account("bolt", stripe_customer_id="cus_7")
    post(client, stripe, subscription(1, 60, customer="cus_7", metadata={}, status="unpaid"))
    process()
    assert Account.objects.get(group_id="bolt").subscription_status == "unpaid"


def trigger(client: Client, source: Source, number: int, **fields: Any) -> HttpResponse:
    body, at = json.dumps({"ticket_id": "7", **fields}).encode(), clock.real().isoformat()
    mac = hmac.new(source.signing_secret.encode(), at.encode() + body, hashlib.sha256).digest()
    headers = {
        "X-Zendesk-Webhook-Signature": base64.b64encode(mac).decode(),
        "X-Zendesk-Webhook-Signature-Timestamp": at,
        "X-Zendesk-Webhook-Invocation-Id": f"call-{number}",
    }
    return client.post(source.hook_path, body, content_type="application/json", headers=headers)  # type: ignore[return-value]


@pytest.mark.parametrize("solved_first", [True, False])
def test_a_solved_ticket_stays_solved_whichever_word_comes_first(client: Client, solved_first: bool) -> None:
    zendesk = a_source("zendesk")
    words = [{"status": "open", "subject": "Export is broken"}, {"status": "solved"}]
    for number, word in enumerate(reversed(words) if solved_first else words):
        assert trigger(client, zendesk, number, requester_external_id="ana", **word).status_code == 200
        process()
    ticket = Ticket.objects.get()
    assert ticket.problem
    assert ticket.solved_at
    assert ticket.person
    assert ticket.person.user_id == "ana"


def test_a_ticket_of_a_requester_without_a_name_is_theirs_once_they_have_one(client: Client) -> None:
    zendesk = a_source("zendesk")
    trigger(client, zendesk, 1, requester_id="77", subject="Export is broken")
    process()
    assert Ticket.objects.get(person__user_id=None).problem
    trigger(client, zendesk, 2, requester_id="77", requester_external_id="ana", ticket_id="8")
    process()
    assert Ticket.objects.filter(person__user_id="ana").count() == 2


def test_what_stripe_said_before_the_customer_was_known_is_not_lost(client: Client, stripe: Source) -> None:
    post(client, stripe, subscription(1, 60, metadata={}, status="past_due"))
    process()
    assert Account.objects.get().names.get().value == "cus_1"
    call = {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"stripe_customer_id": "cus_1"}}
    receive(a_source("http"), call)
    acme = Account.objects.get(group_id="acme")
    assert (acme.subscription_status, acme.invoice_status) == ("past_due", "past_due")
    assert Account.objects.filter(merged_into=None).count() == 1


def test_staff_who_name_the_customer_find_what_stripe_said(
    client: Client, admin_client: Client, stripe: Source
) -> None:
    acme = an_account("acme")
    post(client, stripe, subscription(1, 60, metadata={}, status="past_due"))
    process()
    assert "cus_1" in admin_client.get("/admin/people_app/accountname/").content.decode()
    page = admin_client.get(f"/admin/people_app/account/{acme.pk}/change/")
    form = page.context["adminform"].form
    typed = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    typed = {
        name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in typed.items()
    }
    sent: dict[str, Any] = {name: value for name, value in typed.items() if value not in (None, False)}
    for rows in ("entitlements", "memberships"):
        sent |= {f"{rows}-TOTAL_FORMS": 0, f"{rows}-INITIAL_FORMS": 0}
    answer = admin_client.post(
        f"/admin/people_app/account/{acme.pk}/change/", {**sent, "stripe_customer_id": "cus_1"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    acme.refresh_from_db()
    assert acme.subscription_status == "past_due"
