"""Live texts that break a rule are refused; a waiver is for one wording, named, dated and kept."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import playbook_files, references
from campaigns_app.models import Playbook
from offers_app import linted
from offers_app.linter import check
from offers_app.models import Claim, LintWaiver, Offer, Price, Template, Treatment
from tests.build import the_starter_pack
from tests.conftest import Time

pytestmark = pytest.mark.django_db
SCARCE = "<p>{{ why }}. Only 3 seats left.</p>"
SCARCITY = "false-scarcity"


@pytest.fixture
def treatment(time: Time) -> Iterator[Treatment]:
    the_starter_pack()
    yield Treatment.objects.get(template__slug="smart-nudge", channel="in_app", locale="en")


def steps() -> list[dict[str, Any]]:
    live = Playbook.objects.get(slug="power-user-upsell").live_version
    assert live
    return playbook_files.tree(live)


def publish() -> None:
    playbook = Playbook.objects.get(slug="power-user-upsell")
    playbook_files.publish(playbook, {"goal_event": "Plan Upgraded", "steps": steps()})


def refused(row: Treatment | Offer) -> list[str]:
    return [one.rule for errors in linted.refused([row]).values() for one in errors]


def test_every_shipped_text_and_offer_passes_without_a_waiver(treatment: Treatment) -> None:
    rows: list[Treatment | Offer] = [*Treatment.objects.select_related("template"), *Offer.objects.all()]
    assert len(rows) >= 11
    assert linted.refusals(rows) == []
    assert not LintWaiver.objects.exists()


def test_a_version_that_would_send_a_refused_text_is_not_published(treatment: Treatment) -> None:
    Treatment.objects.filter(pk=treatment.pk).update(body=SCARCE)
    with pytest.raises(playbook_files.Invalid, match=r"smart-nudge in_app en body: .*false-scarcity"):
        publish()


def test_a_version_that_would_offer_without_a_price_is_not_published(treatment: Treatment) -> None:
    Price.objects.filter(product__offers__slug="pro-plan").delete()
    with pytest.raises(playbook_files.Invalid, match=r"offer pro-plan terms: .*hidden-"):
        publish()


def test_a_waived_wording_is_published_and_another_one_is_not(treatment: Treatment) -> None:
    treatment.body = SCARCE
    treatment.save()
    (waiver,) = linted.waive(treatment, "anna", "There are three desks in the room.", [SCARCITY])
    assert (waiver.rule, waiver.by, waiver.quotes) == ("false-scarcity", "anna", ["Only 3 seats left"])
    assert waiver.text["texts"]["body"] == SCARCE
    publish()
    treatment.body = SCARCE.replace("3", "4")
    assert refused(treatment) == ["false-scarcity"]


def test_a_waiver_covers_its_rule_alone(treatment: Treatment) -> None:
    treatment.body = SCARCE
    linted.waive(treatment, "anna", "x", [SCARCITY])
    assert refused(treatment) == []
    LintWaiver.objects.update(rule="loss-wording")
    assert refused(treatment) == ["false-scarcity"]


def test_a_waiver_ends_after_its_last_day_or_when_it_is_withdrawn(treatment: Treatment, time: Time) -> None:
    treatment.body = SCARCE
    linted.waive(treatment, "anna", "x", [SCARCITY], until=time.now.date())
    assert refused(treatment) == []
    time.move(days=1)
    assert refused(treatment) == ["false-scarcity"]
    linted.waive(treatment, "anna", "x", [SCARCITY])
    assert refused(treatment) == []
    LintWaiver.objects.update(withdrawn_at=time.now + timedelta(0))
    assert refused(treatment) == ["false-scarcity"]


def test_templates_of_live_playbooks_are_in_use_and_others_are_not(treatment: Treatment) -> None:
    Template.objects.create(slug="draft", name="Draft")
    assert linted.in_use(["smart-nudge", "draft"]) == {"smart-nudge"}
    assert references.templates() == {"smart-nudge", "advanced-unlock"}
    Playbook.objects.update(live=False)
    assert linted.in_use(["smart-nudge"]) == frozenset()


def test_an_offers_own_texts_are_read_in_every_language(treatment: Treatment) -> None:
    offer = Offer.objects.get(slug="pro-plan")
    offer.fields["de"]["benefits"][0] = "Nur noch 3 Plätze verfügbar"
    (found,) = [one for one in check.findings(linted.draft(offer)) if one.blocks]
    assert (found.field, found.rule) == ("fields.de.benefits[0]", "false-scarcity")


def test_the_name_of_an_offer_and_the_words_of_a_picture_are_read_too(treatment: Treatment) -> None:
    offer = Offer.objects.get(slug="pro-plan")
    offer.name = "Pro, only 3 seats left"
    treatment.media = {"kind": "image", "url": "https://a.test/x.png", "alt": "Only 3 seats left"}
    treatment.save()
    refused = linted.refused([offer, treatment])
    places = {(one.field, one.rule) for found in refused.values() for one in found}
    assert places == {("name", SCARCITY), ("media.alt", SCARCITY)}


def test_a_claim_has_its_source_and_nothing_else_is_excused() -> None:
    fair = Claim(
        texts={"en": "80 % of teams like yours save 7 hours a week.", "de": "80 % der Teams sparen Zeit."}
    )
    assert linted.of_claim(fair) == []
    pushy = Claim(texts={"en": "80 % of teams like yours upgraded. Only 3 seats left."})
    assert {(one.field, one.rule) for one in linted.of_claim(pushy)} == {("texts", SCARCITY)}
