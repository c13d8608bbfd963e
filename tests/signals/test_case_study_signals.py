"""The case study: Insightify's customers over eleven weeks of autumn, with all signals of the starter pack live. Each
moment is found on its day and for whom it is, and of ordinary use nothing."""

from datetime import date, timedelta
from typing import Any

import pytest

from signals_app.models import Signal, SignalDefinition
from tests.conftest import Time
from tests.signals.starter_world import Life, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
WEEK = timedelta(days=7)
BEGINS = at(9, 14, 4)
"""A Monday. Black Friday is November 27, its week begins on the 23rd."""
DAILY = at(10, 19, 21)
ENDS = at(12, 1, 21)
DAYS = range((ENDS - BEGINS).days + 1)
WORKDAYS = [day for day in DAYS if day % 7 < 5]
OCTOBER, NOVEMBER = 38, 70
"""October 22 and November 23."""


@pytest.fixture
def life(time: Time) -> Life:
    return Life(time, BEGINS)


def the_shop(life: Life) -> None:
    """A shop on the free plan: at its peak it runs into the limit."""
    shop: dict[str, Any] = {
        "plan": "free",
        "industry": "ecommerce",
        "country": "DE",
        "timezone": "Europe/Berlin",
    }
    life.company("shop", limits={"exports": 20, "seats": 10}, seats_used=4, **shop)
    life.person("olga@shop", role="owner")
    life.working("olga@shop", WORKDAYS)
    for week in range(10):
        life.did("rita@shop", "Report Exported", life.day(7 * week + 1), times=2)
    life.working("rita@shop", [NOVEMBER + 1, NOVEMBER + 2], each=26, hour=12)
    life.did("rita@shop", "Report Exported", life.day(NOVEMBER + 2, 10), times=14)
    life.did("rita@shop", "Feature Denied", life.day(NOVEMBER + 3, 10), feature="Exports", reason="limit")
    topic = "how to get more reports"
    life.did("rita@shop", "Docs Viewed", life.day(NOVEMBER + 3, 11), topic=topic, seconds=90)


def ordinary(life: Life) -> None:
    """Nobody of these has a moment."""
    # Steady use of a paying customer, far below the limit, with one look at the prices and one premium feature.
    life.company("mill", plan="pro", industry="mining", limits={"exports": 500, "seats": 50}, seats_used=12)
    life.working("mia@mill", WORKDAYS, each=8)
    for week in range(11):
        life.did("mia@mill", "Report Exported", life.day(7 * week + 2), times=6)
    life.did("mia@mill", "Pricing Viewed", life.day(30), times=2)
    life.did("mia@mill", "Feature Used", life.day(31), times=4, tier="premium", feature="Cohorts")
    # Much to do in October, and at Black Friday, which is no sale of theirs.
    life.company("pit", plan="pro", industry="mining", country="DE")
    life.working("pia@pit", WORKDAYS)
    life.working("pia@pit", [OCTOBER, NOVEMBER + 1], each=26, hour=12)
    # Only on weekends.
    life.company("choir", plan="free", industry="music", limits={"exports": 20})
    life.working("carl@choir", [day for day in DAYS if day % 7 >= 5], each=9)
    # An accountant in November: the season of Germany is another.
    life.company("ledger", plan="free", industry="Accounting", country="DE", timezone="Europe/Berlin")
    life.working("lea@ledger", WORKDAYS, each=6)
    # Slowly more: from three a day to nine.
    life.company("sprout", plan="free", industry="farming", limits={"exports": 200})
    for day in WORKDAYS:
        life.working("sam@sprout", [day], each=3 + day // 12)
        life.did("sam@sprout", "Report Exported", life.day(day, 15), times=1 + day // 30)
    # A visitor of whom nobody knows the name, who wants a lot.
    life.did("?browser-1", "Pricing Viewed", life.day(40), times=2)
    life.did("?browser-1", "Docs Viewed", life.day(40), topic="prices", seconds=60)
    # Signed up and gone: a renewal and a trial's end are no moments of their own.
    life.company("ghost", plan="free", industry="mining", renews_at="2026-12-10T12:00:00Z")
    life.did("gus@ghost", "Session Started", life.day(0))
    life.company("faded", plan="free", industry="mining", trial_ends_at="2026-10-28T12:00:00Z")
    life.did("fay@faded", "Session Started", life.day(0))
    # A trial that was converted.
    life.company("tryout", plan="free", industry="mining", trial_ends_at="2026-10-28T12:00:00Z")
    life.working("tom@tryout", WORKDAYS, each=3)
    life.did("tom@tryout", "Plan Upgraded", life.day(38), plan="pro")
    life.company("tryout", life.day(38, 10), subscription_status="active", plan="pro")
    # Some tickets, none of which wants anything.
    life.company("asks", plan="pro", industry="mining")
    life.working("ann@asks", WORKDAYS, each=4)
    for day in (36, 39, 44, 60):
        text = "Please put our new address on the invoice."
        life.did("ann@asks", "Ticket Created", life.day(day, 14), ticket_id=f"t{day}", text=text)


def others_of_whom_something_is_true(life: Life) -> None:
    """A shop that was busy in October, one far below its limit, an accountant in Britain, an association before the
    end of its year, a team that renews, and one who goes on holiday."""
    life.company("corner", plan="pro", industry="ecommerce", country="DE")
    life.working("cora@corner", WORKDAYS)
    life.working("cora@corner", [OCTOBER], each=26, hour=12)
    life.company("boutique", plan="pro", industry="retail", country="US", limits={"exports": 900})
    life.working("bea@boutique", WORKDAYS, each=6)
    life.company("relief", plan="pro", industry="nonprofit", fiscal_year_end="11-30")
    life.working("ray@relief", WORKDAYS, each=4)
    life.company("vault", plan="pro", industry="mining", renews_at="2026-12-20T12:00:00Z")
    life.working("val@vault", WORKDAYS, each=4)
    life.company("beach", plan="pro", industry="mining")
    life.working("bob@beach", [day for day in WORKDAYS if not 49 <= day < 63], each=6)


MUST = [
    (date(2026, 10, 24), "season-black-friday", "boutique"),
    (date(2026, 10, 24), "season-black-friday", "corner"),
    (date(2026, 10, 24), "season-black-friday", "shop"),
    (date(2026, 10, 31), "season-fiscal-year-end", "relief"),
    (date(2026, 11, 5), "renewal-window", "vault"),
    (date(2026, 11, 5), "usage-drop", "beach"),
    (date(2026, 11, 24), "usage-spike", "shop"),
    (date(2026, 11, 25), "usage-limit-near", "shop"),
    (date(2026, 11, 26), "help-intent", "rita"),
    (date(2026, 11, 26), "limit-hit-attempt", "rita"),
]
SPIKES = [
    (date(2026, 10, 22), "any-spike", "corner"),
    (date(2026, 10, 22), "any-spike", "pit"),
    (date(2026, 11, 24), "any-spike", "pit"),
    (date(2026, 11, 24), "any-spike", "shop"),
]
"""Of which only one surrounds a sales event of the industry."""


def test_the_moments_of_the_case_study_are_found_and_nothing_else(life: Life) -> None:
    the_shop(life)
    ordinary(life)
    others_of_whom_something_is_true(life)
    spikes = {
        "turn": "spike",
        "span": "day",
        "events": ["Session Started", "Feature Used", "Report Exported"],
    }
    SignalDefinition.objects.create(
        slug="any-spike", name="Any", detector="change", config=spikes, about="account", live=True
    )
    life.live(DAILY, every=WEEK)
    life.live(ENDS)
    assert life.found() == sorted(MUST + SPIKES)
    whom = {one.definition.slug: one for one in Signal.objects.filter(account__group_id="shop")}
    assert {slug: one.person.user_id for slug, one in whom.items() if one.person} == {
        "any-spike": "rita",
        "season-black-friday": "olga",
        "usage-spike": "olga",
        "usage-limit-near": "rita",
        "help-intent": "rita",
        "limit-hit-attempt": "rita",
    }
    near = whom["usage-limit-near"].evidence
    assert (near["used"], near["cap"], near["resource_label"]) == (20, 20, "reports")
    assert whom["help-intent"].evidence["topic"] == "how to get more reports"
