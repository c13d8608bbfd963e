"""Whatever others say of themselves stays a word: through every shipped text, every channel and every merge field."""

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any

import pytest
from django.conf import settings

from campaigns_app import starter_pack
from campaigns_app.channels import email
from campaigns_app.channels.base import Message
from offers_app import claims, limits, mail_layout, personalize, preview, safe_html, sms, wording
from offers_app.models import Offer, Treatment
from people_app.models import Account, Person
from tests.campaigns.starter_texts import EVIDENCE, ID, NOW, a_claim, an_offer, treatments

pytestmark = pytest.mark.django_db

CORPUS = {
    "markup": "<script>alert(1)</script>",
    "handler": '"><img src=x onerror=alert(1)>',
    "quote": "' onmouseover='alert(1)",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "liquid": "{{ account.name }}{% for i in (1..9) %}x{% endfor %}",
    "liquid end": "}}{% endif %}{{ 7 | times: 7 }}",
    "django": "{% load static %}{{ settings.SECRET_KEY }}",
    "header": "Ana\r\nBcc: victim@evil.test\r\n\r\n<b>body</b>",
    "header bare": "Ana\nSubject: other\n",
    "separator": "Ana\u2028Bcc: victim@evil.test\x0b\x0c\x85x",
    "url": "https://evil.test/login",
    "bare url": "evil.test/login now",
    "script url": "javascript:alert(1)",
    "markdown": "[click](https://evil.test)",
    "override": "Ana \u202egnp.exe\u202c",
    "isolate": "\u2066Ana\u2069 \u200f",
    "joined": "👨\u200d👩\u200d👧 Ana",
    "zero width": "A\u200bn\u200ca\ufeff",
    "combining": "Z" + "\u0310\u0325" * 200,
    "sms": "€^{}[]~|\\ €€€",
    "long": "Ana " * 500,
    "null": "Ana\x00",
    "surrogate": "Ana\ud800",
    "formula": "=HYPERLINK(1)",
}
SAID = ("event", "module", "label", "topic")
"""Fields of evidence that a product's own events fill; texts have defaults for them, or are not sent."""
HOSTILE = re.compile(r"evil|victim|onerror|gnp|\bexe\b|HYPERLINK|SECRET", re.IGNORECASE)
INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\x00-\x09\x0b-\x1f\x85\u2028\u2029\ud800-\udfff]"
)


@pytest.fixture(autouse=True)
def pack() -> None:
    starter_pack.load()


def contexts(payload: str) -> Iterator[tuple[Treatment, Offer, dict[str, Any]]]:
    """Each shipped text with the payload in all fields that others fill: traits, names, events' properties."""
    who = dict.fromkeys(("user_id", "first_name", "role"), payload)
    of = dict.fromkeys(("group_id", "name", "plan", "industry"), payload)
    for treatment in treatments():
        offer = an_offer(treatment.template.slug)
        for evidence in EVIDENCE[treatment.template.slug]:
            person = Person(pk=1, locale=treatment.locale, **who)
            over = NOW.replace(day=1 if treatment.template.slug == "pause-survey" else 19)
            account = Account(
                trial_ends_at=over, account_manager={"booking_url": "https://book.test/ana"}, **of
            )
            said = {name: payload for name in SAID if name in evidence} | {"feature": payload}
            context = personalize.context(person, account, offer, evidence | said, NOW, treatment.locale)
            yield treatment, offer, context


def sent(payload: str) -> Iterator[tuple[Treatment, dict[str, Any]]]:
    for treatment, offer, context in contexts(payload):
        try:
            content = wording.proposition_content(
                treatment, offer, context, channel=treatment.channel, proposition_id=ID
            )
        except wording.Missing:
            continue  # a word without a default: nothing is sent at all
        yield treatment, content


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Tags()
    reader.feed(html)
    return reader.found


@pytest.mark.parametrize("payload", CORPUS.values(), ids=CORPUS)
def test_it_stays_a_word_in_every_text(payload: str) -> None:
    reached = set()
    for treatment, content in sent(payload):
        reached.add((treatment.template.slug, treatment.channel))
        _carries_nothing(content)
        _leads_where_the_offer_says(content)
        if html := content.get("body_html") or content.get("html"):
            _has_only_its_authors_tags(html)
        if treatment.channel == "email":
            _keeps_headers_and_links(content)
        if treatment.channel == "whatsapp":
            assert content["url"].startswith(f"{settings.PUBLIC_URL}/c/") and "STOP" in content["body"]
        if treatment.channel == "sms":
            size = sms.size(content["body"])
            assert (size.segments, size.alphabet) == (content["segments"], content["alphabet"])
            assert size.segments <= limits.SMS_SEGMENTS
    assert len(reached) > 30, "most texts have a default and are sent all the same"
    assert {"in_app", "email", "sms", "whatsapp", "push"} <= {channel for _, channel in reached}


def _carries_nothing(content: dict[str, Any]) -> None:
    words = {key: value for key, value in content.items() if key not in ("cta", "secondary", "url")}
    assert not HOSTILE.search(json.dumps(words, ensure_ascii=False))
    assert not any(INVISIBLE.search(str(value)) for value in words.values())
    for name in ("subject", "headline", "title", "why", "preheader"):
        assert "\n" not in words.get(name, "")


def _leads_where_the_offer_says(content: dict[str, Any]) -> None:
    for name in ("cta", "secondary"):
        if button := content.get(name):
            assert button["url"].startswith(("https://book.test/ana", f"{settings.PUBLIC_URL}/demo/"))
            assert not set(button["url"]) & set(" \r\n<>\"'")


def _has_only_its_authors_tags(html: str) -> None:
    assert {tag for tag, _ in tags(html)} <= safe_html.TAGS
    assert all(not attributes for tag, attributes in tags(html) if tag != "a")


def _keeps_headers_and_links(content: dict[str, Any]) -> None:
    link = "https://upsell.test/x"
    html, text = mail_layout.page(content, dict.fromkeys(preview.CONTROLS, link))
    given = {"delivery_id": "id-1", "to": "ana@acme.test", "sender": "Upsell <o@upsell.test>", "at": NOW}
    raw = email.compose(
        Message(**given, subject=content["subject"], text=text, html=html, unsubscribe_url=link)  # type: ignore[arg-type]
    )
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Bcc"] is None
    assert str(mail["Subject"]).split() == content["subject"].split()
    assert not {tag for tag, _ in tags(html)} & {"script", "iframe", "form", "object", "link", "video"}
    assert not any(name.startswith("on") for _, attributes in tags(html) for name in attributes)
    assert {attributes["href"] for tag, attributes in tags(html) if tag == "a"} == {link}


@pytest.mark.parametrize("payload", [one for one in CORPUS.values() if "\ud800" not in one])
def test_a_claim_that_staff_wrote_is_no_markup_either(payload: str) -> None:
    """Its text is refused at save; should one be stored all the same, it is escaped."""
    known = claims.Known([a_claim(texts={"en": payload}, source_name=payload)])
    context = claims.fields(known, Person(pk=1), None, {}, "en")
    html = wording.render("<p>{{ story.text }} {{ story.source }} {{ story }}</p>", context, html=True)
    assert {tag for tag, _ in tags(html)} == {"p"}
    assert "49" not in html
