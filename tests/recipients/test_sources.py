"""The page "why did I get this" names who said what the offer said of others."""

from html import unescape

from django.test import Client

from consent_app import links
from people_app.models import Person
from tests.recipients.offers import a_proposition

CLAIM = {
    "claim": "merch-co",
    "kind": "case_study",
    "source": "MerchCo <b>",
    "url": "https://merch.test/story",
    "date": "2025-05-02",
}


def test_it_works(browser: Client, person: Person) -> None:
    proposition = a_proposition(person, evidence={"count": 6, "claims": [CLAIM]})
    answer = browser.get(f"/why/{links.make_why(proposition.pk)}")
    assert "<b>" not in answer.content.decode()
    assert "MerchCo <b>, May 2, 2025" in unescape(answer.content.decode())
    assert "https://merch.test/story" in answer.content.decode()


def test_without_a_claim_there_is_no_source(browser: Client, person: Person) -> None:
    proposition = a_proposition(person, evidence={"count": 6})
    assert "Who says so" not in browser.get(f"/why/{links.make_why(proposition.pk)}").content.decode()
