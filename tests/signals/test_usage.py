"""What each kind of meter says, in words; that it says the same in every order is in `test_usage_any_order`."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people_app import homes
from people_app.item import Move
from people_app.models import Account, Membership, Person
from signals_app import usage, values
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Event, Meter, MeterTotal, Recount, RecountDue, Source
from signals_app.models.meter import faults_of
from signals_app.usage import periods, recount
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def source() -> Source:
    return a_source()


def a_meter(resource: str = "exports", **fields: Any) -> Meter:
    names = {"label": resource, "verb": "used", "event": "Exported"}
    return Meter.objects.create(resource=resource, **names | fields)


def did(
    source: Source,
    person: Person | None,
    home: Account | None,
    at: datetime | None = None,
    named: Account | None = None,
    identity: int | None = None,
    **properties: Any,
) -> list[usage.Change]:
    """One event as the pipeline stores and counts it."""
    at = at or clock.now()
    event = Event.objects.create(
        source=source,
        message_id="m",
        kind="track",
        name="Exported",
        person=person,
        identity_id=identity,
        account=named,
        properties=properties,
        occurred_at=at,
        received_at=at,
    )
    item = Incoming(kind="track", message_id="m", occurred_at=at, name="Exported", properties=properties)
    counts_for = named or home
    one = Stored(
        event.pk, source.pk, item, person.pk if person else None, counts_for.pk if counts_for else None
    )
    return usage.add([one], usage.meters())


def used(account: Account, resource: str = "exports") -> int | float:
    found, _ = usage.totals([account.pk], clock.now()).get((account.pk, resource), (0, None))
    return float(found)


def settle() -> None:
    while recount.step():
        pass


def test_a_change_names_the_bucket_its_total_and_the_event(source: Source) -> None:
    a_meter()
    acme = an_account("acme", timezone="Asia/Tokyo")
    late = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
    (change,) = did(source, None, acme, late)
    assert (change.account_id, change.resource, change.period, int(change.used)) == (
        acme.pk,
        "exports",
        date(2026, 4, 1),
        1,
    )
    assert change.last.item.occurred_at == late


def test_where_looks_deep_into_the_properties(source: Source) -> None:
    a_meter(where={"cart.items.0.kind": "big", "paid": True})
    acme = an_account("acme")
    did(source, None, acme, cart={"items": [{"kind": "big"}]}, paid=True)
    did(source, None, acme, cart={"items": [{"kind": "big"}]}, paid=1)
    did(source, None, acme, cart={"items": []}, paid=True)
    did(source, None, acme, cart="big", paid=True)
    assert used(acme) == 1


def test_a_property_called_like_the_whole_path_comes_first(source: Source) -> None:
    a_meter(aggregate="sum", property="cart.total")
    acme = an_account("acme")
    both: dict[str, Any] = {"cart.total": 5, "cart": {"total": 7}}
    did(source, None, acme, **both)
    assert used(acme) == 5


def test_a_rolling_window_forgets_day_by_day(source: Source, time: Time) -> None:
    a_meter(window="rolling", days=2)
    acme = an_account("acme", timezone="America/New_York")
    did(source, None, acme, datetime(2026, 3, 10, 3, 59, tzinfo=UTC))
    did(source, None, acme, datetime(2026, 3, 10, 4, 0, tzinfo=UTC))
    seen = []
    for hour in (datetime(2026, 3, 10, 3, 59, tzinfo=UTC), datetime(2026, 3, 11, 3, 59, tzinfo=UTC)):
        time.set(hour)
        seen.append(used(acme))
    time.set(datetime(2026, 3, 11, 4, 0, tzinfo=UTC))
    seen.append(used(acme))
    time.set(datetime(2026, 3, 12, 4, 0, tzinfo=UTC))
    seen.append(used(acme))
    assert seen == [1, 2, 1, 0]


@pytest.mark.parametrize(
    ("started", "renews", "period", "at", "begins"),
    [
        ("2026-01-31", None, "month", "2026-02-28", "2026-02-28"),
        ("2026-01-31", None, "month", "2026-02-27", "2026-01-31"),
        ("2026-01-31", None, "month", "2026-03-30", "2026-02-28"),
        ("2026-02-28", "2026-03-31", "month", "2026-03-30", "2026-02-28"),
        ("2026-02-28", "2026-03-31", "", "2026-04-30", "2026-04-30"),
        ("2026-02-28", None, "month", "2026-03-30", "2026-03-28"),
        (None, "2027-02-10", "year", "2026-03-01", "2026-02-10"),
        ("2024-02-29", None, "year", "2025-02-28", "2025-02-28"),
        ("2026-01-15", "2027-01-15", "", "2026-12-31", "2026-01-15"),
        ("2026-01-15", None, "", "2026-03-20", "2026-03-01"),
        ("2026-01-15", "2025-01-15", "month", "2026-03-20", "2026-03-15"),
        (None, None, "month", "2026-03-20", "2026-03-01"),
    ],
)
def test_a_billing_period_begins_when_the_bill_does(
    started: str | None, renews: str | None, period: str, at: str, begins: str
) -> None:
    moments = [datetime.fromisoformat(f"{text}T09:00+00:00") if text else None for text in (started, renews)]
    known = periods.facts("", moments[0], moments[1], period)
    meter = Meter(window="billing")
    found = periods.bucket(meter, datetime.fromisoformat(f"{at}T09:00+00:00"), known)
    assert found.isoformat() == begins


def test_a_billing_period_begins_to_the_second() -> None:
    known = periods.facts("Asia/Tokyo", datetime(2026, 1, 15, 9, tzinfo=UTC), None, "month")
    before, after = (datetime(2026, 3, 15, 8, 59, 59, tzinfo=UTC), datetime(2026, 3, 15, 9, tzinfo=UTC))
    meter = Meter(window="billing")
    assert [periods.bucket(meter, at, known) for at in (before, after)] == [
        date(2026, 2, 15),
        date(2026, 3, 15),
    ]


@pytest.mark.parametrize("zone", ["", "Berlin", "../etc/passwd", "x" * 64, "Pacific/Apia"])
def test_no_zone_and_no_time_of_an_event_stops_the_counting(zone: str) -> None:
    known = periods.facts(zone, datetime(2026, 1, 31, tzinfo=UTC), None, "year")
    for window in ("calendar", "billing", "rolling"):
        for at in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
            assert periods.bucket(Meter(window=window, days=3), at, known)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (7, 7.0, True),
        (7, "7", True),
        (0, -0.0, True),
        (1e22, 10**22, True),
        (1.5, "1.5", True),
        (True, 1, False),
        ("a", "A", False),
        (10**15, 10**15 + 1, False),
        ("7", "07", False),
    ],
)
def test_values_are_told_apart_by_how_they_read(one: Any, other: Any, same: bool) -> None:
    assert (values.digest(one) == values.digest(other)) is same


@pytest.mark.parametrize("nothing", [None, "", [], {}, ["a"]])
def test_what_is_no_value_is_not_counted(nothing: Any) -> None:
    assert values.digest(nothing) is None
    assert values.amount(nothing) is None


def test_a_newest_value_of_one_instant_is_the_larger_one(source: Source) -> None:
    a_meter(aggregate="last", property="bytes")
    acme = an_account("acme")
    for size in (5, 9, 7):
        did(source, None, acme, bytes=size)
    assert used(acme) == 9
    did(source, None, acme, clock.now() - timedelta(seconds=1), bytes=50)
    assert used(acme) == 9


def test_somebody_who_joins_takes_along_what_they_did_without_a_group(source: Source) -> None:
    a_meter()
    a_meter("files", aggregate="distinct", property="file")
    acme, own = an_account("acme"), an_account("own")
    ana, ben = a_person("ana", account=own), a_person("ben", account=acme)
    for name in ("a", "b"):
        did(source, ana, own, file=name, identity=1)
    did(source, ana, own, file="c", identity=2)
    did(source, ana, None, named=acme, file="z")
    did(source, ben, acme, file="a")
    usage.move([Move(ana.pk, 1, own.pk, acme.pk)])
    assert [used(own), used(acme), used(own, "files"), used(acme, "files")] == [1, 4, 1, 3]
    usage.move([Move(ana.pk, None, own.pk, None), Move(ana.pk, None, None, own.pk)])
    assert [used(own), used(own, "files")] == [1, 1]


def test_the_newest_value_that_went_away_is_looked_for_again(source: Source) -> None:
    a_meter("storage", aggregate="last", property="bytes")
    settle()
    acme, bolt = an_account("acme"), an_account("bolt")
    ana, ben = a_person("ana", account=acme), a_person("ben", account=acme)
    did(source, ben, acme, clock.now() - timedelta(hours=2), bytes=3)
    did(source, ana, acme, clock.now() - timedelta(hours=1), bytes=8)
    Membership.objects.filter(person=ana).update(account=bolt)
    usage.move([Move(ana.pk, None, acme.pk, bolt.pk)])
    assert used(bolt, "storage") == 8
    settle()
    assert [used(acme, "storage"), used(bolt, "storage")] == [3, 8]


def test_a_move_of_what_was_not_the_newest_asks_for_no_recount(source: Source) -> None:
    a_meter("storage", aggregate="last", property="bytes")
    settle()
    acme = an_account("acme")
    ana, ben = a_person("ana", account=acme), a_person("ben", account=acme)
    did(source, ana, acme, clock.now() - timedelta(hours=2), bytes=3)
    did(source, ben, acme, bytes=8)
    usage.move([Move(ana.pk, None, acme.pk, None)])
    assert not RecountDue.objects.exists()


def test_a_new_meter_counts_what_happened_before(source: Source) -> None:
    acme, ana = an_account("acme"), a_person("ana")
    home = Membership.objects.get(person=ana).account
    did(source, ana, home)
    did(source, ana, None, named=acme)
    meter = a_meter()
    assert usage.recounts_waiting()
    settle()
    assert [used(acme), used(home)] == [1, 1]
    assert Recount.objects.get(meter=meter).percent == 100
    assert not usage.recounts_waiting()


def test_a_changed_meter_is_counted_anew_whoever_changed_it(source: Source) -> None:
    a_meter()
    acme = an_account("acme")
    did(source, None, None, named=acme, rows=20)
    settle()
    Meter.objects.update(aggregate="sum", property="rows", window="rolling", days=7)
    settle()
    assert used(acme) == 20
    assert MeterTotal.objects.get().period == clock.now().date()


def test_labels_may_change_without_a_recount(source: Source) -> None:
    a_meter()
    settle()
    Meter.objects.update(label="reports", verb="exported")
    assert not usage.recounts_waiting()


def test_a_pass_goes_on_where_it_stopped(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = [an_account() for _ in range(5)]
    for account in accounts:
        did(source, None, None, named=account)
    monkeypatch.setattr(recount, "ACCOUNTS", 2)
    meter = a_meter()
    shares = []
    while recount.step():
        shares.append(Recount.objects.get(meter=meter).percent)
    assert [used(account) for account in accounts] == [1] * 5
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert len(shares) >= 3


def test_what_was_counted_of_dropped_events_stays(source: Source) -> None:
    a_meter()
    settle()
    acme = an_account("acme")
    january = datetime(2026, 1, 20, tzinfo=UTC)
    did(source, None, None, january, named=acme)
    did(source, None, None, named=acme)
    Event.objects.filter(occurred_at=january).delete()
    usage.dropped(datetime(2026, 2, 1, tzinfo=UTC))
    MeterTotal.objects.filter(period="2026-03-01").update(used=99)
    usage.ask_recount([acme.pk])
    settle()
    found = MeterTotal.objects.order_by("period").values_list("period", "used")
    assert [(f"{period:%Y-%m}", int(amount)) for period, amount in found] == [("2026-01", 1), ("2026-03", 1)]


def test_an_account_that_was_merged_away_counts_where_it_went(source: Source) -> None:
    a_meter()
    settle()
    kept, gone = an_account("kept", timezone="Asia/Tokyo"), an_account("gone")
    edge = datetime(2026, 2, 28, 20, 0, tzinfo=UTC)
    did(source, None, None, edge, named=gone)
    usage.merge(kept.pk, gone.pk)
    Account.objects.filter(pk=gone.pk).update(merged_into=kept)
    assert used(kept) == 0
    settle()
    assert used(kept) == 1
    assert not MeterTotal.objects.filter(account=gone).exists()


def test_home_is_what_people_app_says(source: Source) -> None:
    acme, bolt = an_account("acme"), an_account("bolt")
    ana, both = a_person("ana", account=acme), a_person("both", account=acme)
    Membership.objects.create(person=both, account=bolt, joined_at=clock.now())
    for person in (ana, both):
        did(source, person, None)
    a_meter()
    settle()
    assert homes.next_at_home([(acme.pk, 0)], 10) == {(acme.pk, 0): [ana.pk]}
    assert [used(acme), used(bolt)] == [1, 0]


def test_a_batch_takes_three_statements_however_many_events_it_has(source: Source) -> None:
    meters = [a_meter(), a_meter("rows", aggregate="sum", property="rows", window="rolling", days=3)]
    accounts = [an_account() for _ in range(20)]
    item = Incoming(
        kind="track", message_id="m", occurred_at=clock.now(), name="Exported", properties={"rows": 2}
    )
    stored = [Stored(1, source.pk, item, None, account.pk) for account in accounts * 10]
    with CaptureQueriesContext(connection) as queries:
        usage.add(stored, meters)
    assert len(queries) == 3
    assert used(accounts[3], "rows") == 20


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"aggregate": "sum"}, ["property"]),
        ({"aggregate": "distinct", "property": "file"}, []),
        ({"window": "rolling"}, ["days"]),
        ({"window": "rolling", "days": 367}, ["days"]),
        ({"window": "rolling", "days": 30}, []),
        ({"where": ["x"]}, ["where"]),
        ({"where": {"a": {"b": 1}}}, ["where"]),
    ],
)
def test_a_meter_that_cannot_be_counted_is_refused(fields: dict[str, Any], wrong: list[str]) -> None:
    assert [field for field, _ in faults_of(Meter(resource="x", event="x", **fields))] == wrong
