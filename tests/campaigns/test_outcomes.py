"""A no to one channel stops at once what waits to leave by it, and nothing else."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from campaigns_app import advance, outcomes, preferences
from campaigns_app.models import Delivery, Enrollment
from people_app.models import Person
from tests.build import a_source
from tests.conftest import Time
from tests.engine import MORNING, act, begun, offer_of, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def a_waiting_mail(time: Time, state: str = "intended") -> Delivery:
    run = begun(somebody())
    time.move(hours=12)
    while advance.due():
        pass
    Delivery.objects.filter(enrollment=run, channel="email").update(state=state)
    return Delivery.objects.get(enrollment=run, channel="email")


@pytest.mark.parametrize("state", ["held", "intended", "claimed"])
def test_what_waits_by_that_channel_is_skipped_with_its_offer(time: Time, state: str) -> None:
    mail = a_waiting_mail(time, state)
    outcomes.withdraw_deliveries(mail.person_id, "email")
    mail.refresh_from_db()
    assert (mail.state, mail.proposition.state) == ("skipped", "ended")
    assert mail.reason == "opted_out: They opted out before it left."


@pytest.mark.parametrize("state", ["sending", "accepted", "unknown"])
def test_what_has_left_or_may_have_is_left_alone(time: Time, state: str) -> None:
    mail = a_waiting_mail(time, state)
    outcomes.withdraw_deliveries(mail.person_id, "email")
    mail.refresh_from_db()
    assert (mail.state, mail.proposition.state) == (state, "live")


def test_other_channels_topics_and_people_go_on(time: Time) -> None:
    mail = a_waiting_mail(time)
    outcomes.withdraw_deliveries(mail.person_id, "sms")
    outcomes.withdraw_deliveries(mail.person_id, "email", "add-ons")
    outcomes.withdraw_deliveries(somebody().pk)
    mail.refresh_from_db()
    assert mail.state == "intended"


def by_api(mail: Delivery, person: Person) -> None:
    said = {"userId": person.user_id, "purpose": "marketing", "channels": {"email": False}}
    answer = Client().post(
        "/v1/consents", json.dumps(said), "application/json", headers={"X-Write-Key": a_source().write_key}
    )
    assert answer.status_code == 200


def by_page(mail: Delivery, person: Person) -> None:
    proof = {"link": uuid.uuid4().hex}
    assert preferences.choose(person, "email:upgrades email:%2A", "", proof)


def by_widget(mail: Delivery, person: Person) -> None:
    assert mail.enrollment
    banner = offer_of(mail.enrollment)
    Enrollment.objects.filter(pk=mail.enrollment_id or 0).update(state="parked")
    act(person, banner, "opted_out")


@pytest.mark.parametrize("way", [by_api, by_page, by_widget])
def test_every_way_to_say_no_stops_it(time: Time, way: Any) -> None:
    mail = a_waiting_mail(time)
    way(mail, mail.person)
    mail.refresh_from_db()
    assert mail.state == "skipped"
