"""Why this offer, in plain words of four languages: what we know and from where, who says so, and how to stop."""

import re
from string import Formatter
from typing import Any

import pytest
from babel import Locale
from django.test import Client

from campaigns_app import reason_words, recipient_reasons, recipient_words, why_page, why_words
from people_app.models import Channel, Person
from tests.recipients.offers import WHY, a_proposition
from tests.recipients.test_reasons import EXPORTS, UPTO, events, reason
from tests.recipients.test_why import page

LANGUAGES = ("en", "de", "fr", "es")
CLAIMS = [
    {
        "claim": "c1",
        "kind": "benefit",
        "source": "Our report",
        "url": "https://r.test/a",
        "date": "2026-01-31",
    },
    {"claim": "c2", "kind": "story", "source": "Acme <b>", "url": "javascript:alert(1)", "date": "soon"},
]
FACTS = [
    events(6, "Feature Used"),
    reason(17, EXPORTS, fact="entitlement", resource="exports", share="used"),
    reason(0.8, fact="score", name="health"),
]


def test_it_says_the_same_as_the_evidence_and_from_where_it_is_known(browser: Client, person: Person) -> None:
    shown = page(browser, a_proposition(person, evidence={"facts": FACTS}))
    assert WHY in shown and f"<li>You used a feature 6 times {UPTO}.</li>" in shown
    assert "Your account used 17 of the 20 reports in your plan (85%)." in shown
    for said in ("our product tells us", "your account and its billing tell us", "A number that we work out"):
        assert shown.count(said) == 1
    assert "what it is about" not in shown and "The calendar" not in shown


def test_who_says_what_was_claimed_is_shown_with_its_source(browser: Client, person: Person) -> None:
    evidence = {"used": 17, "cap": 20, "claims": CLAIMS}
    shown = page(browser, a_proposition(person, evidence=evidence))
    link = '<a href="https://r.test/a" rel="noopener noreferrer">Our report, January 31, 2026</a>'
    assert f"<li>{link}</li>" in shown
    assert "<li>Acme <b></li>" in shown  # unescaped by `page`
    assert "javascript:" not in shown


@pytest.mark.parametrize("strange", [None, "x", 5, {}, [None, 5, "x", {}, {"source": ""}]])
def test_strange_claims_are_left_out(strange: Any) -> None:
    assert why_page.sources(strange, why_words.of("en"), Locale("en")) == []


def test_without_claims_nobody_is_named(browser: Client, person: Person) -> None:
    assert "Who says so" not in page(browser, a_proposition(person))


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("in_app", "“Stop offers like this”"),
        ("email", "one link that stops all offers"),
        ("sms", "Answer the message with STOP."),
        ("whatsapp", "Answer the message with STOP."),
        ("chat", "Say so in an answer"),
    ],
)
def test_how_to_stop_is_said_in_the_words_of_the_channel(
    browser: Client, person: Person, channel: str, said: str
) -> None:
    assert said in page(browser, a_proposition(person, channel=channel))


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("de-AT", ("Warum dieses Angebot", "Sie haben", "Was wir wissen, und woher", "10. März 2026")),
        (
            "fr-FR",
            ("Pourquoi cette offre", "Vous avez utilisé une fonction 6 fois", "et d’où", "10 mars 2026"),
        ),
        (
            "es-MX",
            ("Por qué esta oferta", "Ha usado una función 6 veces", "Cómo detenerlas", "10 de marzo de 2026"),
        ),
    ],
)
def test_it_speaks_their_language(
    browser: Client, person: Person, locale: str, words: tuple[str, ...]
) -> None:
    Person.objects.filter(pk=person.pk).update(locale=locale)
    evidence = {"facts": FACTS, "claims": CLAIMS}
    shown = page(browser, a_proposition(Person.objects.get(pk=person.pk), evidence=evidence))
    assert all(word in shown for word in words)
    assert f'<html lang="{locale[:2]}">' in shown
    assert "What we know" not in shown and "Feature" not in shown.replace("Features", "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", [why_words.of, reason_words.of, lambda one: recipient_words.of(one)])
def test_every_language_has_all_words_with_the_same_places(table: Any, language: str) -> None:
    english, own = table("en"), table(language)
    labels = {key for key in own if key.startswith("label:")}
    assert own.keys() - labels == english.keys()
    for key, text in english.items():
        names = {name for _, name, _, _ in Formatter().parse(text) if name}
        theirs = {name for _, name, _, _ in Formatter().parse(own[key]) if name}
        assert theirs <= names, key
        assert names - theirs <= {"who"}, key
    if language != "en":
        long = [
            key
            for key, text in english.items()
            if text == own[key] and len(re.findall(r"[a-z]{2,}", re.sub(r"{.*?}", "", text))) > 2
        ]
        assert long == []


def test_every_kind_of_fact_comes_from_somewhere() -> None:
    kinds = set(recipient_reasons._SPEAKERS)
    assert kinds == set(why_page._FROM)
    assert {f"from:{kind}" for kind in why_page._FROM.values()} <= set(why_words.of("en"))


def test_every_channel_has_a_way_to_stop() -> None:
    assert all(f"stop:{why_page._way(channel)}" in why_words.of("en") for channel in Channel.values)


def test_strange_evidence_breaks_nothing(browser: Client, person: Person) -> None:
    strange: list[Any] = [None, "x", [None], [{"asked": {}}], [{}]]
    for facts in strange:
        assert WHY in page(browser, a_proposition(person, evidence={"facts": facts, "used": 3}))
