"""Customer.io as its own library speaks to it, what its answers lead to, and its receipts about what we sent."""

from collections.abc import Callable
from typing import Any

import pytest

from campaigns_app.channels.base import Accepted, Outcome, Refused, Unknown
from campaigns_app.channels.customerio import CustomerIo
from campaigns_app.models import ChannelAccount, Delivery
from consent_app import permission
from tests.channels import captured
from tests.channels.mails import CONTENT, OURS, UNSUBSCRIBE, a_mail, reported
from tests.conftest import Time
from tests.http_double import LOST, Asked, Double
from tests.outgoing import a_reader, after, an_account_at, due_again, intended
from upsell_project.lib import clock

KEY = "app_key"
GIVEN = {"transactional_message_id": "3"}
State = Delivery.State
# As customerio-python names them.
KNOWN = {"transactional_message_id", "to", "identifiers", "from", "headers", "reply_to", "bcc", "subject"}
KNOWN |= {"preheader", "body", "body_plain", "body_amp", "fake_bcc", "disable_message_retention", "tracked"}
KNOWN |= {"send_to_unsubscribed", "queue_draft", "message_data", "attachments", "send_at", "language"}


class CustomerIoDouble(Double):
    """Takes what Customer.io takes: the app key, JSON, known fields, one identifier, four headers at most, and neither
    its own nor Liquid that does not parse."""

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"meta": {"error": "Unauthorized"}}
        if asked.path == "/v1/transactional":
            return 200, {"messages": [{"id": 3}]}
        if asked.path.endswith("/messages"):
            return self._messages(asked)
        if (asked.method, asked.path) != ("POST", "/v1/send/email"):
            return 404, {}
        if asked.said.get("transactional_message_id") != "3":
            return 404, {"meta": {"error": "no such message"}}
        if wrong := self._wrong(asked):
            return 400, {"meta": {"error": wrong}}
        made = {
            "delivery_id": f"dlv{len(self.ledger)}",
            "created": int(clock.real().timestamp()),
            **asked.said,
        }
        self.ledger.append(made)
        return 200, {"delivery_id": made["delivery_id"], "queued_at": made["created"]}

    def _wrong(self, asked: Asked) -> str:
        said = asked.said
        if asked.headers["content-type"] != "application/json" or said.keys() - KNOWN:
            return "unknown field"
        if len(said["identifiers"]) != 1 or said["identifiers"].keys() - {"id", "email", "cio_id"}:
            return "identifiers"
        headers = said["headers"]
        if len(headers) > 4 or {name.lower() for name in headers} & {"message-id", "date", "reply-to", "to"}:
            return "headers"
        if said["send_to_unsubscribed"] is not False or "{{" in said["body"]:
            return "body"
        return "" if "@" in said["to"] and "@" in said["from"] else "to"

    def _messages(self, asked: Asked) -> tuple[int, Any]:
        who = asked.path.split("/")[3]
        kind, start = asked.query["id_type"], int(asked.query["start_ts"])
        found = [
            {
                "id": one["delivery_id"],
                "type": "email",
                "recipient": one["to"],
                "subject": one["subject"],
                "created": one["created"],
            }
            for one in self.ledger
            if one["identifiers"].get(kind) == who and one["created"] >= start
        ]
        return 200, {"messages": found, "next": ""}


@pytest.fixture
def customerio(serve: Callable[[Double], Double]) -> Double:
    return serve(CustomerIoDouble())


def provider(url: str = "", **given: str) -> CustomerIo:
    return CustomerIo("email", {"app_key": KEY, **GIVEN, **given}, url)


def account(double: Double, **fields: Any) -> ChannelAccount:
    return an_account_at(
        "customerio", "email", double.url, **{"secrets": {"app_key": KEY}, "given": GIVEN, **fields}
    )


def to_ana() -> Delivery:
    return intended(a_reader("email", "ana@example.com"), "email", CONTENT)


def test_a_mail_reads_as_its_library_writes_it() -> None:
    (theirs,) = captured.of("customerio")
    ours = provider().request(a_mail())
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    names = ("authorization", "content-type")
    assert captured.head(ours, *names) == captured.head(theirs, *names)
    # The same four members, and the finished mail in place of the template's.
    assert captured.said(ours) == {
        **captured.said(theirs),
        "message_data": {"delivery_id": OURS},
        "from": "Acme <agent@example.com>",
        "reply_to": f"in+{OURS}@example.com",
        "subject": "Almost out of exports",
        "body": "<p>Hi</p>",
        "body_plain": "Hi",
        "headers": {
            "List-Unsubscribe": f"<{UNSUBSCRIBE}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
            "Feedback-ID": "upgrades:s1:offer:upsell",
        },
        "send_to_unsubscribed": False,
    }


def test_who_has_no_id_of_ours_is_named_by_the_address() -> None:
    said = captured.said(provider().request(a_mail(user_id="")))
    assert said["identifiers"] == {"email": "ana@example.com"}


def test_an_account_of_europe_is_asked_in_europe() -> None:
    assert provider(region="eu").base_url == "https://api-eu.customer.io"
    assert provider(region="us").base_url == provider().base_url == "https://api.customer.io"


@pytest.mark.parametrize("part", ["subject", "text", "html"])
@pytest.mark.parametrize("sign", ["{{ customer.email }}", "{% if x %}"])
def test_what_would_be_filled_in_there_is_not_sent(part: str, sign: str) -> None:
    sent = provider().send(a_mail(**{part: f"Hi {sign}"}))
    assert sent == Refused("Customer.io would take {{ or {% in this mail for fields of its own", retry=False)


ANSWERS: list[tuple[int, Any, Outcome]] = [
    (200, {"delivery_id": "d1", "queued_at": 1}, Accepted("d1")),
    (200, {}, Unknown("200 without a delivery_id")),
    (400, {"meta": {"error": "bad ana@example.com"}}, Refused("400", retry=False)),
    (401, {}, Refused("the key was refused: 401", retry=True, broken=True)),
    (404, {}, Refused("404: there is no such transactional message", retry=True, broken=True)),
    (429, {}, Refused("429", retry=True, retry_after=9.0, down=True)),
    (500, {}, Unknown("500")),
    (503, {}, Refused("503", retry=True, retry_after=9.0, down=True)),
]


@pytest.mark.parametrize(("status", "body", "outcome"), ANSWERS)
def test_each_answer_means_what_customerio_says(
    customerio: Double, monkeypatch: pytest.MonkeyPatch, status: int, body: Any, outcome: Outcome
) -> None:
    customerio.headers = {"Retry-After": "9"}
    monkeypatch.setattr(customerio, "answer", lambda _: (status, body))
    assert provider(customerio.url).send(a_mail()) == outcome


@pytest.mark.django_db
@pytest.mark.usefixtures("pack")
class TestByTheOutbox:
    def test_it_is_sent_and_its_receipts_find_it(self, customerio: Double, time: Time) -> None:
        by = account(customerio)
        sent = after(to_ana())
        assert (sent.state, sent.via, sent.provider_ref) == (State.ACCEPTED, by, "dlv0")
        time.move(minutes=1)
        reported("customerio", receipt(customerio, "delivered"))
        reported("customerio", receipt(customerio, "human_opened"))
        sent.refresh_from_db()
        assert sent.delivered_at == sent.opened_at == time.now

    def test_who_unsubscribes_there_is_out_here(self, customerio: Double) -> None:
        account(customerio)
        sent = after(to_ana())
        reported("customerio", receipt(customerio, "unsubscribed"))
        assert permission.of(sent.person_id, clock.now()).no("email", "upgrades")

    def test_whom_it_did_not_write_to_was_not_reached(self, customerio: Double) -> None:
        account(customerio)
        sent = after(to_ana())
        reported("customerio", receipt(customerio, "undeliverable"))
        sent.refresh_from_db()
        assert sent.state == State.REFUSED

    def test_a_missing_message_there_stops_the_account_and_burns_nothing(self, customerio: Double) -> None:
        by, mail = account(customerio, given={"transactional_message_id": "9"}), to_ana()
        after(mail)
        by.refresh_from_db()
        assert by.broken_at and by.error == "404: there is no such transactional message"
        assert (mail.state, mail.attempts) == (State.INTENDED, 0)

    def test_a_lost_answer_is_looked_up_and_not_sent_twice(self, customerio: Double) -> None:
        account(customerio)
        customerio.troubles = [LOST]
        unsure = after(to_ana())
        assert unsure.state == State.UNKNOWN
        due_again(unsure)
        found = after(unsure)
        assert (found.state, found.provider_ref) == (State.ACCEPTED, "dlv0")
        assert len(customerio.posts("/v1/send/email")) == 1

    @pytest.mark.parametrize("change", [{"subject": "Another"}, {"to": "b@example.com"}, {"created": 1}])
    def test_another_mail_is_not_taken_for_it(self, customerio: Double, change: dict[str, Any]) -> None:
        account(customerio)
        customerio.troubles = [LOST]
        unsure = after(to_ana())
        customerio.ledger[0] |= change
        due_again(unsure)
        assert after(unsure).state == State.UNKNOWN


def receipt(double: Double, metric: str) -> dict[str, Any]:
    """As Customer.io's reporting webhook tells of the mail that the double took."""
    (sent,) = double.ledger
    return {
        "event_id": f"01K{metric}",
        "object_type": "email",
        "metric": metric,
        "timestamp": int(clock.now().timestamp()),
        "data": {
            "delivery_id": sent["delivery_id"],
            "identifiers": sent["identifiers"],
            "recipient": sent["to"],
            "subject": sent["subject"],
            "transactional_message_id": 3,
        },
    }
