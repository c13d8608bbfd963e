"""The shipped texts are complete, open with the evidence, end with a choice and claim nothing without a source."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from campaigns_app import starter_pack
from campaigns_app.models import Step
from offers_app import claims, limits, merge_fields, safe_html, sms, wording, written
from offers_app.cohort import Compared
from offers_app.drafts import reading
from offers_app.models import Offer, Template, Treatment
from tests.campaigns.starter_texts import (
    AFTER,
    DROP,
    EVIDENCE,
    EXPORTS,
    NOT_FOR_SALE,
    PREMIUM,
    SEASON,
    SEATS,
    TRIAL,
    a_claim,
    all_renderings,
    rendered,
    treatments,
)

pytestmark = pytest.mark.django_db

CONTRACT = {
    *("smart-nudge", "advanced-unlock", "companion-product", "retention-expansion", "seasonal", "check-in"),
    *("callback", "trial-reminder-sms", "pause-survey", "over-limit", "event-recap"),
}
CHOICES = r"\b(or|oder|ou|o|fragen Sie uns|sprechen Sie)\b"


@pytest.fixture(autouse=True)
def pack() -> None:
    starter_pack.load()


def the(template: str, channel: str, locale: str = "en") -> Treatment:
    return Treatment.objects.select_related("template").get(
        template__slug=template, channel=channel, locale=locale
    )


def body(content: dict[str, Any]) -> str:
    return str(content.get("body_html") or content.get("html") or content["body"])


def test_draft_help_may_propose_what_ships() -> None:
    """So its list of merge fields is whole, and its limits fit."""
    offers = [{"fields": offer.fields} for offer in Offer.objects.all()]
    known = merge_fields.KNOWN.union(*map(merge_fields.of, offers))
    for text in Treatment.objects.all():
        present = {name: getattr(text, name) for name in limits.TEXTS}
        for name, said in present.items():
            assert reading.faults(name, said, known, present) == [], (text, name)


def test_all_templates_of_the_contract_are_there_on_at_least_two_channels() -> None:
    assert set(Template.objects.values_list("slug", flat=True)) == CONTRACT == set(EVIDENCE)
    for template in Template.objects.all():
        english = set(template.treatments.filter(locale="en").values_list("channel", flat=True))
        assert len(english) >= 2, template.slug
        assert english >= ({"sms"} if template.slug == "trial-reminder-sms" else {"in_app", "email", "sms"})


@pytest.mark.parametrize("locale", ["de", "fr", "es"])
def test_every_template_speaks_every_language_on_each_of_its_channels(locale: str) -> None:
    def said(language: str) -> set[tuple[str, str]]:
        return set(Treatment.objects.filter(locale=language).values_list("template__slug", "channel"))

    assert said(locale) == said("en")


def test_every_text_renders_for_every_evidence_with_and_without_a_name() -> None:
    for treatment, content in all_renderings():
        text = json.dumps(content, ensure_ascii=False)
        hole = r"{{|{%|None|\s,|\s\.|\b(Hi|Hello|Hallo|Bonjour),? ?[,.!]|Hola,? ?[:.!]|undefined|\(\)|  "
        assert not re.search(hole, text), (treatment, text)


def test_every_text_passes_the_checks_of_the_editor() -> None:
    for one in treatments():
        values = {name: getattr(one, name) for name in (*limits.TEXTS, "channel", "locale", "media")}
        assert written.faults(values) == {}, one


def test_every_text_opens_with_the_evidence_and_ends_with_a_choice() -> None:
    for treatment, content in all_renderings():
        text = safe_html.to_text(body(content)) if "<p>" in body(content) else body(content)
        # In an SMS typographic signs and accents are made plain.
        assert any(why in text for why in (content["why"], sms.plain(content["why"]))), (treatment, text)
        assert re.search(CHOICES, text, re.IGNORECASE), (treatment, text)


def test_every_message_to_a_phone_has_its_link_and_the_way_to_stop() -> None:
    phones = [one for one in all_renderings() if one[0].channel in ("sms", "whatsapp")]
    for treatment, content in phones:
        assert "/c/" in content["body"]
        assert "STOP" in content["body"]
        assert treatment.channel == "whatsapp" or 1 <= content["segments"] <= limits.SMS_SEGMENTS
    assert {treatment.channel for treatment, _ in phones} == {"sms", "whatsapp"}


def test_urgent_and_renewal_moments_may_be_told_by_whatsapp() -> None:
    """Where it is permitted, as SMS; no playbook that ships uses it by itself."""
    there = Treatment.objects.filter(channel="whatsapp").values_list("template__slug", flat=True)
    assert set(there) == {"over-limit", "trial-reminder-sms", "callback"}
    assert not Step.objects.filter(config__channel="whatsapp").exists()


@pytest.mark.parametrize("slug", ["success-review", "training", "walkthrough"])
@pytest.mark.parametrize("template", ["check-in", "callback"])
def test_help_leads_to_the_calendar_of_the_manager_where_one_is_known(slug: str, template: str) -> None:
    offer = Offer.objects.get(slug=slug)
    for text in Treatment.objects.filter(template__slug=template, channel__in=["in_app", "email"]):
        assert rendered(text, DROP, offer=offer)["cta"]["url"] == "https://book.test/ana"
        without = rendered(text, DROP, offer=offer, of_account={"account_manager": {}})
        assert f"/demo/?book={slug}&proposition=" in without["cta"]["url"]


def test_every_message_to_a_phone_fits_for_every_offer() -> None:
    """Nothing is raised: no offer is refused by the length of its name or of what it gives."""
    offers = list(Offer.objects.prefetch_related("product__prices"))
    for treatment in Treatment.objects.filter(channel__in=["sms", "whatsapp", "push"]).select_related(
        "template"
    ):
        free, evidence = treatment.template.slug in NOT_FOR_SALE, EVIDENCE[treatment.template.slug][0]
        for offer in offers:
            if not (free and offer.product):
                assert rendered(treatment, evidence, offer=offer)["body"]


@pytest.mark.parametrize(
    ("locale", "season", "said"),
    [
        ("en", "tax_season", "Tax season begins on November 23, 2026"),
        ("de", "christmas", "Weihnachten: los geht es am 23. November 2026"),
        ("fr", "fiscal_year_end", "Clôture de l’exercice : cela commence le 23 novembre 2026"),
        ("es", "back_to_school", "Vuelta al cole: empieza el 23 de noviembre de 2026"),
    ],
)
def test_a_season_is_named_in_the_language_of_the_text(locale: str, season: str, said: str) -> None:
    """Signals leave no name of it, or one in English."""
    content = rendered(the("seasonal", "email", locale), SEASON | {"season": season, "label": "Anything"})
    assert content["why"].startswith(said)


HEADLINES = [
    ("US", "en", "Go unlimited with Pro"),
    ("GB", "en", "Make more of your reports with Pro"),
    ("DE", "en", "More room with Pro: reports without a limit"),
    ("CH", "de", "Mehr Spielraum mit Pro: Berichte ohne Limit"),
    ("CA", "fr", "Travaillez sans limite avec le forfait Pro"),
    ("FR", "fr", "Plus de marge avec Pro : des rapports sans limite"),
    ("MX", "es", "Más margen con Pro: reportes sin límite"),
    ("ES", "es", "Más margen con Pro: informes sin límite"),
]


def test_the_headline_is_that_of_the_country_in_the_language_of_the_text() -> None:
    def shown(template: str, locale: str, **account: Any) -> str:
        treatment = the(template, "in_app", locale)
        return str(rendered(treatment, EVIDENCE[template][0], of_account=account)["headline"])

    for template in ("smart-nudge", "advanced-unlock"):
        for country, locale, headline in HEADLINES:
            assert shown(template, locale, country=country, trial_ends_at=None) == headline
            anywhere = shown(template, locale, trial_ends_at=None)
            # Who tries it goes on with what they began, wherever they are.
            assert len({headline, anywhere, shown(template, locale, country=country)}) == 3


def test_a_country_speaks_no_other_language_than_the_text() -> None:
    where = {"country": "US", "trial_ends_at": None}
    german = rendered(the("smart-nudge", "in_app", "de"), EXPORTS, of_account=where)
    assert german["headline"] == "Keine Limits mehr: So arbeiten Power-User"
    assert "reportes ilimitados" in body(
        rendered(the("smart-nudge", "in_app", "es"), EXPORTS, of_account={"country": "MX"})
    )


COMPARED = {
    "en": "from March 1, 2026 to March 10, 2026: 1,234.5 with you, and a median of 617 among 31 other accounts",
    "de": "vom 1. März 2026 bis zum 10. März 2026: 1.234,5 bei Ihnen, im Median 617 bei 31 anderen Konten",
    "fr": "du 1 mars 2026 au 10 mars 2026 : 1\u202f234,5 chez vous, et une médiane de 617 chez 31 autres comptes",
    "es": "del 1 de marzo de 2026 al 10 de marzo de 2026: 1.234,5 en su cuenta y una mediana de 617 en otras 31",
}


def test_own_figures_stand_beside_the_median_where_enough_could_be_compared() -> None:
    days = date(2026, 3, 1), date(2026, 3, 10)
    peers = Compared(Decimal("1234.5"), Decimal(617), 31, "fintech", *days)
    unsayable = Compared(Decimal(1), Decimal(2), 31, "<b>", *days)
    recap = AFTER | EXPORTS | {"amount": 1200}
    places = [
        ("smart-nudge", "email", EXPORTS),
        ("event-recap", "email", recap),
        ("event-recap", "in_app", recap),
    ]
    for locale, said in COMPARED.items():
        for template, channel, evidence in places:
            treatment = the(template, channel, locale)
            assert said in body(rendered(treatment, evidence, peers=peers))
            alone = body(rendered(treatment, evidence))
            assert not re.search("medi|médi|compari|comparar|Vergleich", alone)
            assert body(rendered(treatment, evidence, peers=unsayable)) == alone


@pytest.mark.parametrize("template", ["smart-nudge", "advanced-unlock"])
def test_a_benefit_is_said_with_its_source_or_not_at_all(template: str) -> None:
    benefit = a_claim(
        kind="benefit", slug="time", texts={"en": "Teams save an hour."}, source_name="Our study"
    )
    evidence = EVIDENCE[template][0]
    told = rendered(the(template, "email"), evidence, known=claims.Known([benefit]))
    assert "Teams save an hour. (Our study, May 2, 2025)" in told["text"]
    german = rendered(the(template, "email", "de"), evidence, known=claims.Known([benefit]))
    assert german["text"] == rendered(the(template, "email", "de"), evidence)["text"]


EARNED_BACK = {
    "en": "at €160 per month; the price of €49 per month is then earned back in 10 days.",
    "de": "mit 160 € pro Monat; der Preis von 49 € pro Monat ist damit nach 10 Tagen wieder hereingeholt.",
    "fr": "à 160 € par mois ; le prix de 49 € par mois est alors amorti en 10 jours.",
    "es": "en 160 € al mes; el precio de 49 € al mes se recupera entonces en 10 días.",
}


@pytest.mark.parametrize("template", ["retention-expansion", "advanced-unlock"])
@pytest.mark.parametrize("locale", EARNED_BACK)
def test_the_payback_is_said_from_a_sourced_figure_or_left_out(template: str, locale: str) -> None:
    about = {"kind": "benefit", "slug": "gain", "texts": {locale: "x y z"}, "source_name": "Our study"}
    text, evidence = the(template, "email", locale), EVIDENCE[template][0]

    def mail(**claim: Any) -> str:
        known = claims.Known([a_claim(**about, **claim)])
        return str(rendered(text, evidence, known=known, of_account={"currency": "EUR"})["text"]).replace(
            "\xa0", " "
        )

    product, gain = Offer.objects.get(slug="pro-plan").product_id, {"monthly_EUR": 160}
    told = " ".join(mail(product_id=product, figures=gain).replace("\u202f", " ").split())
    assert "Our study" in told and EARNED_BACK[locale] in told
    left_out = mail(product_id=product)
    for other in ({"product_id": product, "figures": {"monthly_USD": 160}}, {"figures": gain}):
        assert mail(**other) == left_out
    assert not re.search("earned back|hereingeholt|amorti|recupera", left_out)


def test_what_costs_something_says_what_and_what_does_not_has_no_terms() -> None:
    for treatment, content in all_renderings():
        free = treatment.template.slug in ("check-in", "callback", "pause-survey")
        if treatment.channel == "in_app":
            assert (content["terms"] is None) is free
        if treatment.channel == "email":
            assert (content["terms_line"] == "") is free
        if treatment.channel == "sms" and not free:
            assert "49" in content["body"], content["body"]
        if free:
            assert "49" not in body(content)


def test_the_evidence_reads_as_promised() -> None:
    def why(template: str, evidence: dict[str, Any], channel: str = "in_app", locale: str = "en") -> str:
        return str(rendered(the(template, channel, locale), evidence)["why"])

    assert why("smart-nudge", EXPORTS) == "You've exported 17 of 20 reports this month"
    assert why("smart-nudge", SEATS) == "You've filled 10 of 10 seats"
    assert why("smart-nudge", EXPORTS, locale="de") == "Sie haben diesen Monat 17 von 20 Berichten exportiert"
    assert why("smart-nudge", EXPORTS, locale="fr") == "Vous avez exporté 17 rapports sur 20 ce mois-ci"
    assert why("smart-nudge", EXPORTS, locale="es") == "Ha exportado 17 de 20 informes este mes"
    assert why("advanced-unlock", PREMIUM) == (
        "You've used premium features 5 times in the last 14 days, most recently cohorts"
    )
    assert (
        why("seasonal", SEASON) == "Black Friday begins on November 23, 2026, and your team is busy already"
    )
    assert why("check-in", DROP) == "Your team has been less active in the last week than it usually is"
    assert why("trial-reminder-sms", TRIAL, "sms", "de") == "Ihre Testphase endet am 19. März 2026"
    assert why("event-recap", AFTER | EXPORTS | {"amount": 1200}) == (
        "Black Friday ended on November 30, 2026: you've exported 1,200 reports"
    )


def test_loss_is_spoken_of_only_with_a_bound_end() -> None:
    loss = r"lose|losing|last chance|only today|hurry|expires|verlier|verpass|perd(re|ez)|perder|pierda"
    for treatment, content in all_renderings():
        assert not re.search(loss, json.dumps(content, ensure_ascii=False), re.IGNORECASE), treatment
    for treatment in Treatment.objects.filter(template__slug="trial-reminder-sms"):
        assert "{{ account.trial_ends }}" in treatment.why


def test_no_brand_of_somebody_else_and_no_claim_without_a_record() -> None:
    for treatment, content in all_renderings():
        text = json.dumps(content, ensure_ascii=False)
        banned = r"most teams|teams like yours|top performers|namiable|Absolutely|MerchCo|productivity"
        assert not re.search(banned, text, re.IGNORECASE), treatment


def test_a_customer_story_comes_with_its_source() -> None:
    content = rendered(the("seasonal", "email"), SEASON, known=claims.Known([a_claim()]))
    assert "MerchCo prepared its sale in half the time. (MerchCo, May 2, 2025)" in content["text"]


def test_other_evidence_than_a_text_is_written_for_sends_nothing() -> None:
    with pytest.raises(wording.Missing, match=r"evidence\.reason"):
        rendered(the("check-in", "email"), EXPORTS)


def test_a_call_without_a_place_to_book_is_not_offered(settings: Any) -> None:
    content = rendered(the("callback", "in_app"), DROP)
    assert content["cta"] == {"label": "Pick a time", "url": "https://book.test/ana"}
    assert content["terms"] is None


def test_the_mail_states_price_and_incentive_from_the_data() -> None:
    content = rendered(the("smart-nudge", "email"), EXPORTS, first_name="Ana")
    assert content["subject"] == "Almost out of reports: keep your workflow going"
    assert content["text"].startswith("Hi Ana,\n\nYou've exported 17 of 20 reports this month. That leaves 3")
    assert "plus 20% off" in content["text"]
    assert content["terms_line"].startswith("€49 per month")
