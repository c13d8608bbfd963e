"""SendGrid as its own library speaks to it, what its answers lead to, and its receipts about what we sent."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from campaigns_app.channels.base import Accepted, Outcome, Refused, Unknown
from campaigns_app.channels.sendgrid import SendGrid
from campaigns_app.models import ChannelAccount, Delivery
from consent_app import permission
from people_app.models import ContactPoint
from tests.channels import captured
from tests.channels.mails import CONTENT, OURS, UNSUBSCRIBE, a_mail, reported
from tests.conftest import Time
from tests.http_double import LOST, Asked, Double
from tests.outgoing import a_reader, after, an_account_at, due_again, intended
from upsell_project.lib import clock

KEY = "SG.test"
ADDRESS = "ana@example.com"
State = Delivery.State
KNOWN = {"personalizations", "from", "reply_to", "subject", "content", "headers", "custom_args", "categories"}
KNOWN |= {"tracking_settings", "mail_settings", "asm", "send_at", "attachments", "template_id"}
RESERVED = {"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"}
RESERVED |= {"to", "from", "subject", "reply-to", "cc", "bcc"}


class SendGridDouble(Double):
    """Takes what SendGrid takes: the key, JSON, known fields, text before HTML, no reserved header, strings as custom
    arguments. `activity`: whether the account bought Email Activity."""

    activity = True

    def answer(self, asked: Asked) -> tuple[int, Any]:
        self.headers = {}
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"errors": [{"message": "authorization required", "field": None}]}
        if asked.path == "/v3/scopes":
            return 200, {"scopes": ["mail.send"]}
        if asked.path == "/v3/messages":
            return self._activity(asked.query)
        if (asked.method, asked.path) != ("POST", "/v3/mail/send"):
            return 404, {}
        if wrong := self._wrong(asked):
            return 400, {"errors": [{"message": f"{wrong} of {ADDRESS}", "field": wrong}]}
        message_id = f"sg{len(self.ledger)}"
        self.ledger.append({"id": message_id, **asked.said})
        self.headers = {"X-Message-Id": message_id}
        return 202, ""

    def _wrong(self, asked: Asked) -> str:
        said = asked.said
        if asked.headers["content-type"] != "application/json" or said.keys() - KNOWN:
            return "body"
        if [part["type"] for part in said["content"]] != ["text/plain", "text/html"]:
            return "content"
        if not all(part["value"] for part in said["content"]) or not said["subject"]:
            return "content.value"
        if {name.lower() for name in said["headers"]} & RESERVED:
            return "headers"
        args = said["custom_args"]
        if not all(isinstance(value, str) for value in args.values()) or len(str(args)) > 10_000:
            return "custom_args"
        recipients = [to["email"] for one in said["personalizations"] for to in one["to"]]
        if not recipients or not all(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", to) for to in recipients):
            return "personalizations.0.to.0.email"
        return "" if said["from"].get("email") else "from"

    def _activity(self, query: dict[str, str]) -> tuple[int, Any]:
        if not self.activity:
            return 403, {"errors": [{"message": "access forbidden"}]}
        found = re.fullmatch(r"\(unique_args\['delivery_id'\]=\"([0-9a-f-]{36})\"\)", query["query"])
        assert found and query["limit"] == "1"
        ours = [one for one in self.ledger if one["custom_args"]["delivery_id"] == found[1]]
        told = [{"msg_id": f"{one['id']}.recvd-7c-1-6A.0", "status": "delivered"} for one in ours]
        return 200, {"messages": told}


@pytest.fixture
def sendgrid(serve: Callable[[Double], Double]) -> SendGridDouble:
    double = SendGridDouble()
    serve(double)
    return double


def account(double: Double, **fields: Any) -> ChannelAccount:
    return an_account_at(
        "sendgrid", "email", double.url, **{"secrets": {"api_key": KEY}, "given": {}, **fields}
    )


def to_ana() -> Delivery:
    return intended(a_reader("email", ADDRESS), "email", CONTENT)


def test_a_mail_reads_as_its_library_writes_it() -> None:
    (theirs,) = captured.of("sendgrid")
    ours = SendGrid("email", {"api_key": KEY, "category": "upsell"}).request(a_mail())
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    names = ("authorization", "content-type", "accept")
    assert captured.head(ours, *names) == captured.head(theirs, *names)
    said, expected = captured.said(ours), captured.said(theirs)
    # Its groups would put a second way out beside ours.
    expected.pop("asm")
    headers = {
        **expected.pop("headers"),
        "List-Unsubscribe": f"<{UNSUBSCRIBE}>",
        "Message-ID": f"<{OURS}@example.com>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "Feedback-ID": "upgrades:s1:offer:upsell",
    }
    assert said == {
        **expected,
        "headers": headers,
        "custom_args": {"delivery_id": OURS},
        "reply_to": {"email": f"in+{OURS}@example.com"},
        "tracking_settings": {"subscription_tracking": {"enable": False}},
    }


def test_a_subuser_of_europe_is_asked_in_europe() -> None:
    hosts = [SendGrid("email", {"api_key": KEY, "region": region}).base_url for region in ("", "us", "eu")]
    assert hosts == ["https://api.sendgrid.com", "https://api.sendgrid.com", "https://api.eu.sendgrid.com"]


def test_a_mail_without_a_sender_is_not_sent() -> None:
    sent = SendGrid("email", {"api_key": KEY}).send(a_mail(sender=""))
    assert sent == Refused("SendGrid needs a sender's address", retry=False)


ANSWERS: list[tuple[int, dict[str, str], Any, Outcome]] = [
    (202, {"X-Message-Id": "abc"}, "", Accepted("abc")),
    (
        400,
        {},
        {"errors": [{"field": "from", "message": "bad a@b.c"}]},
        Refused("400 from", retry=False),
    ),
    (401, {}, {}, Refused("the key was refused: 401", retry=True, broken=True)),
    (
        403,
        {},
        {"errors": [{"field": "from", "message": "not a verified Sender Identity"}]},
        Refused("the key was refused: 403 from", retry=True, broken=True),
    ),
    (413, {}, {}, Refused("413", retry=False)),
    (429, {"Retry-After": "7"}, {}, Refused("429", retry=True, retry_after=7.0, down=True)),
    (429, {}, {}, Refused("429", retry=True, down=True)),
    (500, {}, {}, Unknown("500")),
    (503, {}, {}, Refused("503", retry=True, down=True)),
]


@pytest.mark.parametrize(("status", "headers", "body", "outcome"), ANSWERS)
def test_each_answer_means_what_sendgrid_says(
    sendgrid: Double,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    headers: dict[str, str],
    body: Any,
    outcome: Outcome,
) -> None:
    sendgrid.headers = headers
    monkeypatch.setattr(sendgrid, "answer", lambda _: (status, body))
    assert SendGrid("email", {"api_key": KEY}, sendgrid.url).send(a_mail()) == outcome


def test_too_many_are_told_when_they_may_come_again(
    sendgrid: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.real()
    monkeypatch.setattr(clock, "real", lambda: real)
    sendgrid.headers = {"X-RateLimit-Reset": str(int(real.timestamp()) + 42)}
    monkeypatch.setattr(sendgrid, "answer", lambda _: (429, {}))
    sent = SendGrid("email", {"api_key": KEY}, sendgrid.url).send(a_mail())
    assert isinstance(sent, Refused) and sent.retry_after and 41 <= sent.retry_after <= 42


def test_a_key_can_be_tried(sendgrid: Double) -> None:
    for key, status in ((KEY, 200), ("wrong", 401)):
        provider = SendGrid("email", {"api_key": key}, sendgrid.url)
        answer = provider.asked(provider.test())
        assert not isinstance(answer, Refused | Unknown) and answer.status == status


@pytest.mark.django_db
@pytest.mark.usefixtures("pack")
class TestByTheOutbox:
    def test_it_is_sent_with_every_way_out(self, sendgrid: Double, settings: Any) -> None:
        settings.REPLY_TO = "in@reply.example.com"
        by, mail = account(sendgrid), to_ana()
        sent = after(mail)
        assert (sent.state, sent.via, sent.provider_ref) == (State.ACCEPTED, by, "sg0")
        (said,) = sendgrid.ledger
        assert said["custom_args"] == {"delivery_id": str(mail.pk)}
        assert said["reply_to"] == {"email": f"in+{mail.pk}@reply.example.com"}
        assert said["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert said["headers"]["List-Unsubscribe"].startswith(f"<{settings.PUBLIC_URL}/u/")
        assert "reply-to" not in {name.lower() for name in said["headers"]}

    def test_what_it_refuses_of_one_mail_stops_no_other(
        self, sendgrid: Double, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account(sendgrid)
        monkeypatch.setattr(sendgrid, "_wrong", lambda _: "personalizations.0.to.0.email")
        refused = after(to_ana())
        assert (refused.state, refused.reason) == (State.REFUSED, "400 personalizations.0.to.0.email")
        assert ADDRESS not in refused.reason

    def test_a_lost_answer_is_looked_up(self, sendgrid: Double) -> None:
        account(sendgrid)
        sendgrid.troubles = [LOST]
        unsure = after(to_ana())
        assert unsure.state == State.UNKNOWN
        due_again(unsure)
        found = after(unsure)
        assert (found.state, found.provider_ref) == (State.ACCEPTED, "sg0")
        assert len(sendgrid.posts("/v3/mail/send")) == 1

    def test_without_email_activity_the_receipt_settles_it(self, sendgrid: SendGridDouble) -> None:
        account(sendgrid)
        sendgrid.activity, sendgrid.troubles = False, [LOST]
        unsure = after(to_ana())
        due_again(unsure)
        assert after(unsure).state == State.UNKNOWN
        reported("sendgrid", [receipt(sendgrid, "processed")])
        unsure.refresh_from_db()
        assert unsure.state == State.ACCEPTED
        assert len(sendgrid.posts("/v3/mail/send")) == 1

    def test_its_receipts_find_the_mail(self, sendgrid: Double, time: Time) -> None:
        account(sendgrid)
        sent = after(to_ana())
        time.move(minutes=1)
        reported("sendgrid", [receipt(sendgrid, "delivered"), receipt(sendgrid, "open")])
        sent.refresh_from_db()
        assert sent.delivered_at == sent.opened_at == time.now

    def test_a_bounce_ends_the_address_and_a_complaint_the_channel(self, sendgrid: Double) -> None:
        account(sendgrid)
        sent = after(to_ana())
        reported("sendgrid", [receipt(sendgrid, "bounce", type="bounce", reason="550 no such user")])
        sent.refresh_from_db()
        assert sent.state == State.REFUSED and sent.reason == "Bounced: 550 no such user"
        point = ContactPoint.objects.get(person=sent.person_id, channel="email")
        assert point.dead_at
        reported("sendgrid", [receipt(sendgrid, "spamreport")])
        assert permission.of(sent.person_id, clock.now()).no("email", "upgrades")


def receipt(double: Double, event: str, **more: Any) -> dict[str, Any]:
    """As SendGrid's Event Webhook tells of the mail that the double took: custom arguments at the top."""
    (sent,) = double.ledger
    return {
        "email": sent["personalizations"][0]["to"][0]["email"],
        "timestamp": int(clock.now().timestamp()),
        "event": event,
        "sg_event_id": f"{event}-1",
        "sg_message_id": f"{sent['id']}.recvd-7c-1-6A.0",
        "smtp-id": sent["headers"]["Message-ID"],
        **sent["custom_args"],
        **more,
    }
