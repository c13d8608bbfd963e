"""Why this offer: its own sentence and the figures behind it."""

from html import unescape
from uuid import uuid4

from django.test import Client

from consent_app import links
from offers_app.models import Proposition
from people_app.models import Person
from tests.recipients.offers import WHY, a_proposition
from upsell_project.lib import clock


def page(browser: Client, proposition: Proposition) -> str:
    answer = browser.get(f"/why/{links.make_why(proposition.pk)}")
    assert answer.status_code == 200 and len(answer.content) < 15_000
    return unescape(answer.content.decode())


def test_it_works(browser: Client, proposition: Proposition) -> None:
    shown = page(browser, proposition)
    assert WHY in shown
    for fact in ("reports", "1,700", "2,000", "85 %", "Pro", "March 10, 2026"):
        assert f"<dd>{fact}</dd>" in shown


def test_it_speaks_german(browser: Client, person: Person, proposition: Proposition) -> None:
    Person.objects.filter(pk=person.pk).update(locale="de")
    shown = page(browser, proposition)
    assert "<dd>1.700</dd>" in shown and "<dd>10. März 2026</dd>" in shown and "In Ihrem Tarif" in shown


def test_internal_evidence_stays_inside(browser: Client, person: Person) -> None:
    evidence = {
        "count": 6,
        "days": 14,
        "event": "Secret Event",
        "event_ids": [4711],
        "score": 0.9,
        "email": "x@y.test",
    }
    shown = page(browser, a_proposition(person, evidence=evidence))
    assert "<dd>6</dd>" in shown and "<dd>14</dd>" in shown
    assert not any(secret in shown for secret in ("Secret", "4711", "0.9", "x@y", "score"))


def test_it_gives_no_power_over_the_preferences(browser: Client, proposition: Proposition) -> None:
    shown = page(browser, proposition)
    assert "<form" not in shown and "/p/" not in shown and "/u/" not in shown


def test_looking_changes_nothing(browser: Client, person: Person, proposition: Proposition) -> None:
    before = person.consent_records.count()
    page(browser, proposition)
    assert browser.post(f"/why/{links.make_why(proposition.pk)}").status_code == 405
    assert person.consent_records.count() == before


def test_what_is_unknown_or_erased_is_not_found(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    assert browser.get(f"/why/{links.make_why(uuid4())}").status_code == 404
    Person.objects.filter(pk=person.pk).update(erased_at=clock.now())
    assert browser.get(f"/why/{links.make_why(proposition.pk)}").status_code == 404
