"""What was used stays right where histories are long: they move in little memory, and old months may go."""

import tracemalloc
from datetime import timedelta

import pytest

from people_app.item import Move
from people_app.models import Membership
from signals_app import usage
from signals_app.models import Event, Meter, MeterTotal, RecountDue, Source
from signals_app.usage import recount
from tests.build import a_person, an_account
from tests.signals.test_partitions import NOW, Moved, bare, both, keep, source
from tests.signals.test_usage import a_meter, did, settle, used
from upsell_project.lib import bulk, clock

__all__ = ["bare", "both", "source"]


@pytest.mark.django_db
@pytest.mark.usefixtures("time")
def test_a_long_history_moves_by_a_recount_in_little_memory(source: Source) -> None:
    a_meter()
    settle()
    acme, bolt = an_account("acme"), an_account("bolt")
    ana = a_person("ana", account=acme)
    bulk.run(_MANY, source.pk, ana.pk, clock.now(), clock.now())
    usage.ask_recount([acme.pk])
    settle()
    assert used(acme) == 50_000
    Membership.objects.filter(person=ana).update(account=bolt)
    tracemalloc.start()
    try:
        usage.move([Move(ana.pk, None, acme.pk, bolt.pk)])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000
    assert set(RecountDue.objects.values_list("account_id", flat=True)) == {acme.pk, bolt.pk}
    did(source, ana, bolt)
    settle()
    assert (used(acme), used(bolt)) == (0, 50_001)


_MANY = """
INSERT INTO signals_app_event
    (source_id, message_id, kind, name, person_id, properties, occurred_at, received_at)
SELECT %s, 'm' || n, 'track', 'Exported', %s, jsonb_build_object('text', repeat('x', 300)), %s, %s
FROM generate_series(1, 50000) n
"""


@pytest.mark.django_db
@pytest.mark.usefixtures("bare")
def test_what_dropped_months_came_to_outlives_a_recount(source: Source, both: Moved) -> None:
    Meter.objects.create(resource="exports", label="exports", verb="used", event="E")
    acme = an_account("acme")
    for at in (NOW, NOW + timedelta(days=60)):
        Event.objects.create(
            source=source, kind="track", name="E", account=acme, occurred_at=at, received_at=at
        )
    keep()
    while recount.step():
        pass
    before = list(MeterTotal.objects.order_by("period").values_list("period", "used"))
    both.set(NOW + timedelta(days=365 * 2 + 60))
    assert "signals_app_event_20260301" in keep().dropped
    MeterTotal.objects.filter(period="2026-05-01").update(used=99)
    usage.ask_recount([acme.pk])
    while recount.step():
        pass
    assert Event.objects.count() == 1
    assert list(MeterTotal.objects.order_by("period").values_list("period", "used")) == before
