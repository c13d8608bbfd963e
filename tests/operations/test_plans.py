"""With years of partitions the hot statements read the few that they need: PostgreSQL's own plans say so."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from signals_app import ingest, overload, partitions
from signals_app.models import Envelope, Event
from signals_app.partitions import ENVELOPES, EVENTS
from tests.build import a_source
from upsell_project.lib import bulk, clock

pytestmark = pytest.mark.django_db
YEARS = 2


@pytest.fixture(scope="module", autouse=True)
def years(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Once for the whole module: each test's transaction lies inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_years()
        yield
        transaction.set_rollback(True)


def make_years() -> None:
    """Two years of events and five weeks of envelopes, one a day, none of them waiting but the last."""
    now, source = clock.real(), a_source("http").pk
    for day in range(365 * YEARS, 0, -1):
        at = now - timedelta(days=day)
        Event.objects.create(
            source_id=source, kind="track", name="E", person_id=day % 5, occurred_at=at, received_at=at
        )
    for day in range(34, -1, -1):
        state = "done" if day else "pending"
        at = now - timedelta(days=day)
        Envelope.objects.create(source_id=source, call="track", body=b"{}", received_at=at, state=state)
    partitions.keep_house()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE signals_app_event")
        cursor.execute("ANALYZE signals_app_envelope")
        cursor.execute("SET LOCAL enable_seqscan = off")


def plan(statement: str, *values: object) -> str:
    """With what was really read: what was pruned at run time says "never executed"."""
    lines = bulk.select(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", *values)
    return "\n".join(line for (line,) in lines if "never executed" not in line)


def read(text: str, table: str) -> set[str]:
    """The partitions that a plan scans."""
    return set(re.findall(rf"Scan.* on ({table}_\w+)", text))


def asked(captured: CaptureQueriesContext) -> str:
    return str(captured.captured_queries[-1]["sql"])


def test_there_are_many() -> None:
    assert len(partitions.slices(EVENTS)) >= 12 * YEARS
    assert len(partitions.slices(ENVELOPES)) >= 8


def test_to_finish_or_park_an_envelope_reads_its_own_partition() -> None:
    (claimed,) = ingest.claim(1)
    with CaptureQueriesContext(connection) as captured:
        ingest.finish(ingest.open_all([claimed]))
    assert len(read(plan(asked(captured)), ENVELOPES.table)) == 1
    with CaptureQueriesContext(connection) as captured:
        ingest.park(claimed, ValueError())
    assert len(read(plan(asked(captured)), ENVELOPES.table)) == 1


def test_to_claim_goes_by_the_index_of_what_waits() -> None:
    for _ in range(7):  # from the sixth time on PostgreSQL may plan for any parameters
        assert len(ingest.claim(5)) == 1
        Envelope.objects.update(lease_until=None, attempts=0)
    (statement,) = bulk.select(
        "SELECT name FROM pg_prepared_statements WHERE statement LIKE %s AND generic_plans + custom_plans >= 7",
        "%WITH free AS MATERIALIZED%",
    )
    text = plan(f"EXECUTE \"{statement[0]}\"(now(), '5', now(), '1000000')")
    assert "Seq Scan" not in text and "replayed_at_id_idx" in text


def test_the_backlog_is_read_from_the_index_of_what_waits() -> None:
    text = plan(overload._WAITING, 50_001)
    assert "Seq Scan" not in text and "replayed_at_id_idx" in text and "_pkey" not in text


def test_the_newest_events_are_merged_from_the_primary_keys() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert len(list(Event.objects.order_by("-pk")[:200])) == 200
    text = plan(asked(captured))
    assert "Merge Append" in text and "Sort Method" not in text
    assert "_pkey" in text


def test_a_persons_events_are_found_by_their_index() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert list(Event.objects.filter(person_id=1).order_by("-occurred_at")[:100])
    assert "Seq Scan" not in plan(asked(captured))


def test_what_is_parked_is_found_by_its_own_index() -> None:
    Envelope.objects.filter(pk=Envelope.objects.earliest("pk").pk).update(state="parked")
    with CaptureQueriesContext(connection) as captured:
        assert Envelope.objects.filter(state="parked").order_by()[:100].count() == 1
    for statement in (
        asked(captured),
        "SELECT source_id, count(*) FROM signals_app_envelope WHERE state = 'parked' AND source_id IN (1, 2)"
        " GROUP BY source_id",
    ):
        text = plan(statement)
        assert "Seq Scan" not in text and "source_id_id_idx" in text and "_pkey" not in text
