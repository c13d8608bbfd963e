"""Twilio's inbound messages and status callbacks."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app import replies
from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import QUERY, Parsed
from signals_app.connectors.shared.keywords import STOPS
from tests.connectors.messaging import NOW, asked, items, one, parsed, raw, sound

FROM = {"phone": "+14155550100"}
SMS = {"channel": "sms", "provider_message_id": "SM1"}
WHATSAPP = {"channel": "whatsapp", "provider_message_id": "SM1"}


@pytest.mark.parametrize(
    ("name", "event", "properties"),
    [
        ("reply", "Reply Received", {**SMS, "text": "Please call me 🙂"}),
        ("help", "Help Requested", SMS),
        ("start", "Resubscribed", SMS),
        ("stop-without-opt-out-type", "Unsubscribed", SMS),
        ("whatsapp-button", "Reply Received", {**WHATSAPP, "text": "No thanks"}),
        ("whatsapp-stop", "Unsubscribed", WHATSAPP),
    ],
)
def test_what_a_customer_writes(name: str, event: str, properties: dict[str, str]) -> None:
    item = one("twilio", name)
    assert (item.name, item.properties, item.message_id) == (event, properties, "SM1")
    assert (item.lookup, item.occurred_at, item.active) == (FROM, NOW, False)


def test_the_signed_stop_is_an_opt_out() -> None:
    item = one("twilio", "twilio-1-inbound-stop")
    assert (item.name, item.lookup, item.properties["channel"]) == ("Unsubscribed", FROM, "sms")


def said(**fields: str) -> list[tuple[str, str]]:
    body = urlencode({"MessageSid": "SM1", "From": "+14155550100", **fields}).encode()
    return [(item.name, item.properties.get("text", "")) for item in parsed("twilio", body).items]


@pytest.mark.parametrize("word", sorted(STOPS))
def test_a_stop_word_alone_stops_however_it_is_written(word: str) -> None:
    for text in (word.upper(), f" {word.title()}. ", f'"{word}"!'):
        assert said(Body=text) == [("Unsubscribed", "")]


@pytest.mark.parametrize(
    "text", ["please stop texting me", "Stop by tomorrow?", "the end", "cancel my order"]
)
def test_a_sentence_is_for_a_human(text: str) -> None:
    assert said(Body=text) == [("Reply Received", text)]


def test_twilios_own_verdict_counts_and_a_stop_word_always() -> None:
    assert said(Body="Ya no más", OptOutType="STOP") == [("Unsubscribed", "")]
    assert said(Body="stop", OptOutType="HELP") == [("Unsubscribed", "")]
    assert said(Body="JOIN", OptOutType="START") == [("Resubscribed", "")]
    assert said(Body="Unstop") == [("Resubscribed", "")]


@pytest.mark.parametrize("text", ["HELP", "info", " Help! "])
def test_help_by_sms_is_answered_by_twilio_and_is_neither_a_no_nor_work_for_a_human(text: str) -> None:
    assert said(Body=text) == [("Help Requested", "")]
    assert said(Body=text, OptOutType="HELP") == [("Help Requested", "")]
    assert said(Body="Ayuda", OptOutType="HELP") == [("Help Requested", "")]


def test_help_on_whatsapp_is_for_a_human_who_reads_no_refusal_in_it() -> None:
    ((name, text),) = said(Body="HELP", From="whatsapp:+14155550100")
    assert name == "Reply Received"
    assert replies.verdict(text) == "neutral"


@pytest.mark.parametrize("text", ["help me leave", "more info please"])
def test_a_sentence_with_such_a_word_is_a_reply(text: str) -> None:
    assert said(Body=text) == [("Reply Received", text)]


def test_yes_answers_an_offer_and_opts_nobody_in() -> None:
    assert said(Body="YES") == [("Reply Received", "YES")]


TO = {"channel": "sms", "provider_message_id": "SM2"}
FAILED = {**TO, "permanent": True}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("status-delivered", [("SM2:delivered", "Message Delivered", TO)]),
        ("status-read", [("SM2:read", "Message Opened", {**TO, "channel": "whatsapp", "machine": False})]),
        (
            "status-opted-out",
            [
                ("SM2:failed", "Message Failed", {**FAILED, "scope": "message", "reason": "21610"}),
                ("SM2:failed:2", "Unsubscribed", TO),
            ],
        ),
        ("status-no-such-number", [("SM2:undelivered", "Message Failed", {**FAILED, "reason": "30005"})]),
        (
            "status-unknown-error",
            [("SM2:undelivered", "Message Failed", {**TO, "permanent": False, "reason": "30008"})],
        ),
        (
            "status-outside-window",
            [
                (
                    "SM2:undelivered",
                    "Message Failed",
                    {**FAILED, "channel": "whatsapp", "scope": "message", "reason": "63016"},
                )
            ],
        ),
    ],
)
def test_what_became_of_a_message(name: str, found: list[tuple[str, str, dict[str, object]]]) -> None:
    assert [(item.message_id, item.name, item.properties) for item in items("twilio", name)] == found
    assert all(item.lookup == FROM for item in items("twilio", name))


@pytest.mark.parametrize("status", ["accepted", "scheduled", "queued", "sending", "unheard-of"])
def test_a_message_still_under_way_says_nothing(status: str) -> None:
    body = urlencode({"MessageSid": "SM2", "MessageStatus": status, "To": "+1"}).encode()
    assert parsed("twilio", body) == Parsed()


def test_the_query_of_the_callback_names_our_delivery() -> None:
    (item,) = parsed(
        "twilio", raw("twilio", "status-delivered"), {QUERY: "delivery_id=d1&MessageSid=SMx"}
    ).items
    assert (item.properties["delivery_id"], item.properties["provider_message_id"]) == ("d1", "SM2")
    (item,) = parsed("twilio", b"m=d2&" + raw("twilio", "status-delivered")).items
    assert item.properties["delivery_id"] == "d2"


def test_a_json_body_is_read_by_the_same_names() -> None:
    body = json.dumps({"MessageSid": "SM1", "From": "+14155550100", "Body": "Stop"}).encode()
    assert [item.name for item in parsed("twilio", body).items] == ["Unsubscribed"]
    assert parsed("twilio", raw("twilio", "twilio-4-json-bodysha256")) == Parsed()


def test_it_says_no_second_word_to_a_customer() -> None:
    twilio = CONNECTORS["twilio"]
    inbound = twilio.answer(asked(raw("twilio", "twilio-1-inbound-stop"), url="https://a.test/"))
    assert (inbound.status, inbound.content_type, inbound.body) == (200, "text/xml", b"<Response/>")
    status = twilio.answer(asked(raw("twilio", "status-delivered"), url="https://a.test/"))
    assert (status.status, status.body) == (204, b"")
    got = asked(b"", "GET", "https://a.test/?MessageSid=SM1&MessageStatus=sent&To=%2B1")
    assert twilio.answer(got).status == 204


def test_who_has_no_number_is_looked_up_nowhere() -> None:
    (item,) = parsed(
        "twilio", urlencode({"MessageSid": "SM1", "From": "messenger:1", "Body": "x"}).encode()
    ).items
    assert (item.lookup, item.properties["channel"]) == ({}, "chat")


names = st.sampled_from(
    [
        "MessageSid",
        "SmsSid",
        "MessageStatus",
        "SmsStatus",
        "From",
        "To",
        "Body",
        "OptOutType",
        "ErrorCode",
        "m",
    ]
)


@settings(deadline=None)
@given(st.lists(st.tuples(names, st.text(max_size=20)), max_size=8))
def test_no_form_breaks_the_parser(fields: list[tuple[str, str]]) -> None:
    body = urlencode(fields, errors="surrogatepass").encode()
    assert sound(parsed("twilio", body))
    CONNECTORS["twilio"].answer(asked(body, url="https://a.test/"))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_the_parser(body: bytes) -> None:
    assert sound(parsed("twilio", body))
    CONNECTORS["twilio"].answer(asked(body, url="https://a.test/?%ff=%ff"))
