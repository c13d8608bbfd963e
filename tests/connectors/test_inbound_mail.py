"""Replies to our mails, as mail services and mail servers hand them over."""

import json
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Parsed
from signals_app.incoming import Incoming
from tests.connectors.mails import OURS, RAW, a_bounce, a_reply, carried, form

MAIL = CONNECTORS["inbound_mail"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def parsed(mail: EmailMessage | bytes, headers: dict[str, str] = RAW) -> Parsed:
    return MAIL.parse(mail if isinstance(mail, bytes) else mail.as_bytes(), headers, NOW, "hook")


def one(mail: EmailMessage | bytes, headers: dict[str, str] = RAW) -> Incoming:
    found = parsed(mail, headers)
    (item,) = found.items
    assert found.rejected == []
    return item


WAYS = ["mime", "sendgrid", "sendgrid-raw", "mailgun", "mailgun-form", "postmark"]


@pytest.mark.parametrize("by", WAYS)
def test_a_reply_is_the_same_whoever_carries_it(by: str) -> None:
    found = one(*carried(by))
    assert (found.kind, found.name, found.active) == ("track", "Reply Received", False)
    assert found.message_id == "CAF-1@mail.example.com"
    assert found.occurred_at == datetime(2026, 3, 2, 9, 29, tzinfo=UTC)
    assert found.lookup == {"email": "ana@example.com"}
    assert found.properties == {
        "channel": "email",
        "text": "No thanks, we are fine.",
        "subject": "Re: 17 of 20 reports",
        "delivery_id": OURS,
        "provider_message_id": f"{OURS}@x.test",
    }


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, OURS),
        ({"In_Reply_To": "", "References": f"<first@x.test> <{OURS}@x.test>"}, OURS),
        ({"In_Reply_To": "<their-own@mail.test>"}, OURS),
        ({"In_Reply_To": f"<{OURS.upper()}@icloud.test>", "References": ""}, ""),
        ({"In_Reply_To": "<0102-3@eu-west-1.amazonses.test>", "References": ""}, ""),
        ({"In_Reply_To": "", "References": "", "Delivered_To": f"replies+{OURS}@in.x.test"}, OURS),
        ({"In_Reply_To": "", "References": "", "To": f"Upsell <replies+{OURS}@in.x.test>"}, OURS),
        ({"In_Reply_To": "nonsense", "References": "", "To": f"{OURS}@x.test"}, ""),
    ],
)
def test_what_is_answered_is_found_by_headers_or_by_the_tagged_address(
    headers: dict[str, str], ours: str
) -> None:
    assert one(a_reply(**headers)).properties.get("delivery_id", "") == ours


def test_html_alone_is_read_without_what_it_quotes() -> None:
    html = (
        "<html><head><style>p{}</style></head><body><p>Please <b>stop</b> &amp; go</p>"
        '<div class="gmail_quote"><blockquote>Yes, upgrade me</blockquote></div></body></html>'
    )
    mail = a_reply("x")
    mail.clear_content()
    mail.set_content(html, subtype="html")
    assert one(mail).properties["text"] == "Please stop & go"


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "windows-1252"])
def test_other_alphabets_and_encodings_are_read(charset: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Jürgen <j@example.com>", "Über uns"
    mail.set_content("Arrêtez, süß", charset=charset)
    found = one(mail)
    assert (found.properties["text"], found.properties["subject"]) == ("Arrêtez, süß", "Über uns")
    said, headers = form(
        {"from": "j@example.com", "text": "Arrêtez, süß", "charsets": json.dumps({"text": charset})}, charset
    )
    assert one(said, headers).properties["text"] == "Arrêtez, süß"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; type=vacation"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Autorespond": "1"},
        {"List_Id": "<news.example.com>"},
        {"Subject": "Out of office: Re: 17 of 20 reports"},
        {"Subject": "Automatische Antwort: 17 von 20"},
        {"Subject": "Réponse automatique : 17 sur 20"},
        {"Subject": "Respuesta automática: 17 de 20"},
        {"Return_Path": "<>"},
        {"From": "no-reply@example.com"},
        {"Auto_Submitted": "auto-generated", "Message_ID": f"<{OURS}@x.test>"},
    ],
)
def test_machines_and_our_own_mail_coming_back_say_nothing(headers: dict[str, str]) -> None:
    assert parsed(a_reply(**headers)) == Parsed()


@pytest.mark.parametrize(
    "headers",
    [{"Auto_Submitted": "no"}, {"Subject": "Re: Out of office"}, {"Return_Path": "<ana@example.com>"}],
)
def test_humans_are_heard_all_the_same(headers: dict[str, str]) -> None:
    assert one(a_reply(**headers)).name == "Reply Received"


@pytest.mark.parametrize(
    ("action", "status", "permanent"),
    [
        ("failed", "5.1.1", True),
        ("failed", "4.4.1", False),
        ("delayed", "4.4.7", False),
        ("delayed", "5.0.0", False),
    ],
)
def test_a_bounce_names_the_mail_and_whether_it_is_for_good(
    action: str, status: str, permanent: bool
) -> None:
    found = one(a_bounce(action, status))
    assert (found.name, found.lookup, found.message_id) == (
        "Message Bounced",
        {"email": "ana@example.com"},
        "b-1@mx.test",
    )
    assert found.properties == {
        "channel": "email",
        "permanent": permanent,
        "reason": f"{status} 550 5.1.1 (address) User unknown",
        "delivery_id": OURS,
        "provider_message_id": f"{OURS}@x.test",
    }


def test_a_bounce_without_the_mail_still_names_the_address() -> None:
    found = one(a_bounce("failed", "5.1.1", original=False))
    assert "delivery_id" not in found.properties
    assert found.lookup == {"email": "ana@example.com"}


def test_a_report_that_it_was_delivered_is_no_bounce() -> None:
    assert parsed(a_bounce("delivered", "2.0.0")) == Parsed()


def test_a_bounce_that_a_service_took_apart_is_read_from_its_words() -> None:
    fields: dict[str, str | bytes] = {
        "headers": f"From: MAILER-DAEMON@mx.test\nReferences: <{OURS}@x.test>\nSubject: Undeliverable: 17 of 20",
        "text": "The mail could not be delivered: 550 5.1.1 user unknown",
    }
    found = one(*form(fields))
    assert (found.name, found.properties["permanent"], found.properties["reason"]) == (
        "Message Bounced",
        True,
        "5.1.1",
    )
    assert found.properties["delivery_id"] == OURS


def test_a_bounce_about_nobody_is_kept_as_rejected() -> None:
    raw = b"From: MAILER-DAEMON@mx.test\nSubject: Undelivered mail\n\nSorry"
    assert [one.reason for one in parsed(raw).rejected] == [
        "the bounce names neither its recipient nor one of our mails"
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"{}", "application/json"),
        (b"a=b", "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
        (b"", "message/rfc822"),
        (b"\x00\xff\xfe", ""),
        (b"Subject: nobody\n\nhello", "message/rfc822"),
    ],
)
def test_what_is_no_mail_is_kept_as_rejected(body: bytes, kind: str) -> None:
    found = parsed(body, {"content-type": kind})
    assert (found.items, len(found.rejected)) == ([], 1)


@settings(deadline=None)
@given(st.sampled_from([carried(by) for by in WAYS] + [(a_bounce("failed", "5.1.1"), RAW)]), st.data())
def test_damaged_mail_breaks_nothing(one_: tuple[bytes, dict[str, str]], data: Any) -> None:
    body, headers = one_
    at = data.draw(st.integers(0, len(body)))
    upto = data.draw(st.integers(at, min(len(body), at + 40)))
    damaged = body[:at] + data.draw(st.binary(max_size=20)) + body[upto:]
    for item in parsed(damaged, headers).items:
        assert 0 < len(item.message_id) <= 200
        text = json.dumps(item.properties)
        assert "\\u0000" not in text
        assert "\\ud8" not in text
        assert item.occurred_at <= NOW
