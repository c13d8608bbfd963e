"""Insightify: what the demo shows came in by the front door."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from campaigns_app import demo
from campaigns_app.models import Delivery
from offers_app.models import HoldoutAssignment
from people_app.models import Account, Person
from signals_app.models import Event, Source
from tests.conftest import Time
from tests.engine import work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


def test_it_works(client: Client) -> None:
    demo.seed(0)
    work()
    ana = Person.objects.get(user_id=demo.FIRST)
    visitor = demo.visitor(demo.FIRST)
    assert visitor
    assert visitor.person == ana
    assert not HoldoutAssignment.objects.get(account=visitor.account).held_out
    headers = {"X-Write-Key": visitor.write_key, "Authorization": f"Bearer {visitor.token}"}
    answer = client.get("/v1/offers?placement=app-banner", headers=headers)
    (offer,) = json.loads(answer.content)["offers"]
    assert offer["why"].startswith("You've exported 17 of 20 reports")
    assert offer["headline"] == "More room with Pro: reports without a limit", "that of Germany, in English"
    assert client.get("/demo/").status_code == 200


def test_its_mail_says_how_the_account_compares_with_the_others(time: Time) -> None:
    """As many are simulated as make a cohort. In the first days of a month fewer of them have used anything yet."""
    call_command("seed_demo", stdout=StringIO())
    work()
    time.move(hours=23)
    for _ in range(3):
        work()
    mails = Delivery.objects.filter(person__user_id=demo.FIRST, channel="email").select_related("proposition")
    text = mails.get().proposition.content["text"]
    said = r"For comparison, from 1 March 2026 to 1\d March 2026: 17 with you, and a median of \d+ among \d\d other"
    assert re.search(said, text), text


def test_a_second_seed_changes_nothing() -> None:
    demo.seed(3)
    work()
    before = (Person.objects.count(), Account.objects.count(), Event.objects.count(), Source.objects.count())
    assert before[0] == 4
    demo.seed(3)
    work()
    assert (
        Person.objects.count(),
        Account.objects.count(),
        Event.objects.count(),
        Source.objects.count(),
    ) == before


def test_the_demo_person_is_outside_the_control_group_however_large_it_is(settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 90
    demo.welcome("demo-new", "Ben")
    work()
    assert Delivery.objects.filter(person__user_id="demo-new", channel="in_app").exists()


def test_a_control_group_of_everybody_is_refused_with_a_sentence(settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 100
    with pytest.raises(RuntimeError, match="HOLDOUT_PERCENT leaves nobody"):
        demo.welcome("demo-new", "Ben")


def test_without_a_seed_there_is_no_visitor(client: Client) -> None:
    assert demo.visitor("anybody") is None
    assert client.get("/demo/").status_code == 200


def test_there_is_no_demo_outside_a_sandbox(client: Client, settings: Any) -> None:
    settings.SANDBOX = False
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/do/", {"wish": "restart"}).status_code == 404


@pytest.mark.usefixtures("time")
def test_a_cookie_that_cannot_be_is_ignored_and_a_chat_link_says_where_it_would_lead(client: Client) -> None:
    demo.seed(0)
    client.cookies["demo_person"] = "a\0b"
    shown = client.get("/demo/?chat=pro-plan").content.decode()
    assert "your chat would open about <strong>pro-plan</strong>" in shown
    assert "your chat" not in client.get("/demo/").content.decode()
