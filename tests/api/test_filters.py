"""Lists are narrowed by their natural fields; each filter takes what it should and leaves the rest."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from campaigns_app.models import StaffTask
from signals_app.models import RejectedEvent
from tests.api.caller import Caller, a_decision, a_delivery, a_playbook, a_signal, an_enrollment, an_offer
from tests.build import a_person, a_source, an_account, an_event
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


def ids(caller: Caller, resource: str, column: str = "id", /, **query: Any) -> list[Any]:
    answer = caller.get(f"/api/{resource}/?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return [row[column] for row in json.loads(answer.content)["results"]]


def test_people(viewer: Caller, time: Time) -> None:
    early = a_person("u_1", an_account("acme"), country="DE", role="admin")
    time.move(hours=1)
    a_person("u_2", an_account("initech"), country="US")
    assert ids(viewer, "people", "user_id") == ["u_2", "u_1"]
    for query in (
        {"account": "acme"},
        {"country": "DE"},
        {"role": "admin"},
        {"seen_to": time.now.isoformat()},
    ):
        assert ids(viewer, "people", "user_id", **query) == [early.user_id]
    assert ids(viewer, "people", "user_id", seen_from=time.now.isoformat()) == ["u_2"]


def test_accounts(viewer: Caller) -> None:
    a_person("u_1", an_account("acme", {"exports": 20}, plan="pro", tier="vip", cancelling=True))
    a_person("u_2", an_account("initech"))
    for query in ({"person": "u_1"}, {"plan": "pro"}, {"tier": "vip"}, {"cancelling": "true"}):
        assert ids(viewer, "accounts", "group_id", **query) == ["acme"]
    detail = json.loads(viewer.get("/api/accounts/acme/").content)
    assert [(row["resource"], row["cap"]) for row in detail["entitlements"]] == [("exports", "20.000")]


def test_events(viewer: Caller, time: Time) -> None:
    one, other = a_person("u_1", an_account("acme")), a_person("u_2")
    wanted = an_event(one, "Report Exported", timedelta(days=2))
    an_event(other, "Pricing Viewed")
    yesterday = (time.now - timedelta(days=1)).isoformat()
    for query in (
        {"person": "u_1"},
        {"account": "acme"},
        {"name": "Report Exported"},
        {"message_id": wanted.message_id},
        {"to": yesterday},
        {"from": wanted.occurred_at.isoformat(), "to": yesterday},
    ):
        assert ids(viewer, "events", **query) == [wanted.pk]
    assert wanted.pk not in ids(viewer, "events", **{"from": yesterday})
    assert ids(viewer, "events", person="nobody") == []
    assert ids(viewer, "events", source=a_source().pk) == []


def test_signals(viewer: Caller) -> None:
    person = a_person("u_1", an_account("acme"))
    wanted = a_signal(person)
    a_signal(a_person("u_2"), "usage-spike")
    for query in ({"definition": "usage-limit-near"}, {"person": "u_1"}, {"account": "acme"}):
        assert ids(viewer, "signals", **query) == [wanted.pk]


def test_enrollments(viewer: Caller) -> None:
    person = a_person("u_1")
    wanted = an_enrollment(person, state="active")
    an_enrollment(a_person("u_2"), a_playbook("event-push"), end_reason="accepted")
    for query in ({"state": "active"}, {"person": "u_1"}, {"playbook": "power-user-upsell"}):
        assert ids(viewer, "enrollments", **query) == [wanted.pk]
    assert wanted.pk not in ids(viewer, "enrollments", end_reason="accepted")


def test_deliveries(viewer: Caller) -> None:
    person = a_person("u_1", an_account("acme"))
    wanted = a_delivery(person, channel="email", state="held", intended_at=None)
    a_delivery(a_person("u_2"), "extra-seats")
    for query in (
        {"person": "u_1"},
        {"account": "acme"},
        {"state": "held"},
        {"channel": "email"},
        {"offer": "pro-plan"},
        {"enrollment": wanted.enrollment_id},
    ):
        assert ids(viewer, "deliveries", **query) == [str(wanted.pk)]
    assert len(ids(viewer, "deliveries", playbook="power-user-upsell")) == 2
    assert len(ids(viewer, "deliveries", **{"from": "2020-01-01"})) == 1


def test_a_delivery_has_the_agreed_shape(viewer: Caller, time: Time) -> None:
    made = a_delivery(a_person("u_1", an_account("acme")), proof={"consent": 7})
    assert json.loads(viewer.get(f"/api/deliveries/{made.pk}/").content) == {
        "id": str(made.pk),
        "enrollment": made.enrollment_id,
        "playbook": "power-user-upsell",
        "person": "u_1",
        "account": "acme",
        "channel": "in_app",
        "state": "accepted",
        "reason": "",
        "proof": {"consent": 7},
        "intended_at": "2026-03-10T10:00:00Z",
        "send_after": None,
        "sent_at": "2026-03-10T10:00:00Z",
        "provider": "",
        "provider_ref": "",
        "opened_at": None,
        "proposition": {
            "id": str(made.proposition_id),
            "offer": "pro-plan",
            "answer": "",
            "viewed_at": None,
            "clicked_at": None,
        },
    }


def test_decisions(viewer: Caller) -> None:
    person = a_person("u_1", an_account("acme"))
    wanted = a_decision(person, outcome="excluded", gate="cap", channel="email", offer="extra-seats")
    a_decision(a_person("u_2"))
    for query in (
        {"person": "u_1"},
        {"account": "acme"},
        {"outcome": "excluded"},
        {"gate": "cap"},
        {"channel": "email"},
        {"offer": "extra-seats"},
    ):
        assert ids(viewer, "decisions", **query) == [wanted.pk]


def test_rejected_events(viewer: Caller, editor: Caller) -> None:
    source = a_source()
    rejected = RejectedEvent.objects.create(
        source=source,
        envelope_id=1,
        index=0,
        reason="is missing",
        path="userId",
        payload='{"email": "ana@example.test"}',
        received_at=clock.now(),
    )
    assert ids(viewer, "rejected-events", source=source.pk, path="userId") == [rejected.pk]
    assert ids(viewer, "rejected-events", path="event") == []
    assert ids(viewer, "rejected-events", "payload") == [""]
    assert ids(editor, "rejected-events", "payload") == [rejected.payload]


def test_staff_tasks(viewer: Caller) -> None:
    person = a_person("u_1")
    task = StaffTask.objects.create(person=person, channel="chat", title="Call", created_at=clock.now())
    assert ids(viewer, "staff-tasks", open="true", channel="chat", person="u_1") == [task.pk]
    assert ids(viewer, "staff-tasks", open="false") == []


def test_what_staff_own(viewer: Caller) -> None:
    an_offer("seats")
    a_playbook()
    assert ids(viewer, "offers", "slug", live="true", topic="upgrades") == ["seats"]
    assert ids(viewer, "offers", "slug", live="0") == []
    assert ids(viewer, "playbooks", "slug", live="true") == ["power-user-upsell"]
    assert ids(viewer, "sources", kind="stripe") == []
    assert ids(viewer, "signal-definitions", detector="threshold") == []
