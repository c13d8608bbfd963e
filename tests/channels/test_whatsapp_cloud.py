"""WhatsApp by Meta's Cloud API: a template as its documentation writes it, its error codes, and its webhooks."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from campaigns_app.channels.base import Accepted, Gone, Message, Outcome, Refused, Unknown
from campaigns_app.channels.whatsapp_cloud import WhatsAppCloud
from campaigns_app.models import ChannelAccount, Delivery
from consent_app import permission
from people_app.models import ContactPoint
from tests.channels import captured
from tests.channels.mails import NOW, OURS, reported
from tests.conftest import Time
from tests.http_double import LOST, Asked, Double
from tests.outgoing import TEXT, a_reader, after, an_account_at, intended
from upsell_project.lib import clock

TOKEN, NUMBER = "EAAG-token", "106540352242922"
GIVEN = {"phone_number_id": NUMBER}
PHONE = "+14155550100"
FORM = {"id": "offer_pro", "language": "en", "variables": ["Ana", "Pro"]}
State = Delivery.State


class MetaDouble(Double):
    """Takes what Meta takes: the token, JSON, one number of digits, and a template that was approved with as many
    variables, none of which breaks a line."""

    approved: dict[tuple[str, str], int] = {("offer_pro", "en"): 2}

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, _error(190)
        if (asked.method, asked.path) == ("GET", f"/v23.0/{NUMBER}"):
            return 200, {"id": NUMBER}
        if (asked.method, asked.path) != ("POST", f"/v23.0/{NUMBER}/messages"):
            return 400, _error(100)
        if code := self._wrong(asked):
            return 400, _error(code)
        message_id = f"wamid.{len(self.ledger)}"
        self.ledger.append({"wamid": message_id, **asked.said})
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [{"input": asked.said["to"], "wa_id": asked.said["to"]}],
            "messages": [{"id": message_id, "message_status": "accepted"}],
        }

    def _wrong(self, asked: Asked) -> int:
        said = asked.said
        known = {"messaging_product", "recipient_type", "to", "type", "template", "biz_opaque_callback_data"}
        if asked.headers["content-type"] != "application/json" or said.keys() - known:
            return 100
        if said["messaging_product"] != "whatsapp" or not re.fullmatch(r"\d{7,15}", said["to"]):
            return 131009
        if said["type"] != "template":
            return 131047
        if len(said["biz_opaque_callback_data"]) > 256:
            return 100
        name = (said["template"]["name"], said["template"]["language"]["code"])
        if name not in self.approved:
            return 132001
        parts = {part["type"]: part["parameters"] for part in said["template"].get("components", [])}
        variables = [one["text"] for one in parts.get("body", [])]
        if len(variables) != self.approved[name]:
            return 132000
        return 132018 if any(not text or re.search(r"[\n\t]| {5}", text) for text in variables) else 0


def _error(code: int) -> dict[str, Any]:
    return {"error": {"message": f"(#{code}) to {PHONE}", "type": "OAuthException", "code": code}}


@pytest.fixture
def meta(serve: Callable[[Double], Double]) -> Double:
    return serve(MetaDouble())


def provider(url: str = "", **given: str) -> WhatsAppCloud:
    return WhatsAppCloud("whatsapp", {"access_token": TOKEN, **GIVEN, **given}, url)


def account(double: Double, **fields: Any) -> ChannelAccount:
    given = {"secrets": {"access_token": TOKEN}, "given": GIVEN}
    return an_account_at("whatsapp_cloud", "whatsapp", double.url, **given | fields)


def a_message(**fields: Any) -> Message:
    given: dict[str, Any] = {"delivery_id": OURS, "to": PHONE, "at": NOW, "channel": "whatsapp", "form": FORM}
    return Message(**given | fields)


def to_ana(form: dict[str, Any] | None = None) -> Delivery:
    content = {**TEXT, "form": FORM if form is None else form}
    return intended(a_reader("whatsapp", PHONE), "whatsapp", content)


def template(**fields: Any) -> Any:
    return captured.said(provider().request(a_message(**fields)))["template"]


def test_a_template_reads_as_meta_documents_it() -> None:
    (theirs,) = captured.of("whatsapp_cloud")
    ours = provider().request(a_message(form={**FORM, "variables": ["Ana"]}))
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    names = ("authorization", "content-type")
    assert captured.head(ours, *names) == captured.head(theirs, *names)
    assert captured.said(ours) == {**captured.said(theirs), "biz_opaque_callback_data": OURS}


def test_a_template_without_variables_has_no_components() -> None:
    assert template(form={"id": "hello"}, locale="pt-BR") == {"name": "hello", "language": {"code": "pt_BR"}}


def test_the_button_leads_to_what_follows_our_host() -> None:
    form = {**FORM, "button": True}
    (_, button) = template(form=form, url="https://upsell.test/c/abc?x=1")["components"]
    assert button == {
        "type": "button",
        "sub_type": "url",
        "index": "0",
        "parameters": [{"type": "text", "text": "c/abc?x=1"}],
    }


def test_a_variable_is_one_line() -> None:
    (body,) = template(form={**FORM, "variables": ["Ana\n\tMaria", "a      b"]})["components"]
    assert [one["text"] for one in body["parameters"]] == ["Ana Maria", "a b"]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({}, "WhatsApp takes approved templates only: this text names none"),
        ({"id": "HX11111111111111111111111111111111"}, "Meta's templates have names of small letters"),
        ({"id": "offer_pro", "variables": [" "]}, "a variable of the template is empty"),
        ({"id": "offer_pro", "variables": ["x" * 1025]}, "a variable of the template is empty, or longer"),
    ],
)
def test_what_it_cannot_express_is_not_sent(form: dict[str, Any], reason: str) -> None:
    sent = provider().send(a_message(form=form))
    assert isinstance(sent, Refused) and not sent.retry and sent.reason.startswith(reason)


@pytest.mark.parametrize("given", [{"version": "23/../x"}, {"phone_number_id": "1?x"}])
def test_an_account_cannot_lead_elsewhere(given: dict[str, str]) -> None:
    sent = provider(**given).send(a_message())
    assert isinstance(sent, Refused) and not sent.retry


TAKEN = {"messages": [{"id": "wamid.1"}]}
ANSWERS: list[tuple[int, Any, Outcome]] = [
    (200, TAKEN, Accepted("wamid.1")),
    (200, {}, Unknown("200 without a message's id")),
    (401, _error(190), Refused("190: the access token has expired", retry=True, broken=True)),
    (403, _error(10), Refused("10: a permission is missing", retry=True, broken=True)),
    (403, _error(200), Refused("200: a permission is missing", retry=True, broken=True)),
    (400, _error(131042), Refused("131042: a payment is due at Meta", retry=True, broken=True)),
    (429, _error(130429), Refused("130429: too many at once", retry=True, retry_after=5.0, down=True)),
    (400, _error(80007), Refused("80007: too many at once", retry=True, retry_after=5.0, down=True)),
    (429, _error(131056), Refused("131056: too many to this one number", retry=True, retry_after=5.0)),
    (500, _error(131057), Refused("131057: Meta is working on the account", True, 5.0, down=True)),
    (400, _error(131026), Refused("131026: WhatsApp cannot deliver to this number", retry=False)),
    (
        400,
        _error(131049),
        Refused("131049: WhatsApp chose not to deliver another marketing message", retry=False),
    ),
    (
        400,
        _error(131050),
        Refused("131050: they want no marketing on WhatsApp", retry=False, gone=Gone.OPTED_OUT),
    ),
    (404, _error(132001), Refused("132001: there is no approved template of this name and language", False)),
    (400, _error(100), Refused("400 100", retry=False)),
    (500, _error(131000), Unknown("500 131000")),
    (500, {}, Unknown("500")),
    (503, {}, Refused("503", retry=True, retry_after=5.0, down=True)),
]


@pytest.mark.parametrize(("status", "body", "outcome"), ANSWERS)
def test_each_answer_means_what_meta_says(
    meta: Double, monkeypatch: pytest.MonkeyPatch, status: int, body: Any, outcome: Outcome
) -> None:
    meta.headers = {"Retry-After": "5"}
    monkeypatch.setattr(meta, "answer", lambda _: (status, body))
    assert provider(meta.url).send(a_message()) == outcome


@pytest.mark.django_db
@pytest.mark.usefixtures("pack")
class TestByTheOutbox:
    def test_it_is_sent_and_its_receipts_find_it(self, meta: Double, time: Time) -> None:
        by = account(meta)
        sent = after(to_ana())
        assert (sent.state, sent.via, sent.provider_ref) == (State.ACCEPTED, by, "wamid.0")
        time.move(minutes=1)
        reported("whatsapp_cloud", change(statuses=[status(meta, "delivered"), status(meta, "read")]))
        sent.refresh_from_db()
        assert sent.delivered_at == sent.opened_at == time.now

    def test_a_lost_answer_waits_for_its_receipt_and_is_not_sent_twice(self, meta: Double) -> None:
        account(meta)
        meta.troubles = [LOST]
        unsure = after(to_ana())
        assert (unsure.state, unsure.retry_at) == (State.UNKNOWN, None)
        reported("whatsapp_cloud", change(statuses=[status(meta, "sent")]))
        unsure.refresh_from_db()
        assert unsure.state == State.ACCEPTED
        assert len(meta.posts(f"/v23.0/{NUMBER}/messages")) == 1

    def test_what_meta_chose_not_to_deliver_was_not_shown_and_the_number_lives(self, meta: Double) -> None:
        account(meta)
        sent = after(to_ana())
        reported("whatsapp_cloud", change(statuses=[status(meta, "failed", errors=[{"code": 131049}])]))
        sent.refresh_from_db()
        assert (sent.state, sent.reason) == (State.REFUSED, "Failed: 131049")
        assert ContactPoint.objects.get(person=sent.person_id, channel="whatsapp").dead_at is None
        assert not out(sent)

    def test_who_stopped_marketing_there_is_out_here(
        self, meta: Double, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account(meta)
        monkeypatch.setattr(meta, "answer", lambda _: (400, _error(131050)))
        refused = after(to_ana())
        assert refused.state == State.REFUSED and out(refused)

    @pytest.mark.parametrize("how", ["text", "button", "preference", "failure"])
    def test_each_no_counts_at_once(self, meta: Double, how: str) -> None:
        account(meta)
        sent = after(to_ana())
        reported("whatsapp_cloud", NOES[how](meta))
        assert out(sent)

    def test_without_an_approved_template_nothing_leaves(self, meta: Double) -> None:
        account(meta)
        refused = after(to_ana({}))
        assert refused.state == State.REFUSED and not meta.asked


def out(delivery: Delivery) -> bool:
    return permission.of(delivery.person_id, clock.now()).no("whatsapp", "upgrades") is not None


def change(**value: Any) -> dict[str, Any]:
    """As Meta's webhook brings it."""
    whose = {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    said = {"messaging_product": "whatsapp", "metadata": whose, **value}
    changes = [{"value": said, "field": "messages"}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}


def status(double: Double, word: str, **more: Any) -> dict[str, Any]:
    """Of the message that the double took."""
    (sent,) = double.ledger
    return {
        "id": sent["wamid"],
        "status": word,
        "timestamp": _seconds(),
        "recipient_id": sent["to"],
        "biz_opaque_callback_data": sent["biz_opaque_callback_data"],
        **more,
    }


def _said(double: Double, kind: str, part: dict[str, Any]) -> dict[str, Any]:
    (sent,) = double.ledger
    context = {"from": "15550783881", "id": sent["wamid"]}
    whole = {"from": sent["to"], "id": "wamid.in", "timestamp": _seconds(), "type": kind, kind: part}
    return change(messages=[{**whole, "context": context}])


def _preferred(double: Double) -> dict[str, Any]:
    (sent,) = double.ledger
    wish = {"wa_id": sent["to"], "category": "marketing_messages", "value": "stop", "timestamp": _seconds()}
    return change(user_preferences=[wish])


def _seconds() -> str:
    return str(int(clock.now().timestamp()))


NOES: dict[str, Callable[[Double], dict[str, Any]]] = {
    "text": lambda double: _said(double, "text", {"body": " Stop! "}),
    "button": lambda double: _said(double, "button", {"text": "Stop promotions", "payload": "stop"}),
    "preference": _preferred,
    "failure": lambda double: change(statuses=[status(double, "failed", errors=[{"code": 131050}])]),
}
