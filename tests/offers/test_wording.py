"""Texts are strict: a value that is not there stops the send, and nothing of a value becomes markup."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from offers_app import personalize, wording
from offers_app.models import Offer, Price, Treatment
from people_app.models import Account, Person
from tests.offers.selling import unsaved

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
USAGE = {
    "resource": "exports",
    "resource_label": "reports",
    "verb": "exported",
    "used": "17.000",
    "cap": 20,
    "period": "2026-11-01",
}
WHY = (
    "You've {{ evidence.verb }} {{ evidence.used }} of {{ evidence.cap }} "
    "{{ evidence.resource_label }} {{ evidence.period_label }}"
)
TERMS = {
    "price": "49.00",
    "currency": "EUR",
    "period": "month",
    "renews": True,
    "cancel_anytime": True,
    "trial_days": 14,
    "incentive": {"kind": "percent", "value": 20, "ends_at": None},
}


def an_offer(**changes: Any) -> Offer:
    return unsaved(
        **{
            "fields": {"feature": "unlimited reports", "benefits": ["No waiting", "Priority support"]},
            "url": "https://app.example.test/upgrade?a={account}&u={person}&p={proposition}",
            **changes,
        }
    )


def a_treatment(channel: str = "in_app", **changes: Any) -> Treatment:
    given = {
        "channel": channel,
        "headline": "Leave limits behind",
        "body": "<p>Hi {{ person.first_name }},</p>",
        "why": WHY,
        "cta_label": "Upgrade to {{ offer.name }}",
    }
    return Treatment(**given | changes)


def fields(locale: str = "en", evidence: dict[str, Any] | None = None, **person: Any) -> dict[str, Any]:
    who = Person(**{"user_id": "u/1", "first_name": "Ana", "locale": locale} | person)
    account = Account(group_id="acme", name="Acme & Sons")
    return personalize.context(who, account, an_offer(), USAGE if evidence is None else evidence, NOW, locale)


def content(treatment: Treatment, context: dict[str, Any] | None = None, **offer: Any) -> dict[str, Any]:
    return wording.proposition_content(
        treatment, an_offer(**offer), context or fields(), channel=treatment.channel, proposition_id="p-1"
    )


def test_it_states_the_evidence() -> None:
    assert content(a_treatment())["why"] == "You've exported 17 of 20 reports this month"


def test_in_app_content_has_the_fields_of_the_contract() -> None:
    assert content(a_treatment()) == {
        "headline": "Leave limits behind",
        "body_html": "<p>Hi Ana,</p>",
        "why": "You've exported 17 of 20 reports this month",
        "cta": {
            "label": "Upgrade to Pro",
            "url": "https://app.example.test/upgrade?a=acme&u=u%2F1&p=p-1",
        },
        "secondary": None,
        "terms": TERMS,
        "media": None,
        "controls": ["dismiss", "snooze", "opt_out"],
        "locale": "en",
    }


def test_mail_content_has_both_parts_and_a_one_line_subject() -> None:
    mail = content(
        a_treatment(
            "email",
            headline="Almost out\r\nBcc: x@example.test",
            body="<p>Hi {{ person.first_name }},</p><ul><li>One</li><li>Two</li></ul>"
            '<p><a href="https://a.test/x?a=1&amp;b=2">Read</a></p>',
        )
    )
    assert mail["subject"] == "Almost out Bcc: x@example.test"
    assert mail["text"] == "Hi Ana,\n\n- One\n- Two\n\nRead (https://a.test/x?a=1&b=2)"
    assert mail["preheader"] == mail["why"]
    assert mail["terms_line"] == (
        "€49 per month, free for the first 14 days, renews every month, cancel anytime."
    )


def test_a_staff_task_is_plain_text() -> None:
    task = content(a_treatment("chat", body="Ask {{ person.first_name }} of {{ account.name }}"))
    assert task == {
        "title": "Leave limits behind",
        "body": "Ask Ana of Acme & Sons",
        "why": "You've exported 17 of 20 reports this month",
    }


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\r\n"])
@pytest.mark.parametrize("channel", ["in_app", "email", "chat"])
def test_an_unknown_name_without_a_default_stops_the_send(name: str, channel: str) -> None:
    with pytest.raises(wording.Missing) as missing:
        content(a_treatment(channel), fields(first_name=name))
    assert missing.value.field == "person.first_name"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>Hi {{ person.first_name | default: 'there' }},</p>", "<p>Hi there,</p>"),
        (
            "<p>{% if person.first_name %}Hi {{ person.first_name }},{% else %}Hello.{% endif %}</p>",
            "<p>Hello.</p>",
        ),
    ],
)
def test_an_unknown_name_with_a_default_is_sent(source: str, shown: str) -> None:
    assert content(a_treatment(body=source), fields(first_name=""))["body_html"] == shown


@pytest.mark.parametrize("name", ["Win at https://spam.test now", "www.spam.test", "a@b.test", "x" * 61])
def test_a_name_that_advertises_is_no_name(name: str) -> None:
    with pytest.raises(wording.Missing):
        content(a_treatment(), fields(first_name=name))


@pytest.mark.parametrize(
    "source",
    [
        "{{ person.first_name | capitalize }}",
        "{{ person.first_name | default: person.role }}",
        "{% if true %}Hi {{ person.first_name }}{% endif %}",
        "{% for letter in person.first_name %}x{% endfor %}",
        "{{ nobody.first_name }}",
        "{{ now }}{{ today }}",
    ],
)
def test_no_filter_or_tag_hides_a_missing_value(source: str) -> None:
    with pytest.raises(wording.Missing):
        wording.render(source, {"person": {"first_name": None}}, html=False)


@pytest.mark.parametrize(
    "said",
    [
        "https://evil.com/login - your account is locked",
        "Vic! Verify login at evil.com/x now",
        "see evil.com",
        "see evil\u2024com",
        "1.2.3.4",
        "//evil",
        "me@evil",
        "<b>",
        "x" * 61,
    ],
)
def test_what_looks_like_an_address_or_an_advertisement_counts_as_unknown(said: str) -> None:
    assert personalize.said(said) == ""
    shown = fields(evidence=USAGE | {"feature": said, "event": said}, role=said, first_name=said)
    assert (shown["evidence"]["feature"], shown["evidence"]["event"]) == ("", "")
    assert (shown["person"]["role"], shown["person"]["first_name"]) == ("", "")


@pytest.mark.parametrize(
    "said",
    ["Cohorts", "Acme & Sons (EU), Inc.", "O'Brien", "José-María", "Dr. Ng", "अनन्या", "v2.1", "a_b: c+d"],
)
def test_ordinary_names_stay_as_they_are(said: str) -> None:
    assert personalize.said(said) == said
    assert personalize.said(f"  {said}\r\n") == said


def test_an_id_that_is_no_plain_word_still_fills_its_address() -> None:
    shown = content(a_treatment(), fields(first_name="Ana", user_id="ana@corp.test/x"))
    assert shown["cta"]["url"] == "https://app.example.test/upgrade?a=acme&u=ana%40corp.test%2Fx&p=p-1"


def test_no_evidence_is_no_offer() -> None:
    with pytest.raises(wording.Missing, match="evidence is missing"):
        content(a_treatment(), fields(evidence={}))


@pytest.mark.parametrize("field", ["headline", "why", "body"])
def test_an_empty_text_is_not_sent(field: str) -> None:
    with pytest.raises(wording.Missing, match=f"{field} is missing"):
        content(a_treatment(**{field: "{% if false %}x{% endif %}"}))


def test_a_value_never_becomes_markup() -> None:
    evil = "<img src=x onerror=alert(1)><script>"
    shown = wording.render("<p>{{ name }}</p>", {"name": evil}, html=True)
    assert shown == "<p>&lt;img src=x onerror=alert(1)&gt;&lt;script&gt;</p>"


def test_a_value_is_never_read_as_a_template() -> None:
    assert wording.render("{{ a }}", {"a": "{{ b }}", "b": "secret"}, html=False) == "{{ b }}"


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="http://plain.test/">x</a>',
        '<a href="/relative">x</a>',
        '<a href="https://a.test/" onclick="x()" style="x">x</a>',
        '<img src="https://a.test/x.png"><iframe></iframe><style>p{}</style>',
    ],
)
def test_html_is_cut_to_what_the_widget_accepts(html: str) -> None:
    shown = wording.render(f"<p>a</p>{html}", {}, html=True)
    for banned in ("script", "http:", "javascript", "/relative", "onclick", "style", "img", "iframe"):
        assert banned not in shown


@pytest.mark.parametrize(
    "source",
    [
        "{{ x",
        "{% nope %}",
        "{{ 1 | nope }}",
        "{% for i in (1..1000000000) %}a{% endfor %}",
        "{% for i in (1..400) %}{{ long }}{% endfor %}",
        "{% include 'settings' %}",
        "{% render 'settings' %}",
        "{{ 'now' | date: '%Y' }}",
        "{{ '<b>' | safe }}",
        "{{ 'a' | upcase }}",
        "{% if x %}{{ 'a' | upcase }}{% endif %}",
        "{% assign x = 'a' %}{{ x }}",
        "{% comment %}a{% endcomment %}",
        "x" * 20_001,
    ],
)
def test_a_faulty_or_greedy_template_is_broken_not_a_crash(source: str) -> None:
    with pytest.raises(wording.Broken):
        wording.render(source, {"long": "y" * 1000}, html=True)


@pytest.mark.parametrize(
    "source", ["{{ x.__class__ }}", "{{ x.__init__.__globals__ }}", "{{ x['__class__'] }}"]
)
def test_a_template_reaches_no_python(source: str) -> None:
    with pytest.raises(wording.WordingError):
        wording.render(source, {"x": "text"}, html=False)


def test_numbers_and_prices_follow_the_locale() -> None:
    evidence = USAGE | {"used": 12345, "cap": 20000.5}
    german, english = fields("de-DE", evidence), fields("en", evidence)
    assert (german["evidence"]["used"], german["evidence"]["cap"]) == ("12.345", "20.000,5")
    assert (english["evidence"]["used"], english["evidence"]["percent"]) == ("12,345", "61%")
    assert german["evidence"]["percent"] == "61\xa0%"
    assert (german["terms"]["price"], english["terms"]["price"]) == ("49\xa0€", "€49")
    assert german["evidence"]["period_label"] == "diesen Monat"
    assert german["terms"]["incentive"] == "20\xa0% Rabatt"


def test_an_english_text_carries_no_french_figures() -> None:
    person = Person(user_id="u1", locale="fr-FR")
    shown = personalize.context(person, None, an_offer(), USAGE | {"used": 12345}, NOW, "en")
    assert shown["evidence"]["used"] == "12,345"


@pytest.mark.parametrize("locale", ["", "xx-YY", "../etc", "de_de_de_de"])
def test_an_odd_locale_falls_back(locale: str) -> None:
    assert fields(locale)["terms"]["price"] in ("€49", "49\xa0€")


def test_a_past_month_is_named() -> None:
    assert fields(evidence=USAGE | {"period": "2026-10-01"})["evidence"]["period_label"] == "October 2026"


def test_cents_are_shown_where_there_are_any() -> None:
    offer = an_offer(prices=[Price(currency="USD", amount=Decimal("49.50"))])
    shown = personalize.context(Person(user_id="u1"), None, offer, USAGE, NOW)
    assert shown["terms"]["price"] == "$49.50"


def test_what_has_no_price_states_none() -> None:
    shown = personalize.context(Person(user_id="u1"), None, an_offer(product=None), {}, NOW)
    assert "price" not in shown["terms"]
    assert shown["stated"]["price"] is None
