"""A ticket that was solved and is open again stands in the way of offers again, in whatever order one hears of it."""

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from campaigns_app import pipeline
from signals_app import ingest
from signals_app.connectors.base import UNPROVEN
from signals_app.models import Event, Source, Ticket
from tests.build import a_source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]
MINUTE = timedelta(minutes=1)
CREATED, SOLVED, UPDATED = STORY = ("Ticket Created", "Ticket Solved", "Ticket Updated")


def word(name: str, minute: int, status: Any = "Open") -> dict[str, Any]:
    said = {"ticket_id": "7", "subject": "Export is broken"}
    return {
        "type": "track",
        "userId": "ana",
        "event": name,
        "messageId": f"{name}-{minute}",
        "timestamp": f"2026-03-09T08:{minute:02}:00Z",
        "properties": {**said, "status": status} if name == UPDATED else said,
    }


def send(source: Source, *items: dict[str, Any]) -> None:
    ingest.accept(source.pk, "batch", json.dumps({"batch": items}).encode(), {})
    pipeline.process(20)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("at_once", [True, False])
def test_the_newest_word_counts_in_any_order(order: tuple[int, ...], at_once: bool) -> None:
    items = [word(STORY[place], place) for place in order]
    source = a_source("http")
    for some in [items] if at_once else [[one] for one in items]:
        send(source, *some)
    ticket = Ticket.objects.get()
    assert (ticket.problem, ticket.solved_at) == (True, None)
    assert ticket.reopened_at
    assert round((ticket.reopened_at - ticket.opened_at) / MINUTE) == 2
    send(source, word(SOLVED, 3))
    solved_at = Ticket.objects.get().solved_at
    assert solved_at and round((solved_at - ticket.opened_at) / MINUTE) == 3
    send(source, word(CREATED, 4))
    assert Ticket.objects.get().solved_at, "it is created once; that one is only late to tell"


@pytest.mark.parametrize("status", ["solved", "closed", "", None, 7, ["open"]])
def test_other_news_of_it_opens_nothing(status: Any) -> None:
    source = a_source("http")
    send(source, word(CREATED, 0), word(SOLVED, 1), word(UPDATED, 2, status=status))
    assert Ticket.objects.get().solved_at


def test_zendesk_says_it_by_the_status() -> None:
    source = a_source("zendesk")
    story = (("created", "NEW"), ("status_changed", "SOLVED"), ("status_changed", "OPEN"))
    for minute, (change, now) in enumerate(story):
        body = {
            "type": f"zen:event-type:ticket.{change}",
            "id": f"event-{minute}",
            "time": f"2026-03-09T08:0{minute}:00Z",
            "detail": {"id": "35436", "subject": "Export is broken", "requester_id": "84", "status": now},
            "event": {"current": now, "previous": "SOLVED" if now == "OPEN" else "OPEN"},
        }
        ingest.accept(source.pk, "hook", json.dumps(body).encode(), {})
    pipeline.process(20)
    assert Ticket.objects.get().solved_at is None
    assert Event.objects.filter(name=SOLVED).exists()


def test_drift_closes_and_opens_again_and_again() -> None:
    source = a_source("drift")
    for at, status in enumerate(("closed", "open", "closed", "open", "closed", "closed")):
        data = {"id": 55, "contactId": 9, "status": status, "createdAt": 1772900000000 + min(at, 4) * 60_000}
        body = {"type": "conversation_status_updated", "data": data}
        ingest.accept(source.pk, "hook", json.dumps(body).encode(), {})
        pipeline.process(20)
        assert (Ticket.objects.get().solved_at is None) == (status == "open")
    assert Event.objects.filter(name=SOLVED).count() == 3, "the last one came twice"


def test_what_nobody_proved_opens_nothing() -> None:
    source = a_source("zendesk")
    body = {"ticket_id": "7", "event": "updated", "status": "open", "requester_external_id": "ana"}
    ingest.accept(source.pk, "hook", json.dumps(body).encode(), {UNPROVEN: "1"})
    pipeline.process(20)
    assert Event.objects.get().name == UPDATED
    assert not Ticket.objects.exists()
