"""A definition that finds far more or far fewer than is usual on that weekday is told of, once."""

from datetime import timedelta

import pytest
from django.test import Client, override_settings

from campaigns_app import alerts
from campaigns_app.models import DemoMail
from people_app.models import Person
from signals_app import signal_alerts
from signals_app.models import Signal, SignalAlert, SignalDefinition
from tests.build import a_person
from tests.conftest import Time
from tests.signals.alert_world import a_past, found
from upsell_project.lib import clock
from upsell_project.lib.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(time: Time) -> Person:
    time.set(time.now.replace(hour=23))
    return a_person("ana")


def test_a_flood_opens_an_alert_and_a_usual_day_closes_it(ana: Person, time: Time) -> None:
    definition = a_past(ana, today=90)
    (alert,) = signal_alerts.check(clock.now())
    assert alert.definition == definition
    assert (alert.evidence["turn"], alert.evidence["found"], alert.evidence["expected"]) == ("spike", 90, 20)
    assert "It found 90 on Tuesday, 2026-03-10" in alert.evidence["sentence"]
    assert signal_alerts.check(clock.now()) == []
    time.move(days=2)
    for back in (0, 1):
        found(definition, ana, clock.now() - timedelta(days=back), 20)
    signal_alerts.check(clock.now())
    alert.refresh_from_db()
    assert alert.closed_at == clock.now()


def test_a_day_without_any_opens_one_when_it_is_over(ana: Person) -> None:
    a_past(ana, today=0, yesterday=0)
    (alert,) = signal_alerts.check(clock.now())
    assert (alert.evidence["turn"], alert.evidence["day"]) == ("drop", "2026-03-09")


@pytest.mark.parametrize("days", [60, 10])
def test_usual_days_sundays_and_young_definitions_open_none(ana: Person, time: Time, days: int) -> None:
    a_past(ana, days, today=20 if days == 60 else 200)
    assert signal_alerts.check(clock.now()) == []
    time.set(time.now - timedelta(days=2))
    Signal.objects.filter(detected_at__gt=time.now).delete()
    assert clock.now().weekday() == 6
    assert signal_alerts.check(clock.now()) == []


def test_one_that_turns_round_is_told_of_anew(ana: Person, time: Time) -> None:
    a_past(ana, today=90)
    signal_alerts.check(clock.now())
    time.move(days=3)
    (alert,) = signal_alerts.check(clock.now())
    assert alert.evidence["turn"] == "drop"
    assert SignalAlert.objects.filter(closed_at=None).count() == 1


def test_what_is_not_live_is_not_missed(ana: Person) -> None:
    definition = a_past(ana, today=90)
    signal_alerts.check(clock.now())
    SignalDefinition.objects.filter(pk=definition.pk).update(live=False)
    signal_alerts.check(clock.now())
    assert SignalAlert.objects.get().closed_at is not None


def test_it_is_looked_at_once_an_hour(ana: Person) -> None:
    a_past(ana, today=90)
    signal_alerts.look()
    SignalAlert.objects.all().delete()
    signal_alerts.look()
    assert not SignalAlert.objects.exists()
    Heartbeat.objects.update(at=clock.real() - timedelta(hours=1))
    signal_alerts.look()
    assert SignalAlert.objects.exists()


@override_settings(ALERT_EMAILS=["ops@corp.test"])
def test_staff_are_told_once(ana: Person) -> None:
    definition = a_past(ana, today=90)
    alerts.look()
    alerts.look()
    mail = DemoMail.objects.get()
    assert mail.subject == "[Upsell] Usage limit near: unusually many"
    assert f"/admin/signals_app/signaldefinition/{definition.pk}/change/" in mail.raw


def test_it_is_shown_on_the_home_page_and_on_its_own(ana: Person, admin_client: Client) -> None:
    definition = a_past(ana, today=90)
    signal_alerts.check(clock.now())
    for page in ("/admin/", f"/admin/signals_app/signaldefinition/{definition.pk}/change/"):
        assert "It found 90 on Tuesday" in admin_client.get(page).content.decode()
