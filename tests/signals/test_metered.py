"""How much of a resource was used in a window is what its meter makes of the raw events, by its present definition."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from babel import Locale
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns_app import sweeps
from campaigns_app.recipient_reasons import sentences
from signals_app import knowing, usage
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.knowing import Asked, growth, ids_of, stored_events
from signals_app.knowing.questions import Form
from signals_app.models import Event, Meter, Signal, SignalDefinition
from signals_app.subjects import Subject
from signals_app.usage import periods
from signals_app.usage.tally import Tally
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.engine import receive
from tests.rules import drawn
from tests.rules.drawn import NOW
from tests.signals.knowing_world import QUICK, Did, a_world, of_acme, seen
from tests.signals.metered_world import RULE, a_meter
from tests.signals.test_growth import ERASED, NO_NUMBERS, TEXTS, properties, wheres
from tests.signals.test_knowing import BILLS, ZONES, bill_of
from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import Entitlement, Metered, Share, Unit, Window
from upsell_project.lib.rules.measuring import Happened

pytestmark = pytest.mark.django_db
SOME = ("Feature Used", "Report Exported")
minutes = st.integers(0, 60 * 24 * 3) | st.integers(0, 60 * 24 * 70)
stories = st.lists(
    st.builds(
        lambda who, named, kind, minute, name, said: Did(
            who, named, kind, Happened(NOW - timedelta(minutes=minute), name, said)
        ),
        st.sampled_from(["ana", "ben", "cat", "dan"]),
        st.sampled_from([None, "acme", "merged", "other"]),
        st.sampled_from(["track", "track", "track", "page"]),
        minutes | st.just(0),
        st.sampled_from(SOME),
        properties,
    ),
    max_size=14,
)
meters = st.builds(
    lambda event, aggregate, path, where: Meter(
        resource="r", label="r", verb="v", event=event, aggregate=aggregate, property=path, where=where
    ),
    st.sampled_from(SOME),
    st.sampled_from(["count", "sum", "last", "distinct"]),
    st.sampled_from(["n", "a.b", "a.0"]),
    st.just({}) | wheres,
)


def told(name: str, *values: Any) -> list[Did]:
    return [
        Did("ana", "acme", "track", Happened(NOW - timedelta(minutes=ago), name, {"n": one}))
        for ago, one in enumerate(values)
    ]


def brute(meter: Meter, story: list[Did], since: datetime) -> Decimal:
    """Counted event by event with the arithmetic of totals, into one bucket."""
    tally = Tally()
    one = Meter(resource="r", event=meter.event, aggregate=meter.aggregate, property=meter.property)
    one.where, one.window = meter.where, "calendar"
    for what in of_acme([did for did in story if did.kind == "track"]):
        if what.name == meter.event and since <= what.at <= NOW:
            tally.count(1, periods.NOTHING_KNOWN, one, what.at, what.properties)
    if meter.aggregate == "distinct":
        return Decimal(len({name for names in tally.values.values() for name in names}))
    if meter.aggregate == "last":
        return max(tally.newest.values())[1] if tally.newest else Decimal(0)
    return sum(tally.sums.values(), Decimal(0))


@QUICK
@given(meters, drawn.windows, stories, ZONES, BILLS, st.sampled_from([0, 1_000]))
@example(a_meter("sum"), Window(Unit.DAYS, 1), told(SOME[0], *TEXTS, *NO_NUMBERS, -4, 0.5), "UTC", None, 0)
@example(a_meter("last"), Window(Unit.MONTH), told(SOME[0], "x", -4, 9, 2), "Asia/Kolkata", None, 0)
@example(
    a_meter("distinct"),
    Window(Unit.WEEK),
    told(SOME[0], 7, "7", 7.0, "7.0", True, "true", *ERASED),
    "",
    NOW - timedelta(days=3),
    0,
)
def test_it_is_what_the_meter_makes_of_the_raw_events(
    meter: Meter, window: Window, story: list[Did], zone: str, started: Any, most: int
) -> None:
    """Whether times of events are read or counted by PostgreSQL (`most`), and for whoever is at home there."""
    fact = Metered("r", window)
    bill = bill_of(started)
    billed = {"period_started_at": started, "billing_period": "month" if started else ""}
    with a_world(zone, "Asia/Tokyo", **billed) as world, patch.object(stored_events, "MOST_TIMES", most):
        meter.pk = None
        meter.save(force_insert=True)
        world.store(story)
        acme = world.accounts["acme"].pk
        subjects = [Subject(None, acme), Subject(world.people["ana"].pk, acme)]
        known = knowing.load([Asked(one, frozenset({fact})) for one in subjects], NOW)
    there = seen(zone, bill)
    since = windows.start(window, NOW, there.zone, there.billing_from)
    assert [one.values.get(fact) for one in known] == [brute(meter, story, since)] * 2


def test_where_postgresql_cannot_say_it_too_many_events_make_it_unknown() -> None:
    meter, fact = a_meter("sum", property="a.0"), Metered("r", Window(Unit.DAYS, 7))
    assert growth.whole(meter, NOW, NOW).form is Form.ROWS
    assert growth.whole(a_meter("sum"), NOW, NOW).form is Form.TOTAL
    with a_world("") as world:
        meter.save()
        story = [Did("ana", "acme", "track", Happened(NOW, SOME[0], {"a": [5, 6]})) for _ in range(3)]
        world.store(story)
        asked = [Asked(Subject(None, world.accounts["acme"].pk), frozenset({fact}))]
        assert knowing.load(asked, NOW)[0].values == {fact: 15}
        with patch.object(stored_events, "MOST_ROWS", 2):
            assert knowing.load(asked, NOW)[0].values == {}


def value(fact: Metered | Entitlement, account: int, now: datetime = NOW) -> Any:
    return knowing.load([Asked(Subject(None, account), frozenset({fact}))], now)[0].values.get(fact)


@QUICK
@given(meters, stories, st.sampled_from(["", "Europe/Berlin", "Asia/Kolkata"]))
def test_this_month_is_what_a_limit_of_the_month_says(meter: Meter, story: list[Did], zone: str) -> None:
    """The totals that were counted as the events came are the same number."""
    with a_world(zone) as world:
        meter.pk = None
        meter.save(force_insert=True)
        world.store(story)
        acme = world.accounts["acme"].pk
        usage.add([_stored(one, acme) for one in Event.objects.filter(account=acme)], usage.meters())
        Event.objects.exclude(account=acme).delete()
        used = value(Entitlement("r", Share.USED), acme)
        assert value(Metered("r", Window(Unit.MONTH)), acme) == used


def _stored(event: Event, account: int) -> Stored:
    said = Incoming(
        event.kind, event.message_id, event.occurred_at, name=event.name, properties=event.properties
    )
    return Stored(event.pk, event.source_id, said, event.person_id, account)


def test_what_no_meter_counts_is_not_known_and_a_changed_meter_counts_at_once() -> None:
    account, source = an_account(), a_source()
    fact = Metered("r", Window(Unit.DAYS, 7))
    for name in (SOME[0], SOME[0], SOME[1]):
        _happened(account.pk, source.pk, name, {"n": 5})
    assert value(fact, account.pk) is None
    meter = a_meter()
    meter.save()
    assert value(fact, account.pk) == 2
    Meter.objects.update(aggregate="sum", property="n")
    assert value(fact, account.pk) == 10
    Meter.objects.update(event=SOME[1])
    assert value(fact, account.pk) == 5


def _happened(account: int, source: int, name: str, said: dict[str, Any], person: int | None = None) -> Event:
    number = Event.objects.count()
    return Event.objects.create(
        source_id=source,
        message_id=f"m{number}",
        kind="track",
        name=name,
        person_id=person,
        account_id=account,
        properties=said,
        occurred_at=NOW - timedelta(minutes=number),
        received_at=NOW,
    )


@pytest.mark.parametrize("path", ["n", "list.0"])
def test_its_events_are_its_evidence(path: str) -> None:
    account, source = an_account(), a_source()
    ana = a_person(account=account)
    a_meter("sum", property=path, where={"tier": "a"}).save()
    mine = [_happened(account.pk, source.pk, SOME[0], {"tier": "a", "n": 1, "list": [2]}) for _ in range(2)]
    _happened(account.pk, source.pk, SOME[0], {"tier": "b", "n": 1, "list": [2]})
    fact = Metered("r", Window(Unit.DAYS, 7))
    asked = [(Subject(ana.pk, account.pk), fact), (Subject(None, account.pk), Metered("gone", fact.window))]
    assert ids_of(asked, NOW) == [[one.pk for one in mine], []]


def a_definition(**fields: Any) -> SignalDefinition:
    made = {"slug": "busy", "name": "Busy", "detector": "rule", "config": {"rule": RULE}, "live": True}
    return SignalDefinition.objects.create(**{**made, **fields})


def exports(rows: int, **more: Any) -> dict[str, Any]:
    said = {"event": "Report Exported", "properties": {"rows": rows}}
    return {"type": "track", "userId": "ana", "context": {"groupId": "acme"}, **said, **more}


@pytest.mark.parametrize("about", ["person", "account"])
def test_it_is_found_live_with_the_event_that_completes_it(time: Time, about: str) -> None:
    a_meter("sum", resource="exports", event="Report Exported", property="rows", label="rows").save()
    a_definition(about=about)
    account = an_account("acme")
    ana, source = a_person("ana", account), a_source("http")
    for rows, days in ((30, 8), (40, 6)):
        receive(source, exports(rows))
        time.move(days=days)
    assert not Signal.objects.exists(), "70 in all, but 40 in any 7 days"
    receive(source, exports(10))
    found = Signal.objects.get()
    assert (found.account, found.person) == (account, ana)
    told = {"resource": "exports", "resource_label": "rows", "verb": "wrote", "amount": 50, "days": 7}
    assert found.evidence.items() >= told.items()
    assert found.evidence["conditions"] == [
        {"condition": "Exports used in 7 days >= 50", "value": 50, "holds": True}
    ]
    assert len(found.evidence["event_ids"]) == 2
    (reason,) = found.evidence["facts"]
    assert sentences([reason], Locale("en"))[0].startswith("Your account used 50 rows in the 7 days up to ")
    assert sentences([reason], Locale("de"))[0].startswith("Ihr Konto hat in den 7 Tagen bis zum ")


def test_what_an_amount_below_0_took_away_comes_back_when_that_leaves_the_window(time: Time) -> None:
    a_meter("sum", resource="exports", event="Report Exported", property="rows").save()
    a_definition(about="account")
    an_account("acme")
    source = a_source("http")
    for rows in (-40, 60):
        receive(source, exports(rows))
        time.move(days=1)
    time.move(days=4, hours=23)
    sweep()
    assert not Signal.objects.exists(), "20 in 7 days"
    time.move(minutes=61)
    sweep()
    assert Signal.objects.get().evidence["amount"] == 60


def sweep() -> None:
    while sweeps.waiting():
        sweeps.run()


def test_beside_a_limit_of_something_else_use_of_either_is_looked_at() -> None:
    a_meter("sum", resource="exports", event="Report Exported", property="rows").save()
    a_meter(resource="seats_asked", event="Seats Requested").save()
    config = {"resources": ["seats_asked"], "fire_at": 0.5, "rearm_below": 0.1}
    a_definition(detector="threshold", config=config, condition=RULE, about="account")
    an_account("acme", caps={"seats_asked": 2})
    source = a_source("http")
    receive(source, exports(0, event="Seats Requested"))
    assert not Signal.objects.exists()
    receive(source, exports(60))
    assert Signal.objects.get().evidence["resource"] == "seats_asked"
