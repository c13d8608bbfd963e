"""A request that is sent again changes nothing; one that is read again is put into the words that hold now."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import pipeline, privacy
from people_app.models import Account, ContactPoint, Person
from signals_app import ingest, replay
from signals_app.models import (
    Envelope,
    Event,
    EventMapping,
    MeterTotal,
    RecountDue,
    RejectedEvent,
    Signal,
    Source,
    SourceHour,
    Ticket,
)
from signals_app.usage import recount
from tests.build import a_source
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture
def server(time: Time) -> Source:
    return a_source("http")


def arrive(source: Source, *items: dict[str, Any]) -> Envelope:
    """One request, ten minutes after the one before."""
    body = json.dumps({"batch": items}).encode()
    ingest.accept(source.pk, "batch", body, {})
    clock._frozen.set(clock.now() + timedelta(minutes=10))
    return Envelope.objects.latest("pk")


def work() -> None:
    while pipeline.process(20):
        pass


def again(**which: Any) -> None:
    replay.envelopes(Envelope.objects.filter(**which))
    work()


def said(number: int, plan: str, email: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "group",
            "userId": "ana",
            "groupId": "corp",
            "messageId": f"g{number}",
            "traits": {"plan": plan},
        },
        {"type": "identify", "userId": "ana", "messageId": f"i{number}", "traits": {"email": email}},
    ]


def known() -> tuple[str, str]:
    point = ContactPoint.objects.get(channel="email")
    return Account.objects.get(group_id="corp").plan, point.address


@pytest.mark.parametrize("at_once", [False, True])
def test_a_repeated_request_does_not_undo_what_was_said_since(server: Source, at_once: bool) -> None:
    for items in (said(1, "free", "old@x.test"), said(2, "pro", "new@x.test"), said(1, "free", "old@x.test")):
        arrive(server, *items)
        if not at_once:
            work()
    work()
    assert known() == ("pro", "new@x.test")


def test_nor_does_a_repeated_event_that_implies_facts(server: Source) -> None:
    for number, plan in enumerate(["pro", "team", "pro"]):
        properties = {"plan": plan}
        arrive(
            server,
            {
                "type": "track",
                "event": "Plan Upgraded",
                "userId": "ana",
                "messageId": str(number % 2),
                "properties": properties,
                "context": {"groupId": "corp"},
            },
        )
        work()
    assert Account.objects.get(group_id="corp").plan == "team"


def call(source: Source, plan: str, **headers: str) -> None:
    body = {"type": "group", "data": {"user_id": "ana", "account_id": "corp", "traits": {"plan": plan}}}
    ingest.accept(source.pk, "hook", json.dumps(body).encode(), headers)
    clock._frozen.set(clock.now() + timedelta(minutes=10))
    work()


@pytest.mark.usefixtures("time")
def test_an_idempotency_key_tells_repetitions_and_without_one_the_same_may_be_said_again() -> None:
    zapier = a_source("zapier")
    for plan, key in (("free", "1"), ("pro", "2"), ("free", "1")):
        call(zapier, plan, **{"idempotency-key": key})
    assert Account.objects.get().plan == "pro"
    for plan in ("free", "pro", "free"):
        call(zapier, plan)
    assert Account.objects.get().plan == "free"


@pytest.mark.usefixtures("time")
def test_an_answer_to_a_question_of_ours_is_taken_each_time() -> None:
    source = a_source("zendesk")
    for email in ("old@x.test", "new@x.test", "old@x.test"):
        body = json.dumps({"user": {"id": 7, "role": "end-user", "email": email, "external_id": "ana"}})
        ingest.accept(source.pk, "read:user", body.encode(), {})
        clock._frozen.set(clock.now() + timedelta(minutes=10))
        work()
    assert ContactPoint.objects.get(channel="email").address == "old@x.test"


def test_whoever_came_back_after_an_erasure_is_not_erased_by_the_same_request(server: Source) -> None:
    arrive(server, {"type": "identify", "userId": "ana", "messageId": "1", "traits": {"first_name": "Ana"}})
    erasing = {"type": "delete", "userId": "ana", "messageId": "2"}
    arrive(server, erasing)
    work()
    privacy.carry_out()
    back = {"type": "identify", "userId": "ana", "messageId": "3", "traits": {"first_name": "New"}}
    arrive(server, back)
    work()
    arrive(server, erasing)
    again()
    privacy.carry_out()
    assert Person.objects.get(user_id="ana").erased_at is None
    arrive(server, erasing | {"messageId": "4"})
    work()
    privacy.carry_out()
    assert not Person.objects.filter(user_id="ana").exists()


def test_events_that_tell_no_facts_are_not_even_looked_up(server: Source) -> None:
    arrive(server, *(export(number) for number in range(3)))
    with CaptureQueriesContext(connection) as asked:
        work()
    assert sum("signals_app_eventkey" in one["sql"] for one in asked.captured_queries) == 1
    assert Event.objects.count() == 3


def export(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "event": "csv_download",
        "userId": "ana",
        "messageId": f"e{number}",
        "context": {"groupId": "corp"},
        **more,
    }


def mapped(name: str, **fields: Any) -> None:
    EventMapping.objects.create(event="csv_download", name=name, live=True, updated_at=clock.now(), **fields)


def used() -> dict[str, int]:
    return {row.resource: int(row.used) for row in MeterTotal.objects.filter(used__gt=0)}


@pytest.mark.parametrize("context", [{"groupId": "corp"}, {}])
def test_a_replay_puts_stored_events_into_the_words_of_a_new_mapping_and_counts_them(
    server: Source, context: dict[str, Any]
) -> None:
    arrive(server, export(1, context=context), export(2, context=context))
    arrive(server, export(1, context=context))
    work()
    assert used() == {}
    mapped("Report Exported", constants={"format": "csv"})
    again()
    while recount.step():
        pass
    found = list(Event.objects.values_list("name", "properties"))
    assert found == [("Report Exported", {"format": "csv", "mapped_from": "csv_download"})] * 2
    assert used() == {"exports": 2}
    EventMapping.objects.update(name="Seat Added")
    again()
    while recount.step():
        pass
    assert used() == {}


def test_a_replay_that_changes_nothing_writes_and_counts_nothing(server: Source) -> None:
    mapped("Report Exported")
    arrive(server, export())
    work()
    before = used()
    with CaptureQueriesContext(connection) as asked:
        again()
    assert (used(), RecountDue.objects.count()) == (before, 0)
    assert not any("pg_advisory_xact_lock(" in one["sql"] for one in asked.captured_queries)


def test_properties_alone_may_change_too(server: Source) -> None:
    arrive(server, export(properties={"n": 7}))
    work()
    mapped("", properties={"n": "rows"})
    again()
    assert list(Event.objects.values_list("name", "properties")) == [("csv_download", {"rows": 7})]


def test_a_page_may_turn_out_to_be_an_event(server: Source) -> None:
    arrive(server, export(properties={"n": 7}))
    work()
    Event.objects.update(kind="page", name="Downloads")
    again()
    assert list(Event.objects.values_list("kind", "name")) == [("track", "csv_download")]


def test_what_was_erased_meanwhile_stays_empty(server: Source) -> None:
    arrive(server, export(properties={"n": "her words"}))
    work()
    arrive(server, {"type": "delete", "userId": "ana", "messageId": "d"})
    work()
    privacy.carry_out()
    mapped("Report Exported")
    again()
    event = Event.objects.exclude(kind="delete").get()
    assert (event.name, event.person_id, event.properties) == ("csv_download", None, {})


def test_signals_and_tickets_follow_from_what_an_event_turns_out_to_be(server: Source) -> None:
    used_it = {"properties": {"tier": "premium", "feature": "Cohorts"}}
    arrive(server, *(export(number, **used_it) for number in range(6)))
    arrive(server, export(9, event="bug", properties={"ticket_id": "t1", "text": "It is broken"}))
    work()
    assert not Signal.objects.exists()
    mapped("Feature Used")
    EventMapping.objects.create(event="bug", name="Ticket Created", live=True, updated_at=clock.now())
    again()
    assert Signal.objects.get().definition.slug == "premium-feature-frequent"
    assert Ticket.objects.get().problem
    again()
    assert (Signal.objects.count(), Ticket.objects.count()) == (1, 1)


def test_a_replay_counts_in_the_hours_of_a_source_only_what_is_new(server: Source) -> None:
    arrive(server, export(1), export(2))
    parked = arrive(server, export(3))
    Envelope.objects.filter(pk=parked.pk).update(state="parked")
    work()
    again(state="done")
    assert SourceHour.objects.get().accepted == 2
    again()
    assert SourceHour.objects.get().accepted == 3


def test_what_came_while_its_source_was_deleted_is_finished_at_once_with_the_reason(server: Source) -> None:
    other = a_source("http")
    left, read = arrive(other, export(1)), arrive(server, export(2))
    Source.objects.filter(pk=other.pk)._raw_delete(using="default")
    assert pipeline.process(20) == 2
    left.refresh_from_db()
    read.refresh_from_db()
    assert (left.state, left.attempts, left.error) == (
        "done",
        1,
        "its source was deleted, so it was not read",
    )
    assert (read.state, Event.objects.count(), ingest.waiting()) == ("done", 1, False)


def test_no_more_refusals_of_one_request_are_kept_than_a_batch_may_hold(
    server: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "MOST_REJECTED", 3)
    envelope = arrive(server, *[export(event=number) for number in range(8)])
    work()
    kept = list(RejectedEvent.objects.filter(envelope_id=envelope.pk).order_by("index"))
    assert [one.index for one in kept] == [0, 1, 2, 8]
    assert kept[-1].reason == "5 more items of this request were refused"
    assert SourceHour.objects.get().rejected == 8
