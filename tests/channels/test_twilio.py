"""Twilio as its own library speaks to it, and what its answers lead to."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from campaigns_app.channels.base import Accepted, Message, Outcome, Refused, Unknown
from campaigns_app.channels.twilio import Twilio
from campaigns_app.models import ChannelAccount, Delivery, Enrollment
from consent_app import permission
from people_app.models import ContactPoint
from tests.channels import captured
from tests.conftest import Time
from tests.http_double import LOST, Asked, Double
from tests.outgoing import TEXT, a_reader, after, an_account_at, due_again, intended
from upsell_project.lib import clock

SID, TOKEN = "AC" + "0" * 32, "auth_token_x"
GIVEN = {"account_sid": SID, "from": "+14155550199"}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
State = Delivery.State


class TwilioDouble(Double):
    """Takes what Twilio takes: the account's key, a form, known fields, one sender, numbers in E.164."""

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if (
            asked.headers.get("authorization")
            != "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()
        ):
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        if asked.path != f"/2010-04-01/Accounts/{SID}/Messages.json":
            return 200 if asked.path == f"/2010-04-01/Accounts/{SID}.json" else 404, {}
        if asked.method == "GET":
            sent = [one for one in self.ledger if one["to"] == asked.query["To"]]
            return 200, {"messages": sent[: int(asked.query["PageSize"])]}
        return self._take(asked)

    def _take(self, asked: Asked) -> tuple[int, Any]:
        said = asked.said
        known = {"To", "From", "MessagingServiceSid", "Body", "StatusCallback", "ValidityPeriod"}
        known |= {"ContentSid", "ContentVariables"}
        if asked.headers["content-type"] != "application/x-www-form-urlencoded" or said.keys() - known:
            return 400, {"code": 21601, "status": 400}
        if not said.get("To", "").removeprefix("whatsapp:").startswith("+"):
            return 400, {"code": 21211, "message": f"Invalid 'To' {said.get('To')}", "status": 400}
        if ("From" in said) == ("MessagingServiceSid" in said):
            return 400, {"code": 21603, "status": 400}
        if said["To"].startswith("whatsapp:") and "ContentSid" not in said:
            return 400, {"code": 63016, "status": 400}
        made = {
            "sid": f"SM{len(self.ledger):032}",
            "status": "queued",
            "to": said["To"],
            "body": said.get("Body") or said.get("ContentVariables"),
            "direction": "outbound-api",
            "date_created": format_datetime(clock.real()),
        }
        self.ledger.append(made)
        return 201, made


@pytest.fixture
def twilio(serve: Callable[[Double], Double]) -> Double:
    return serve(TwilioDouble())


def account(double: Double, channel: str = "sms", **fields: Any) -> ChannelAccount:
    given = fields.pop("given", GIVEN)
    secrets = fields.pop("secrets", {"auth_token": TOKEN})
    return an_account_at("twilio", channel, double.url, given=given, secrets=secrets, **fields)


def a_message(**fields: Any) -> Message:
    return Message(
        **{"delivery_id": "d1", "to": "+14155550100", "at": NOW, "channel": "sms", "text": "hi", **fields}
    )


def request(channel: str, given: dict[str, str], **message: Any) -> Any:
    return Twilio(channel, {**GIVEN, "auth_token": TOKEN, **given}).request(
        a_message(channel=channel, **message)
    )


def test_a_text_reads_as_its_library_writes_it() -> None:
    theirs = captured.of("twilio")[0]
    text = "Trial ends soon. Reply STOP to opt out."
    ours = request("sms", {"status_url": "https://app.example.com/hooks/twilio/status"}, text=text)
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    names = ("authorization", "content-type", "accept")
    assert captured.head(ours, *names) == captured.head(theirs, *names)
    said = captured.form(ours)
    assert said.pop("StatusCallback") == "https://app.example.com/hooks/twilio/status?m=d1"
    expected = captured.form(theirs)
    expected.pop("StatusCallback")
    assert said == expected


def test_a_template_of_whatsapp_reads_as_its_library_writes_it() -> None:
    theirs = captured.form(captured.of("twilio")[1])
    form = {"id": theirs["ContentSid"], "variables": ["Ana", "Pro"]}
    assert captured.form(request("whatsapp", {}, form=form)) == theirs


def test_a_messaging_service_sends_while_it_is_fresh() -> None:
    given = {"from": "MG22222222222222222222222222222222"}
    ours = captured.form(request("sms", given, at=NOW, expires_at=NOW + timedelta(hours=4)))
    assert ours == captured.form(captured.of("twilio")[2])
    week = captured.form(request("sms", given, at=NOW, expires_at=NOW + timedelta(days=7)))
    assert week["ValidityPeriod"] == "36000"


def test_whatsapp_without_a_template_is_not_sent() -> None:
    sent = Twilio("whatsapp", {**GIVEN, "auth_token": TOKEN}).send(a_message(channel="whatsapp"))
    assert sent == Refused("WhatsApp takes approved templates only: this text names none", retry=False)


@pytest.mark.django_db
@pytest.mark.usefixtures("pack")
class TestByTheOutbox:
    def test_it_is_sent_and_kept_with_its_sid(self, twilio: Double, time: Time) -> None:
        by = account(twilio)
        sent = after(intended(a_reader("sms", "+14155550100"), "sms"))
        assert (sent.state, sent.provider, sent.via) == (State.ACCEPTED, "twilio", by)
        assert sent.provider_ref == twilio.ledger[0]["sid"]
        assert twilio.ledger[0]["body"] == TEXT["body"]
        assert sent.sent_at == time.now

    @pytest.mark.parametrize("code", [21211, 21614])
    def test_a_number_that_is_none_is_not_tried_again(
        self, twilio: Double, code: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account(twilio)
        monkeypatch.setattr(twilio, "answer", lambda _: (400, {"code": code, "status": 400}))
        reader = a_reader("sms", "+14155550100")
        refused = after(intended(reader, "sms"))
        assert (refused.state, refused.reason) == (State.REFUSED, f"{code}: no such number")
        assert ContactPoint.objects.get(person=reader, channel="sms").dead_at

    def test_who_opted_out_there_is_opted_out_here(
        self, twilio: Double, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account(twilio)
        monkeypatch.setattr(twilio, "answer", lambda _: (400, {"code": 21610, "status": 400}))
        reader = a_reader("sms", "+14155550100")
        first = intended(reader, "sms")
        later = clock.now() + timedelta(hours=1)
        second = intended(
            reader, "sms", run=first.enrollment, occurrence=2, state=State.HELD, send_after=later
        )
        assert after(first).state == State.REFUSED
        second.refresh_from_db()
        assert second.state == State.SKIPPED
        bar = permission.of(reader.pk, clock.now()).no("sms", "upgrades")
        assert bar is not None
        run = Enrollment.objects.get(delivery=first)
        assert run.state == "finished"

    def test_a_key_that_is_refused_stops_the_account_and_burns_nothing(self, twilio: Double) -> None:
        by = account(twilio, secrets={"auth_token": "wrong"})
        waiting = [intended(a_reader("sms", f"+1415555010{n}"), "sms") for n in range(3)]
        after(waiting[0])
        by.refresh_from_db()
        assert by.broken_at and by.error == "the key was refused: 401 20003"
        assert len(twilio.asked) == 1
        rows = Delivery.objects.filter(pk__in=[one.pk for one in waiting])
        assert {(one.state, one.attempts) for one in rows} == {(State.INTENDED, 0)}

    def test_a_lost_answer_is_looked_up_and_not_sent_twice(self, twilio: Double) -> None:
        account(twilio)
        twilio.troubles = [LOST]
        unsure = after(intended(a_reader("sms", "+14155550100"), "sms"))
        assert unsure.state == State.UNKNOWN and unsure.unsure_at
        due_again(unsure)
        found = after(unsure)
        assert (found.state, found.provider_ref) == (State.ACCEPTED, twilio.ledger[0]["sid"])
        assert len(twilio.posts(f"/2010-04-01/Accounts/{SID}/Messages.json")) == 1

    def test_what_the_provider_does_not_have_waits_for_a_human(self, twilio: Double) -> None:
        account(twilio)
        twilio.troubles = [LOST]
        unsure = after(intended(a_reader("sms", "+14155550100"), "sms"))
        twilio.ledger.clear()
        due_again(unsure)
        assert after(unsure).retry_at, "it is looked up again"
        long_ago = clock.real() - timedelta(minutes=16)
        Delivery.objects.filter(pk=unsure.pk).update(unsure_at=long_ago, retry_at=clock.real())
        parked = after(unsure)
        assert (parked.state, parked.retry_at) == (State.UNKNOWN, None)
        assert len(twilio.posts(f"/2010-04-01/Accounts/{SID}/Messages.json")) == 1


ANSWERS: list[tuple[int, dict[str, Any], Outcome]] = [
    (201, {"sid": "SM1"}, Accepted("SM1")),
    (429, {"code": 20429}, Refused("20429: too many at once", retry=True, down=True)),
    (
        400,
        {"code": 63049},
        Refused("63049: WhatsApp chose not to deliver another marketing message", retry=False),
    ),
    (500, {"code": 20500}, Unknown("500 20500")),
    (502, {}, Unknown("502")),
    (503, {}, Refused("503", retry=True, down=True)),
    (404, {"code": 20404}, Refused("404 20404", retry=False)),
]


@pytest.mark.parametrize(("status", "body", "outcome"), ANSWERS)
def test_each_answer_means_what_twilio_says(
    serve: Callable[[Double], Double],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    body: Any,
    outcome: Outcome,
) -> None:
    double = serve(TwilioDouble())
    monkeypatch.setattr(double, "answer", lambda _: (status, body))
    assert Twilio("sms", {**GIVEN, "auth_token": TOKEN}, double.url).send(a_message()) == outcome
