"""Stories of the starter pack's moments that lie in time: steps on the way, what goes wrong, the calendar."""

from datetime import timedelta

from people_app.models import Account
from signals_app import detect
from signals_app.models import Score, SignalDefinition
from signals_app.subjects import Subject
from tests.signals.starter_stories import MINUTE, WEEK, WHO, story
from tests.signals.starter_world import Life, at
from upsell_project.lib import clock


@story("onboarding-completed", event="Onboarding Completed", count=1)
def onboarded(life: Life, enough: bool) -> None:
    """What is read a day later is no moment any more."""
    life.live(life.day(2))
    life.did(WHO, "Onboarding Completed", life.day(1) + (MINUTE if enough else -MINUTE))
    life.live(life.day(2) + MINUTE, every=MINUTE)


@story("core-feature-activated", event="Core Feature Activated", feature="Cohorts")
def activated(life: Life, enough: bool) -> None:
    life.live(life.day(2))
    life.did(WHO, "Core Feature Activated", life.day(1) + (MINUTE if enough else -MINUTE), feature="Cohorts")
    life.live(life.day(2) + MINUTE, every=MINUTE)


@story("trial-ending", date_of="trial_ends_at", date="2026-03-20")
def trial_ends(life: Life, enough: bool) -> None:
    life.company("acme", trial_ends_at="2026-03-20T12:00:00Z")
    life.working(WHO, [4], each=3 if enough else 2)
    life.live(life.day(9))


@story("trial-ended-unconverted", date_of="trial_ends_at", date="2026-03-20")
def trial_ended(life: Life, enough: bool) -> None:
    life.company("acme", trial_ends_at="2026-03-20T12:00:00Z")
    life.working(WHO, [4])
    if not enough:
        life.did(WHO, "Plan Upgraded", life.day(10))
    life.live(life.day(14), every=timedelta(days=2))


@story("trial-ended-unconverted", event="Trial Ended", count=1)
def trial_is_said_to_have_ended(life: Life, enough: bool) -> None:
    life.did(WHO, "Trial Ended", life.day(1), converted=not enough)
    life.live(life.day(6))


@story("usage-drop", change="drop", span="week", expected=25)
def drop(life: Life, enough: bool) -> None:
    life.working(WHO, [day for day in range(42) if day % 7 < 5])
    life.working(WHO, [42], each=9 if enough else 10)
    life.live(life.day(42), every=WEEK)
    life.live(life.day(49), every=timedelta(days=2))


@story("support-load", event="Ticket Created", count=5, days=14)
def tickets(life: Life, enough: bool) -> None:
    for day in (1, 3, 6, 9, 14 if enough else 15):
        life.did(WHO, "Ticket Created", life.day(day), ticket_id=str(day), subject="Address on the invoice")
    life.live(life.day(17), every=WEEK)


@story("confusion", intent="confused")
def confused(life: Life, enough: bool) -> None:
    text = (
        "I am lost, I don't understand how the filters work."
        if enough
        else "I understand how the filters work."
    )
    life.did(WHO, "Ticket Created", life.day(1), ticket_id="8", text=text)
    life.live(life.day(2))


@story("value-doubt-ticket", intent="doubts_value")
def doubts(life: Life, enough: bool) -> None:
    text = (
        "We see no ROI. Is it worth the money for us?"
        if enough
        else "We see the ROI. It is worth the money for us."
    )
    life.did(WHO, "Ticket Created", life.day(1), ticket_id="9", text=text)
    life.live(life.day(2))


@story("at-risk", change="drop", date_of="renews_at", date="2026-06-11")
def risk(life: Life, enough: bool) -> None:
    """The same drop, but the renewal is a day farther away."""
    life.company("acme", renews_at=life.day(94 if enough else 95).isoformat())
    life.working(WHO, [day for day in range(42) if day % 7 < 5])
    life.working(WHO, [42], each=1)
    life.live(life.day(42), every=WEEK)
    life.live(life.day(49), every=timedelta(days=2))


@story("health-score", score="health", score_value=0.7)
def healthy(life: Life, enough: bool) -> None:
    """The score is computed elsewhere; whoever computes it asks those who read it."""
    life.working(WHO, [1])
    life.live(life.day(2))
    acme, definition = Account.objects.get(group_id="acme"), SignalDefinition.objects.get(slug="health-score")
    Score.objects.create(account=acme, name="health", value=0.7 if enough else 0.69, at=clock.now())
    detect.swept([(definition, Subject(None, acme.pk))], clock.now())
    life.live(life.day(3, 10))


@story("renewal-window", date_of="renews_at", days_until=45)
def renews(life: Life, enough: bool) -> None:
    life.company("acme", renews_at=life.day(55, 1).isoformat())
    life.working(WHO, [3], each=5)
    life.working(WHO, [5], each=5 if enough else 4)
    life.live(life.day(11))


@story("season-black-friday", season="black_friday", phase="before", starts="2026-11-23")
def black_friday(life: Life, enough: bool) -> None:
    life.begins = at(10, 22)
    life.time.set(life.begins)
    life.company("acme", industry="ecommerce" if enough else "mining")
    life.working(WHO, [0], each=10)
    life.live(at(10, 25))


@story("season-tax", season="tax_season", phase="before", starts="2026-11-01")
def taxes(life: Life, enough: bool) -> None:
    life.begins = at(9, 30)
    life.time.set(life.begins)
    life.company("acme", industry="Accounting", country="GB" if enough else "DE")
    life.working(WHO, [0], each=10)
    life.live(at(10, 5))


@story("season-fiscal-year-end", season="fiscal_year_end", phase="before", ends="2026-06-30")
def the_year_ends(life: Life, enough: bool) -> None:
    life.begins = at(5, 29)
    life.time.set(life.begins)
    life.company("acme", industry="nonprofit", fiscal_year_end="06-30" if enough else "07-03")
    life.working(WHO, [0], each=10)
    life.live(at(6, 2))
