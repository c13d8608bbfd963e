"""The sandbox's inbox: readable as its recipient would, and not there at all in production."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory

from campaigns_app import demo_inbox
from campaigns_app.models import DemoMail

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 10, 10, tzinfo=UTC)
RAW = (
    'Content-Type: multipart/alternative; boundary="b"\nMIME-Version: 1.0\nSubject: Almost out\nTo: ana@acme.test\n'
    "List-Unsubscribe: <http://testserver/u/token>\n\n"
    "--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nHällo\n"
    "--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    '<html><head></head><body><a href="http://testserver/u/token">Stop</a></body></html>\n--b--\n'
)


def keep(message_id: str = "<1@upsell.test>", to: str = "ana@acme.test") -> DemoMail:
    demo_inbox.keep(message_id, to, "Almost out <b>", RAW, AT)
    return DemoMail.objects.get(message_id=message_id)


def page(**query: str) -> str:
    return demo_inbox.inbox(RequestFactory().get("/demo/inbox/", query)).content.decode()


def test_it_lists_the_mail_of_everybody_or_of_one() -> None:
    keep()
    keep("<2@upsell.test>", "bob@acme.test")
    assert "bob@acme.test" in page()
    assert "bob@acme.test" not in page(to="ANA@acme.test")
    assert "Almost out &lt;b&gt;" in page()


def test_a_mail_kept_twice_is_one() -> None:
    keep()
    keep()
    assert DemoMail.objects.count() == 1


def test_it_shows_a_mail_with_headers_both_parts_and_links_that_leave_the_frame() -> None:
    mail = keep()
    shown = demo_inbox.mail(RequestFactory().get("/"), mail.pk).content.decode()
    assert "&lt;http://testserver/u/token&gt;" in shown
    assert "Hällo" in shown
    assert "&lt;base target=&quot;_top&quot;&gt;" in shown
    assert "allow-scripts" not in shown


def test_it_shows_what_would_have_been_sent() -> None:
    answer = demo_inbox.mail(RequestFactory().get("/?raw"), keep().pk)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == RAW


def test_production_has_no_inbox(settings: Any) -> None:
    mail = keep()
    settings.SANDBOX = False
    for view, arguments in ((demo_inbox.inbox, ()), (demo_inbox.mail, (mail.pk,))):
        with pytest.raises(Http404):
            view(RequestFactory().get("/"), *arguments)


def test_an_address_that_cannot_be_finds_everything() -> None:
    keep()
    assert "ana@acme.test" in page(to="\0")
