"""Stories of the starter pack's moments that lie in what people do: limits, wishes, habits."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.signals.starter_world import Life, at

WHO = "ana@acme"
WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)


@dataclass(frozen=True)
class Story:
    """`tell`: what happens; with False what falls just short. `shows`: of the evidence."""

    slug: str
    tell: Callable[[Life, bool], None]
    shows: dict[str, Any]


STORIES: list[Story] = []


def story(slug: str, **shows: Any) -> Callable[[Callable[[Life, bool], None]], Callable[[Life, bool], None]]:
    def note(tell: Callable[[Life, bool], None]) -> Callable[[Life, bool], None]:
        STORIES.append(Story(slug, tell, shows))
        return tell

    return note


@story("usage-limit-near", resource_label="reports", used=16, cap=20, percent=80)
def near(life: Life, enough: bool) -> None:
    life.company("acme", limits={"exports": 20})
    life.did(WHO, "Report Exported", life.day(1), times=16 if enough else 15)
    life.live(life.day(2))


@story("limit-forecast", resource="exports", cap=124, expected="2026-03-31")
def forecast(life: Life, enough: bool) -> None:
    """Four a day are 124 in March."""
    life.begins = at(3, 1)
    life.time.set(life.begins)
    life.company("acme", limits={"exports": 124 if enough else 125})
    for day in range(25):
        life.did(WHO, "Report Exported", life.day(day), times=4)
    life.live(life.day(21), every=WEEK)
    life.live(life.day(25))


@story("limit-hit-attempt", event="Feature Denied", count=1, feature="Exports")
def denied(life: Life, enough: bool) -> None:
    reason = "monthly limit reached" if enough else "requires the Unlimited plan"
    life.did(WHO, "Feature Denied", life.day(1), feature="Exports", reason=reason)
    life.did(WHO, "Feature Denied", life.day(2), feature="Exports", reason=reason)
    life.live(life.day(3))


@story("limit-hit-attempt", event="Feature Denied", count=1, feature="Exports")
def denied_by_a_code(life: Life, enough: bool) -> None:
    reason = "exportLimitReached" if enough else "exportUnlimitedOnly"
    life.did(WHO, "Feature Denied", life.day(1), feature="Exports", reason=reason)
    life.live(life.day(2))


@story("limit-hit-attempt", event="Feature Denied", feature="Cohorts")
def denied_again_and_again(life: Life, enough: bool) -> None:
    for day in (1, 8, 14 if enough else 15):
        life.did(WHO, "Feature Denied", life.day(day), feature="Cohorts", reason="plan")
    life.live(life.day(17), every=WEEK)


@story("seats-requested", event="Seats Requested or Limit Increase Requested", seats=5)
def asked(life: Life, enough: bool) -> None:
    """The wish of yesterday, of which nobody knew, is too old."""
    life.live(life.day(2))
    life.did(WHO, "Seats Requested", life.day(1) + (MINUTE if enough else -MINUTE), seats=5)
    life.live(life.day(2) + MINUTE, every=MINUTE)


@story("seats-requested", intent="more_capacity")
def wrote_for_more(life: Life, enough: bool) -> None:
    text = (
        "We need five more seats for our new colleagues."
        if enough
        else "We do not need five more seats for our new colleagues."
    )
    life.did(WHO, "Ticket Created", life.day(1), ticket_id="7", text=text)
    life.live(life.day(2))


@story("plan-request-text", intent="needs_feature")
def wrote_for_a_plan(life: Life, enough: bool) -> None:
    text = (
        "We need the forecasting feature. Which plan has it?"
        if enough
        else "We use the forecasting feature. Our plan has it."
    )
    life.did(WHO, "Feedback Submitted", life.day(1), text=text)
    life.live(life.day(2))


@story("pricing-intent", count=3)
def prices(life: Life, enough: bool) -> None:
    for minutes in (0, 20, 50 if enough else 51):
        life.did(WHO, "Pricing Viewed", life.day(1) + timedelta(minutes=minutes))
    life.live(life.day(2))


@story("pricing-intent", count=3)
def pages_of_prices(life: Life, enough: bool) -> None:
    for minutes, name in enumerate(("Pricing", "Pricing", "Pricing" if enough else "Pricing of parcels")):
        life.told(life.day(1) + timedelta(minutes=minutes), type="page", userId="ana", name=name)
    life.live(life.day(2))


@story("pricing-intent", count=3)
def pages_that_are_told_twice(life: Life, enough: bool) -> None:
    """One view as a page and as an event: two views are not four."""
    for minutes in range(3 if enough else 2):
        moment = life.day(1) + timedelta(minutes=minutes)
        life.told(moment, type="page", userId="ana", name="Pricing")
        life.did("ana", "Pricing Viewed", moment)
    life.live(life.day(2))


@story("pricing-intent", count=5)
def views_told_in_any_way(life: Life, enough: bool) -> None:
    for minutes in range(2):
        life.did("ana", "Pricing Viewed", life.day(1) + timedelta(minutes=minutes))
        life.told(life.day(1) + timedelta(minutes=10 + minutes), type="page", userId="ana", name="Pricing")
    if enough:
        life.told(life.day(1) + timedelta(minutes=20), type="screen", userId="ana", name="Pricing")
    life.live(life.day(2))


@story("help-intent", event="Docs Viewed", topic="how to get more reports")
def reads(life: Life, enough: bool) -> None:
    topic = "how to get more reports" if enough else "how to target more reports"
    life.did(WHO, "Docs Viewed", life.day(1), topic=topic, seconds=40)
    life.live(life.day(2))


@story("help-intent", topic="The export limit")
def reads_of_limits(life: Life, enough: bool) -> None:
    life.did(WHO, "Docs Viewed", life.day(1), topic="The export limit" if enough else "The export delimiter")
    life.live(life.day(2))


@story("help-intent", topic="Limit of exports")
def reads_of_a_limit(life: Life, enough: bool) -> None:
    life.did(WHO, "Docs Viewed", life.day(1), topic="Limit of exports" if enough else "Unlimited exports")
    life.live(life.day(2))


@story("premium-feature-frequent", count=5, days=14, feature="Cohorts")
def premium(life: Life, enough: bool) -> None:
    for day in (1, 3, 5, 8, 14 if enough else 15):
        life.did(WHO, "Feature Used", life.day(day), feature="Cohorts", tier="premium")
    life.live(life.day(17), every=WEEK)


@story("team-growth", resource_label="seats", used=9, cap=10, percent=90)
def seats_filled(life: Life, enough: bool) -> None:
    life.company("acme", limits={"seats": 10}, seats_used=9 if enough else 8)
    life.live(life.day(1))


@story("team-growth", change="spike", span="week", observed=10)
def many_join(life: Life, enough: bool) -> None:
    for week in range(6):
        life.did("boss@acme", "Member Invited", life.day(7 * week + 1))
    life.did("boss@acme", "Member Invited", life.day(43), times=10 if enough else 9)
    life.live(life.day(42), every=WEEK)
    life.live(life.day(44))


@story("usage-spike", change="spike", span="day", observed=17, expected=4, season="black_friday")
def spike(life: Life, enough: bool) -> None:
    a_busy_day(life, at(10, 12), 17 if enough else 16)


@story("usage-spike", change="spike", season="black_friday", phase="before", starts="2026-11-23")
def spike_before_a_sale(life: Life, enough: bool) -> None:
    """On November 9, and on the 8th, which is no part of the season yet."""
    a_busy_day(life, at(9, 28 if enough else 27), 17)


def a_busy_day(life: Life, begins: datetime, times: int) -> None:
    """After six weeks of four reports, five days a week."""
    life.begins = begins
    life.time.set(begins)
    life.company("acme", industry="ecommerce")
    for day in range(42):
        life.did(WHO, "Report Exported", life.day(day), times=4 if day % 7 < 5 else 0)
    life.did(WHO, "Report Exported", life.day(42), times=times)
    life.live(life.day(42), every=WEEK)
    life.live(life.day(43))


@story("high-value-integration", event="Integration Connected", integration="Warehouse")
def integration(life: Life, enough: bool) -> None:
    value = 100 if enough else 99
    life.did(WHO, "Integration Connected", life.day(1), integration="Warehouse", value=value)
    life.live(life.day(2))


@story("complex-workflows", event="Filter Created", count=10, days=30)
def filters(life: Life, enough: bool) -> None:
    life.did(WHO, "Filter Created", life.day(1), times=6, advanced=True)
    life.did(WHO, "Filter Created", life.day(29), times=4 if enough else 3, advanced=True)
    life.did(WHO, "Filter Created", life.day(29), times=9, advanced=False)
    life.live(life.day(30), every=WEEK)


@story("complex-workflows", event="Filter Created", count=3)
def a_bit_of_everything(life: Life, enough: bool) -> None:
    life.did(WHO, "Filter Created", life.day(1), times=3, advanced=True)
    life.did(WHO, "Report Exported", life.day(2), times=3)
    life.did(WHO, "Automation Created", life.day(3), times=3 if enough else 2)
    life.live(life.day(4))


@story("module-roaming", event="Module Opened", count=3)
def roams(life: Life, enough: bool) -> None:
    for place in range(9 if enough else 8):
        module = ("Leads", "Mail", "Billing")[place % 3]
        life.did(WHO, "Module Opened", life.day(1) + timedelta(minutes=9 * place), module=module)
    life.live(life.day(2))


@story("docs-champion", event="Docs Viewed", sum=7200, days=14)
def champion(life: Life, enough: bool) -> None:
    for day, seconds in ((1, 3600), (7, 1800), (13, 1800 if enough else 1799)):
        life.did(WHO, "Docs Viewed", life.day(day), topic="API", seconds=seconds)
    life.live(life.day(14), every=timedelta(days=2))
