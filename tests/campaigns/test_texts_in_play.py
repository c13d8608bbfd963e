"""A text on its way out: its language, its claims and its length, as the decision and the offer keep them."""

from typing import Any

import pytest

from offers_app.models import Claim, Decision, Proposition, Treatment
from people_app.models import Person
from tests.conftest import Time
from tests.engine import MORNING, begun, last_decision, offer_of, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def written(decision: Decision) -> dict[str, Any]:
    return next(gate for gate in decision.gates if gate["gate"] == "no_treatment")


def in_locale(locale: str) -> Person:
    person = somebody()
    Person.objects.filter(pk=person.pk).update(locale=locale)
    return person


@pytest.mark.parametrize(
    ("theirs", "default", "found", "looked_for"),
    [
        ("de-AT", "en", "de", ["de-at", "de", "en"]),
        ("fr-CA", "de", "fr", ["fr-ca", "fr", "de", "en"]),
        ("it", "es", "es", ["it", "es", "en"]),
        ("it", "pl", "en", ["it", "pl", "en"]),
    ],
)
def test_the_languages_that_were_looked_for_are_kept(
    settings: Any, theirs: str, default: str, found: str, looked_for: list[str]
) -> None:
    settings.DEFAULT_LOCALE = default
    person = in_locale(theirs)
    run = begun(person)
    gate = written(last_decision(person))
    assert gate["threshold"] == {"locales": looked_for}
    assert gate["input"] == f"smart-nudge/in_app/{found}"
    assert offer_of(run).content["locale"] == found


def test_without_a_text_in_any_of_them_the_decision_says_which_were_looked_for(settings: Any) -> None:
    Treatment.objects.exclude(locale="fr").delete()
    person = in_locale("de")
    begun(person)
    decision = last_decision(person)
    assert (decision.outcome, decision.gate) == ("excluded", "no_treatment")
    assert decision.threshold == {"value": {"locales": ["de", "en"]}}


def test_a_claim_that_was_said_is_kept_with_the_offer() -> None:
    body = "<p>{{ why }}. {{ story.text }} ({{ story.source }})</p>"
    Treatment.objects.filter(channel="in_app", locale="en").update(body=body)
    Claim.objects.create(
        slug="merch-co",
        kind="case_study",
        texts={"en": "MerchCo prepared its sale in half the time."},
        source_name="MerchCo",
        source_url="https://merch.test/story",
        source_date="2025-05-02",
        valid_until="2099-01-01",
        approved_by="Ana",
        approved_at=MORNING,
    )
    proposition = offer_of(begun(in_locale("en")))
    assert "MerchCo prepared its sale in half the time. (MerchCo)" in proposition.content["body_html"]
    assert [one["claim"] for one in proposition.evidence["claims"]] == ["merch-co"]


def test_a_text_that_needs_a_claim_is_not_sent_without_one() -> None:
    Treatment.objects.filter(channel="in_app", locale="en").update(body="<p>{{ why }}. {{ story.text }}</p>")
    person = in_locale("en")
    begun(person)
    decision = last_decision(person)
    assert (decision.gate, decision.reason) == (
        "render_error",
        "The text cannot be completed: story is missing",
    )


def test_a_text_that_grew_too_long_is_refused_with_its_length() -> None:
    Treatment.objects.filter(channel="in_app", locale="en").update(headline="{{ why }} " * 4)
    person = in_locale("en")
    begun(person)
    decision = last_decision(person)
    assert (decision.outcome, decision.gate) == ("excluded", "too_long")
    assert "headline has 1" in decision.reason and "at most 120" in decision.reason
    assert not Proposition.objects.exists()
