"""What was done by an address alone counts for whoever turns out to have it, and is forgotten with them."""

import json
from typing import Any

import pytest

from campaigns_app import pipeline, privacy
from people_app.models import Account, Identity, Person
from signals_app import ingest
from signals_app.models import Event, MeterTotal, Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]
JOINS = {"type": "group", "userId": "ana", "groupId": "acme", "traits": {}}


@pytest.fixture
def server() -> Source:
    return a_source("http")


def by_mail(producer: Source, name: str = "Report Exported", **said: Any) -> None:
    event = {"type": "track", "event": name, "email": "ana@x.test", "id": name, "properties": said}
    ingest.accept(producer.pk, "hook", json.dumps(event).encode(), {})
    pipeline.process_inbox()


def has(server: Source, user_id: str, address: str = "ana@x.test") -> None:
    receive(server, {"type": "identify", "userId": user_id, "traits": {"email": address}})


def used() -> int:
    acme = Account.objects.get(group_id="acme")
    return int(sum(row.used for row in MeterTotal.objects.filter(account=acme, resource="exports")))


def test_it_works(server: Source, time: Time) -> None:
    by_mail(a_source("standard_webhooks"))
    assert Event.objects.get(name="Report Exported").person is None
    receive(server, JOINS)
    has(server, "ana")
    assert Event.objects.get(name="Report Exported").person == Person.objects.get(user_id="ana")
    assert used() == 1
    time.move(hours=1)
    has(server, "ana", "new@x.test")
    assert Event.objects.get(name="Report Exported").person is None
    assert used() == 0


@pytest.mark.parametrize("shared", [True, False])
def test_it_is_forgotten_with_them_even_if_it_was_nobodys(server: Source, shared: bool) -> None:
    producer = a_source("standard_webhooks")
    by_mail(producer, "Wrote", text="call me")
    has(server, "ana")
    if shared:
        has(server, "ben")
    privacy.ask(Person.objects.get(user_id="ana"))
    privacy.carry_out()
    wrote = Event.objects.get(name="Wrote")
    assert (wrote.person, wrote.identity_id, wrote.properties) == (None, None, {})
    assert not Identity.objects.filter(kind="hashed_email").exists()
