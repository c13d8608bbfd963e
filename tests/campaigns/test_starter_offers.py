"""The starter pack's offers: all of the contract, in four languages and three currencies, for the right people."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from campaigns_app import starter_pack
from campaigns_app.models import Delivery
from offers_app import decide, personalize
from offers_app.models import Offer, OfferCap, Price, Product, Template, Treatment
from people_app.models import Account, Person
from signals_app.models import Event
from tests.build import a_person, an_account, an_event
from tests.campaigns.gates import turned_down
from tests.conftest import Time
from tests.engine import MORNING, account_of, begun, last_decision, offer_of, somebody
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]

SOLD = {
    "pro-plan",
    "extra-seats",
    "team-reporting",
    "integrations-addon",
    "analytics-addon",
    "combined-bundle",
    "priority-support",
    "event-boost",
    "renewal-discount-addon",
}
HELP = {"success-review", "training", "walkthrough"}
TEAM = {"seats_used": 4}


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    settings.CURRENCY = "EUR"
    time.set(MORNING)


def test_all_offers_of_the_contract_are_there_and_sound() -> None:
    assert set(Offer.objects.filter(product__isnull=False).values_list("slug", flat=True)) == SOLD
    assert set(Offer.objects.filter(product__isnull=True).values_list("slug", flat=True)) == HELP
    for row in (*Offer.objects.all(), *Product.objects.all(), *Price.objects.all(), *OfferCap.objects.all()):
        row.full_clean()


def test_each_product_is_sold_in_three_currencies_for_the_same_periods() -> None:
    for product in Product.objects.prefetch_related("prices"):
        sold = {(price.currency, price.period) for price in product.prices.all()}
        periods = {period for _, period in sold}
        assert sold == {(currency, period) for currency in ("EUR", "USD", "GBP") for period in periods}
        assert all(price.amount > 0 for price in product.prices.all())


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es"])
@pytest.mark.parametrize("slug", sorted(SOLD | HELP))
def test_each_says_what_it_is_in_its_own_words_in_four_languages(slug: str, locale: str) -> None:
    offer = Offer.objects.select_related("product").get(slug=slug)
    account = an_account(trial_ends_at=clock.now() + timedelta(days=3))
    shown = personalize.context(a_person(locale=locale), account, offer, {"used": 1}, clock.now(), locale)
    assert shown["offer"]["feature"]
    assert len(shown["offer"]["benefits"]) >= 2
    english = personalize.context(a_person(locale="en"), account, offer, {"used": 1}, clock.now(), "en")
    for name in ("feature", "benefits", *({"headline"} & english["offer"].keys())):
        assert locale == "en" or shown["offer"][name] != english["offer"][name]
    if slug in SOLD:
        assert "€" in shown["terms"]["line"]
    else:
        assert shown["stated"] is None


def judged(person: Person, slug: str) -> str:
    """The code that stops it, empty where nothing does."""
    template, _ = Template.objects.get_or_create(slug="plain", defaults={"name": "Plain"})
    Treatment.objects.get_or_create(template=template, channel="email", locale="en", headline="x", body="x")
    account = Account.objects.get(memberships__person=person)
    ask = decide.Ask(person, account, [slug], "plain", "email", {"used": 1})
    gate = decide.offer(ask, decide.catalog([ask], clock.now())).gates[-1]
    return "" if gate.passed else gate.gate.value


@pytest.mark.parametrize("slug", sorted(SOLD | HELP))
def test_each_can_be_chosen_by_the_policy_in_force(slug: str) -> None:
    """Also what sells nothing: what it is worth is more than what it costs."""
    account = an_account(renews_at=clock.now() + timedelta(days=20), caps={"seats": 10}, seats_used=9)
    seats = slug in ("extra-seats", "team-reporting")
    assert judged(a_person(account=account, role="admin" if seats else "member"), slug) == ""


@pytest.mark.parametrize("plan", ["team", "business", "scale", "enterprise", "Enterprise"])
def test_nobody_is_offered_less_than_they_have(plan: str) -> None:
    assert judged(a_person(account=an_account(plan=plan)), "pro-plan") == "not_eligible"
    assert judged(a_person(account=an_account(plan="starter")), "pro-plan") == ""


@pytest.mark.parametrize(
    ("role", "facts", "pro", "reporting"),
    [
        ("", TEAM, "", "not_suitable"),
        ("member", TEAM, "", "not_suitable"),
        ("admin", TEAM, "not_suitable", ""),
        ("owner", TEAM, "not_suitable", ""),
        ("admin", {"seats_used": 1}, "", ""),
        ("admin", {}, "", ""),
    ],
)
def test_who_leads_a_team_gets_team_reporting_instead_of_pro(
    role: str, facts: dict[str, Any], pro: str, reporting: str
) -> None:
    person = a_person(account=an_account(**facts), role=role)
    assert (judged(person, "pro-plan"), judged(person, "team-reporting")) == (pro, reporting)


def test_seats_are_offered_when_they_run_out_or_somebody_asked() -> None:
    full, roomy, asking = (an_account(caps={"seats": 10}, seats_used=n) for n in (8, 7, 1))
    people = [a_person(account=account, role="admin") for account in (full, roomy, asking)]
    an_event(people[2], "Seats Requested", seats=3)
    assert Event.objects.count() == 1
    assert [judged(person, "extra-seats") for person in people] == ["", "not_applicable", ""]


@pytest.mark.parametrize(
    ("days", "code"), [(45, ""), (1, ""), (46, "not_applicable"), (-1, "not_applicable")]
)
def test_the_renewal_discount_fits_the_45_days_before(days: int, code: str) -> None:
    person = a_person(account=an_account(renews_at=clock.now() + timedelta(days=days)))
    assert judged(person, "renewal-discount-addon") == code


@pytest.mark.parametrize("slug", sorted(SOLD))
def test_who_paid_a_year_ahead_is_offered_everything_but_the_plan(slug: str) -> None:
    person = a_person(account=an_account(prepaid=True, billing_period="year"))
    assert (judged(person, slug) == "prepaid_annually") == (slug == "pro-plan")


def test_the_third_not_now_in_90_days_is_the_last() -> None:
    person = a_person()
    for _ in range(3):
        assert judged(person, "pro-plan") == ""
        turned_down(person, "dismissed")
    assert judged(person, "pro-plan") == "offer_cap"


def test_the_team_admin_at_a_limit_is_shown_team_reporting_in_their_currency() -> None:
    account = an_account(caps={"exports": 20}, seats_used=4, country="US")
    run = begun(somebody(account=account, role="admin"))
    offer = offer_of(run)
    assert offer.offer.slug == "team-reporting"
    assert (offer.content["terms"]["price"], offer.content["terms"]["currency"]) == ("21.00", "USD")


def test_what_is_out_ends_when_the_offer_does() -> None:
    Offer.objects.filter(slug="pro-plan").update(valid_until=MORNING + timedelta(days=2))
    assert offer_of(begun(somebody())).expires_at == MORNING + timedelta(days=2)


def test_an_incentive_that_is_over_shortens_nothing() -> None:
    Offer.objects.filter(slug="pro-plan").update(incentive_ends_at=MORNING - timedelta(days=2))
    offer = offer_of(begun(somebody()))
    assert offer.expires_at == MORNING + timedelta(days=7)
    assert offer.content["terms"]["incentive"] is None


def test_of_many_in_one_go_no_more_than_the_cap_of_everybody_are_made() -> None:
    Offer.objects.exclude(slug="pro-plan").update(live=False)
    OfferCap.objects.create(offer=Offer.objects.get(slug="pro-plan"), scope="everybody", at_most=2)
    people = [somebody() for _ in range(5)]
    for person in people:
        begun(person)
    assert Delivery.objects.filter(channel="in_app").count() == 2
    assert last_decision(people[-1]).gate == "offer_cap"


def test_a_run_goes_on_with_what_its_own_yes_is_about() -> None:
    person = somebody()
    run = begun(person)
    proposition = offer_of(run)
    proposition.answer, proposition.answered_at = "accepted", clock.now()
    proposition.save()
    for enrollment, known in ((run.pk, 0), (run.pk + 1, 1)):
        asked = ["pro-plan"], "unwritten", "email", {"used": 1}
        ask = decide.Ask(person, account_of(person), *asked, enrollment=enrollment)
        gates = decide.offer(ask, decide.catalog([ask], clock.now())).gates
        assert [gate.gate for gate in gates if not gate.passed] == (
            ["already_owned"] if known else ["no_treatment"]
        )


def test_a_second_load_changes_no_price_part_or_cap() -> None:
    before = _everything()
    summary = starter_pack.load()
    assert not summary.created
    assert not summary.updated
    assert _everything() == before


def test_what_staff_edited_of_a_product_or_an_offer_stays_with_its_prices_and_caps() -> None:
    Product.objects.filter(slug="pro-plan").update(edited=True)
    Price.objects.filter(product__slug__in=["pro-plan", "extra-seats"]).update(amount=Decimal(1))
    Price.objects.filter(product__slug="pro-plan", currency="GBP").delete()
    Offer.objects.filter(slug="pro-plan").update(edited=True, trial_days=3)
    OfferCap.objects.filter(offer__slug__in=["pro-plan", "extra-seats"]).delete()
    summary = starter_pack.load()
    assert {"product pro-plan", "offer pro-plan"} <= set(summary.kept)
    assert set(Price.objects.filter(product__slug="pro-plan").values_list("amount", flat=True)) == {
        Decimal(1)
    }
    assert not Price.objects.filter(product__slug="pro-plan", currency="GBP").exists()
    assert not Price.objects.filter(product__slug="extra-seats", amount=1).exists(), "nobody edited that one"
    assert Offer.objects.get(slug="pro-plan").trial_days == 3
    assert not OfferCap.objects.filter(offer__slug="pro-plan").exists()
    assert OfferCap.objects.filter(offer__slug="extra-seats").exists()


def _everything() -> list[Any]:
    rows = [model.objects.order_by("pk").values_list() for model in (Product, Price, Offer, OfferCap)]
    return [list(one) for one in rows] + [list(Product.parts.through.objects.order_by("pk").values_list())]
