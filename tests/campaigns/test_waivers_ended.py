"""A text whose waiver ended is stopped on every way out; one that nobody ever waived stays, after an update."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import advance, outbox, serve, sweeps
from campaigns_app.models import Delivery
from offers_app import lapsed, linted
from offers_app.models import LintWaiver, Offer, Proposition, Treatment
from people_app.models import Person
from tests.campaigns.deciding import Server, noticed
from tests.conftest import Time
from tests.engine import MORNING, begun, last_decision, offer_of, somebody
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
TODAY = date(MORNING.year, MORNING.month, MORNING.day)
RULE = "false-scarcity"


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def a_scarce_text(channel: str = "in_app") -> Treatment:
    """As it is saved with a waiver, or by an older release."""
    row = Treatment.objects.get(template__slug="smart-nudge", channel=channel, locale="en")
    row.body = "<p>{{ why }}. Only 3 seats left. Upgrade, or not.</p>"
    row.save()
    return row


def waive(row: Treatment | Offer, until: date | None = None) -> None:
    (made,) = linted.waive(row, "anna", "Three desks.", [RULE], until)
    assert made.rule == RULE


def withdrawn() -> None:
    linted.withdraw(LintWaiver.objects.all(), "ben")


def shown(person: Person) -> list[Any]:
    return serve.offers(person.user_id or "", None, None, 5, clock.now())


def stopped(person: Person) -> str:
    decision = last_decision(person)
    assert (decision.outcome, decision.gate) == ("excluded", "waiver_ended")
    return str(decision.reason)


def test_it_works(time: Time) -> None:
    waive(a_scarce_text(), until=TODAY)
    assert "Only 3 seats left" in offer_of(begun(somebody())).content["body_html"]
    time.move(days=1)
    person = somebody()
    begun(person)
    assert stopped(person) == f"The waiver of {RULE} for template smart-nudge in_app en has ended."


def test_a_waiver_that_was_withdrawn_stops_at_once_and_a_new_one_lets_it_go() -> None:
    row = a_scarce_text()
    waive(row)
    withdrawn()
    person = somebody()
    begun(person)
    assert stopped(person)
    waive(row)
    assert offer_of(begun(somebody()))


def test_what_a_newer_release_refuses_and_nobody_waived_stays_live() -> None:
    a_scarce_text()
    assert offer_of(begun(somebody()))


def test_an_old_waiver_of_other_words_stops_nothing() -> None:
    row = a_scarce_text()
    waive(row)
    withdrawn()
    row.body = "<p>{{ why }}. Upgrade, or keep your plan.</p>"
    row.save()
    assert offer_of(begun(somebody()))


def test_an_offer_whose_waiver_ended_is_stopped_too() -> None:
    Offer.objects.update(fields={"feature": "only 3 seats left", "benefits": ["One"], "headline": "Pro"})
    for offer in Offer.objects.all():
        waive(offer)
    withdrawn()
    person = somebody()
    begun(person)
    assert "for offer " in stopped(person)


def test_a_mail_that_was_held_is_dropped_when_it_may_leave(time: Time) -> None:
    waive(a_scarce_text("email"), until=TODAY)
    time.set(MORNING + timedelta(hours=4))
    person = somebody()
    begun(person)
    time.move(hours=12)
    advance.due()
    mail = Delivery.objects.get(channel="email")
    assert mail.state == "held"
    time.set(MORNING + timedelta(hours=25))
    advance.due()
    assert stopped(person)
    mail.refresh_from_db()
    assert mail.state == "skipped"


def test_a_mail_that_is_about_to_leave_is_stopped_at_the_last_look(time: Time) -> None:
    waive(a_scarce_text("email"))
    person = somebody()
    begun(person)
    time.move(hours=12)
    advance.due()
    mail = Delivery.objects.get(channel="email")
    assert mail.state == "intended"
    withdrawn()
    outbox.send()
    mail.refresh_from_db()
    assert mail.state == "skipped"
    assert mail.reason.startswith("waiver_ended: ")


def test_what_waits_in_the_app_is_withdrawn_a_minute_later_by_the_job(time: Time) -> None:
    waive(a_scarce_text())
    person = somebody()
    begun(person)
    assert shown(person)
    withdrawn()
    assert not lapsed.waiting()
    time.move(minutes=1)
    assert lapsed.waiting()
    sweeps.run()
    assert not shown(person)
    assert not lapsed.waiting()


def mended(row: Treatment) -> None:
    row.body = "<p>{{ why }}. Upgrade, or keep your plan.</p>"
    row.save()


@pytest.mark.parametrize("mend", [waive, mended, Treatment.delete])
def test_what_passes_by_then_or_is_gone_is_left_alone(mend: Callable[[Treatment], Any], time: Time) -> None:
    row = a_scarce_text()
    waive(row)
    person = somebody()
    begun(person)
    withdrawn()
    mend(row)
    time.move(minutes=1)
    sweeps.run()
    assert shown(person)
    assert not lapsed.waiting()


def test_decided_on_request_it_is_said_and_an_answer_given_before_no_longer_holds(time: Time) -> None:
    row, server = a_scarce_text(), Server()
    waive(row)
    person = noticed()
    assert server.offered(person)
    withdrawn()
    time.move(minutes=1)
    sweeps.run()
    assert not Proposition.objects.filter(state="live").exists()


def test_staff_read_it_among_what_is_live_and_refused() -> None:
    waive(a_scarce_text())
    assert not lapsed.live_refusals()
    withdrawn()
    assert "template smart-nudge in_app en body: “Only 3 seats left”" in lapsed.live_refusals()[0]


def test_where_no_waiver_ended_it_takes_no_statement_to_decide_and_one_at_the_last_look() -> None:
    waive(a_scarce_text())
    with CaptureQueriesContext(connection) as asked:
        begun(somebody())
    named = [one["sql"] for one in asked if "lintwaiver" in one["sql"]]
    assert all("offers_app_offer" in sql for sql in named), "it is asked with the offers alone"
    with CaptureQueriesContext(connection) as asked:
        assert lapsed.stopped([offer.pk for offer in Proposition.objects.all()], clock.now()) == {}
    assert len(asked) == 2, "the test's own, and one"
