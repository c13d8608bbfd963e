"""Hours of a definition beyond any calendar: refused where they are written, harmless where they are stored."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns_app import sweeps
from people_app.models import Person
from signals_app import sound, try_out
from signals_app.models import Envelope, Event, Signal, SignalDefinition, Source, Sweep
from tests.api.caller import Caller
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock
from upsell_project.lib.spans import MOST_HOURS

pytestmark = pytest.mark.django_db
FIELDS = ("hold_hours", "lifetime_hours", "cooldown_hours")
HUGE = 2**31 - 1
OFTEN = {"event": "Walked", "count": 1, "days": 7}


@pytest.fixture
def server(time: Time) -> Source:
    return a_source("http")


def a_definition(**fields: Any) -> SignalDefinition:
    given = {"slug": "walked", "name": "Walked", "detector": "frequency", "config": OFTEN, **fields}
    return SignalDefinition(**given)


def did(source: Source, *events: tuple[str, str]) -> None:
    receive(source, *({"type": "track", "userId": user, "event": event} for user, event in events))


@pytest.mark.parametrize("field", FIELDS)
def test_what_is_stored_with_more_hours_than_there_are_stops_nothing(
    server: Source, time: Time, field: str
) -> None:
    a_definition(live=True, **{field: HUGE}).save()
    did(server, ("ana", "Walked"), ("ben", "Ran"))
    did(server, ("ana", "Walked"), ("ben", "Ran"))
    time.move(hours=1)
    sweeps.run()
    assert Event.objects.count() == 4
    assert not Envelope.objects.exclude(state="done").exists()
    assert not Sweep.objects.exclude(error="").exists()
    assert Signal.objects.count() == (0 if field == "hold_hours" else 1)
    tried = try_out.on_person(SignalDefinition.objects.get(), Person.objects.get(user_id="ana"), clock.now())
    assert not tried.parts[0].would_be_found


def test_a_signal_of_too_long_a_life_ends_at_the_most(server: Source) -> None:
    a_definition(live=True, lifetime_hours=HUGE).save()
    did(server, ("ana", "Walked"))
    signal = Signal.objects.get()
    assert signal.expires_at - signal.detected_at == timedelta(hours=MOST_HOURS)


@pytest.mark.parametrize(
    ("field", "hours"), [*((field, MOST_HOURS + 1) for field in FIELDS), ("lifetime_hours", 0)]
)
def test_such_hours_are_refused_at_every_door(
    time: Time, admin_client: Client, field: str, hours: int
) -> None:
    assert list(sound.problems(a_definition(**{field: hours}))) == [field]
    body = {"slug": "walked", "name": "Walked", "detector": "frequency", "config": OFTEN, field: hours}
    answer = Caller("editor").post("/api/signal-definitions/", body)
    assert answer.status_code == 400 and f"#/{field}" in answer.content.decode()
    form = {"slug": "walked", "name": "Walked", "detector": "frequency", "about": "person", "confidence": "1"}
    hourly = {"hold_hours": 0, "lifetime_hours": 1, "cooldown_hours": 0, field: hours}
    given = form | hourly | {"config": '{"event": "Walked", "count": 1, "days": 7}'}
    page = admin_client.post("/admin/signals_app/signaldefinition/add/", given)
    assert list(page.context["adminform"].form.errors) == [field]
    assert not SignalDefinition.objects.exists()


@pytest.mark.parametrize("field", FIELDS)
def test_the_most_there_may_be_is_taken(time: Time, field: str) -> None:
    assert sound.problems(a_definition(**{field: MOST_HOURS})) == {}
