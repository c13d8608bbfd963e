"""Bodies that would keep a worker busy for minutes, or break its parser, are read at once."""

from datetime import UTC, datetime

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Parsed

MAIL = CONNECTORS["inbound_mail"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
RAW = "message/rfc822"
FORM = "multipart/form-data; boundary=x"
MULTIPART = b"Content-Type: multipart/mixed; boundary=x\n\n"

BOMBS = {
    "encoded words": (b"Subject: " + b"=?utf-8?q?a?= " * 80_000 + b"\nFrom: a@b.test\n\nhi", RAW),
    "comments": (b"From: " + b"(" * 80_000 + b"a@b.test\n\nhi", RAW),
    "addresses": (b"From: " + b"a@b.test," * 100_000 + b"\n\nhi", RAW),
    "quotes": (b"From: " + b'"\\' * 100_000 + b"\n\nhi", RAW),
    "brackets": (b"From: a@" + b"[" * 100_000 + b"\n\nhi", RAW),
    "recipients": (b"From: a@b.test\nTo: " + b"a+" * 300_000 + b"@x\n\nhi", RAW),
    "references": (b"From: a@b.test\nReferences: " + b"<a" * 1_000_000 + b"\n\nhi", RAW),
    "parameters": (b"From: a@b.test\nContent-Type: text/plain; " + b"a*0*=x; " * 50_000 + b"\n\nhi", RAW),
    "parameter quotes": (b"From: a@b.test\nContent-Type: text/plain;" + b';"' * 50_000 + b"\n\nhi", RAW),
    "a date": (b"From: a@b.test\nDate: " + b"1 " * 200_000 + b"\n\nhi", RAW),
    "many headers": (b"X: =?utf-8?q?a?=\n" * 300_000 + b"From: a@b.test\n\nhi", RAW),
    "mails in mails": (b"From: a@b.test\nContent-Type: message/rfc822\n\n" * 20_000, RAW),
    "parts in parts": (b"From: a@b.test\n" + MULTIPART + (b"--x\n" + MULTIPART) * 100_000, RAW),
    "many parts": (b"From: a@b.test\n" + MULTIPART + b"--x\n\na\n" * 500_000, RAW),
    "reports": (b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 300_000, RAW),
    "form parts": (b"\r\n--x\r\n" * 500_000, FORM),
    "form names": (
        b"--x\r\nContent-Disposition: form-data;" + b' name="' * 500_000 + b"\r\n\r\nv\r\n--x",
        FORM,
    ),
}


def parsed(body: bytes, content_type: str = RAW) -> Parsed:
    return MAIL.parse(body, {"content-type": content_type}, NOW, "hook")


@pytest.mark.timeout(30)  # What grows faster than its input takes minutes for each of these.
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_at_once(name: str) -> None:
    found = parsed(*BOMBS[name])
    assert found.items or found.rejected


def test_comments_that_nest_too_deep_name_no_sender() -> None:
    (refused,) = parsed(b"From: " + b"(" * 3_900 + b"a@b.test\n\nstop").rejected
    assert refused.reason == "the mail names no sender"


def test_of_many_references_the_newest_are_read() -> None:
    ours = "0b54f6fe-8c2c-4f2a-9a53-6d2f3d1c9e07"
    old = b" ".join(b"<%d@their.test>" % number for number in range(5_000))
    body = b"From: a@b.test\nReferences: " + old + f" <{ours}@x.test>\n\nhi".encode()
    (item,) = parsed(body).items
    assert item.properties["delivery_id"] == ours


def test_parts_are_cut_as_mail_programs_write_them() -> None:
    inner = b'Content-Type: multipart/alternative; boundary="in ner"'
    body = b"\r\n".join(
        [
            *(b"From: Ana <a@b.test>", b"Content-Type: multipart/mixed;", b'\tboundary="out"', b""),
            *(b"preamble", b"--out", inner, b"", b"--in ner  ", b"", b"first words"),
            *(b"--in ner", b"Content-Type: text/html", b"", b"<p>html</p>", b"--in ner--", b"--out"),
            *(b"Content-Type: text/plain; name=a.txt", b"Content-Disposition: attachment", b"", b"file"),
            *(b"--out--", b"epilogue"),
        ]
    )
    (item,) = parsed(body).items
    assert (item.properties["text"], item.lookup) == ("first words", {"email": "a@b.test"})
