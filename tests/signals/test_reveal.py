"""Staff see beside each condition what is known of somebody, but no address in full."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from people_app.models import Person
from signals_app import back_tests, reveal
from signals_app.models import Signal, SignalDefinition
from signals_app.models.signal import About
from tests.api.caller import Caller
from tests.build import a_person, a_source, an_event
from tests.conftest import Time
from tests.engine import receive
from tests.signals.segments_world import a_segment
from upsell_project.lib.rules.facts import Events, Measure, Of, Trait, Unit, Value, Window

MAIL, PHONE = "ann@secret.test", "+4915112345678"
DAYS = {"window": {"days": 3}}


def known_of(name: str) -> dict[str, Any]:
    return {"fact": "trait", "of": "person", "name": name, "op": "known"}


PINGED = {"fact": "events", "names": ["Ping"], **DAYS, "op": "at_least", "value": 1}
LAST = {"fact": "events", "names": ["Ping"], **DAYS, "measure": "last", "path": "email", "op": "known"}
RULE = {"all": [known_of("work_address"), known_of("contact.phone"), PINGED, LAST]}


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("plan", "free", "free"),
        ("login", MAIL, "a***@s***.test"),
        ("phone", PHONE, "+49***78"),
        ("contact.Phone", PHONE, "+49***78"),
        ("emails", frozenset({MAIL, "none"}), ["a***@s***.test", "none"]),
        ("mrr", Decimal("49.5"), 49.5),
        ("mrr", Decimal("1e30"), 10**30),
        ("mrr", Decimal("Infinity"), None),
        ("renews_at", date(9999, 12, 31), "9999-12-31"),
        ("plan", None, None),
    ],
)
def test_what_is_known_is_shown_without_addresses(name: str, value: Value, seen: object) -> None:
    assert reveal.known(Trait(name, Of.PERSON), value) == seen
    last = Events(("Ping",), Window(Unit.DAYS, 3), Measure.LAST, path=name)
    assert reveal.known(last, value) == seen


def somebody() -> Person:
    person = a_person("ann", traits={"work_address": MAIL, "contact": {"phone": PHONE}})
    an_event(person, "Ping", email=MAIL)
    return person


def tells(answer: Any) -> bool:
    """That it is there, and that it hides what is secret."""
    text = answer.content.decode()
    assert answer.status_code == 200 and "a***@s***.test" in text and "+49***78" in text
    return MAIL in text or PHONE in text


@pytest.mark.django_db
def test_viewers_are_told_no_address(time: Time, client: Client) -> None:
    somebody()
    segment = a_segment("reachable", RULE)
    definition = SignalDefinition.objects.create(
        slug="reached", name="Reached", detector="rule", about=About.PERSON, config={"rule": RULE}
    )
    back_tests.ask(definition, date(2026, 3, 1), time.now.date())
    back_tests.run()
    viewer, editor = Caller("viewer"), Caller("editor")
    assert not tells(viewer.get("/api/signal-definitions/reached/back-tests/"))
    assert not tells(viewer.get("/api/segments/reachable/why/?person=ann"))
    assert not tells(editor.post("/api/signal-definitions/reached/test/", {"person": "ann"}))
    staff = User.objects.create(username="vic", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_segment"))
    client.force_login(staff)
    assert not tells(client.get(f"/admin/signals_app/segment/{segment.pk}/why/", {"person": "ann"}))


@pytest.mark.django_db
def test_a_signal_keeps_no_address(time: Time) -> None:
    SignalDefinition.objects.create(
        slug="reached", name="Reached", detector="rule", about=About.PERSON, config={"rule": RULE}, live=True
    )
    somebody()
    receive(
        a_source("http"), {"type": "track", "userId": "ann", "event": "Ping", "properties": {"email": MAIL}}
    )
    evidence = str(Signal.objects.get().evidence)
    assert "a***@s***.test" in evidence and MAIL not in evidence and PHONE not in evidence
