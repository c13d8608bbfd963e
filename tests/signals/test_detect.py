"""The moments: thresholds with hysteresis, frequencies in windows; both against a brute-force reference."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from people_app.models import Account
from signals_app import detect
from signals_app.models import MeterTotal, Signal, SignalDefinition, Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import cap, receive, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
QUICK = examples(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def server(time: Time, settings: Any) -> Source:
    settings.HOLDOUT_PERCENT = 0
    return a_source("http")


def at(moment: datetime) -> str:
    """The sender's real time for a moment of the product time: right to the second, as the clock's offset is kept."""
    return (moment - clock.offset()).isoformat()


def account(source: Source, limit: float | None = 20, **traits: Any) -> Account:
    limits = {"limits": {"exports": limit}} if limit else {}
    receive(source, {"type": "group", "userId": "ana", "groupId": "acme", "traits": {**limits, **traits}})
    return Account.objects.get(group_id="acme")


def export(source: Source, times: int, moment: datetime | None = None, user: str = "ana") -> None:
    call = {"type": "track", "userId": user, "event": "Report Exported", "context": {"groupId": "acme"}}
    receive(source, *[call | ({"timestamp": at(moment)} if moment else {})] * times)


def near() -> list[Signal]:
    return list(Signal.objects.filter(definition__slug="usage-limit-near").order_by("pk"))


def test_it_works(server: Source) -> None:
    acme = account(server)
    export(server, 15)
    assert near() == []
    export(server, 1)
    (signal,) = near()
    assert signal.account == acme
    assert signal.person
    assert signal.person.user_id == "ana"
    evidence = signal.evidence
    assert (evidence["used"], evidence["cap"], evidence["percent"]) == (16, 20, 80)
    assert (evidence["resource_label"], evidence["verb"]) == ("reports", "exported")
    assert evidence["event_ids"]
    assert signal.expires_at == signal.detected_at + timedelta(days=7)


def test_it_is_found_once_until_usage_was_well_below(server: Source) -> None:
    acme = account(server)
    export(server, 16)
    export(server, 4)
    assert len(near()) == 1
    used(acme, 14)  # 70 %: not below it
    export(server, 3)
    assert len(near()) == 1
    cap(acme, 100)
    export(server, 1)
    cap(acme, 20)
    export(server, 1)
    assert len(near()) == 2, "a bigger plan armed it again"


def test_a_smaller_plan_is_enough(server: Source) -> None:
    account(server, 100)
    export(server, 20)
    assert near() == []
    account(server, 25)
    assert [s.evidence["percent"] for s in near()] == [80]


@pytest.mark.parametrize("limit", [None, 0, -5])
def test_without_a_limit_nothing_is_near_it(server: Source, limit: float | None) -> None:
    account(server, limit)
    if limit:
        receive(
            server,
            {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"limits": {"exports": limit}}},
        )
    export(server, 50)
    assert near() == []


def test_a_new_month_begins_anew(server: Source, time: Time) -> None:
    account(server)
    export(server, 16)
    time.set(datetime(2026, 4, 1, 10, tzinfo=UTC))
    export(server, 15)
    assert len(near()) == 1
    export(server, 1)
    assert [s.evidence["period"] for s in near()] == ["2026-03-01", "2026-04-01"]


def test_the_month_is_that_of_the_accounts_own_zone(server: Source, time: Time) -> None:
    time.set(datetime(2026, 4, 1, 3, 0, tzinfo=UTC))  # still March in New York
    account(server, timezone="America/New_York")
    export(server, 2)
    assert MeterTotal.objects.get().period.isoformat() == "2026-03-01"
    export(server, 1, moment=datetime(2026, 3, 1, 4, 59, 57, tzinfo=UTC))
    export(server, 1, moment=datetime(2026, 3, 1, 5, 0, 2, tzinfo=UTC))
    totals = {str(t.period): int(t.used) for t in MeterTotal.objects.all()}
    assert totals == {"2026-02-01": 1, "2026-03-01": 3}


def test_late_events_of_last_month_do_not_fill_this_one(server: Source) -> None:
    account(server)
    export(server, 19, moment=datetime(2026, 2, 20, tzinfo=UTC))
    assert near() == []


def test_seats_that_a_crm_counts_are_a_limit_too(server: Source) -> None:
    account(server, None, seats=10, seats_used=9)
    (signal,) = near()
    assert (signal.evidence["resource"], signal.evidence["cap"]) == ("seats", 10)


def test_seats_are_held_and_not_found_again_each_month(server: Source, time: Time) -> None:
    account(server, None, limits={"seats": 10}, seats_used=9)
    (signal,) = near()
    assert (signal.evidence["resource"], signal.evidence["used"]) == ("seats", 9)
    assert "period_label" not in signal.evidence, "nobody used up nine seats this month"
    time.move(days=40)
    account(server, None, limits={"seats": 10}, seats_used=9)
    assert len(near()) == 1


def test_facts_that_nobody_acted_on_wait_for_somebody(server: Source) -> None:
    acme = account(server)
    used(acme, 19)
    Account.objects.filter(pk=acme.pk).update(stripe_customer_id="cus_1")
    assert near() == []
    export(server, 1, user="ben")
    (signal,) = near()
    assert signal.person
    assert signal.person.user_id == "ben"


def test_refresh_says_what_is_left_of_it(server: Source, time: Time) -> None:
    acme = account(server)
    export(server, 17)
    (signal,) = near()
    used(acme, 14)
    fresh = detect.refresh([signal], clock.now())[signal.pk]
    assert fresh
    assert (fresh["used"], fresh["percent"]) == (14, 70)
    (fact,) = fresh["facts"]
    assert (fact["found"], fact["figures"]["used"]) == (0.7, 14)
    used(acme, 13)
    assert detect.refresh([signal], clock.now()) == {signal.pk: None}
    used(acme, 17)
    assert detect.refresh([signal], signal.expires_at - timedelta(seconds=1))[signal.pk]
    assert detect.refresh([signal], signal.expires_at) == {signal.pk: None}


def test_a_condition_beside_a_limit_must_still_hold(server: Source, time: Time) -> None:
    acme = account(server)
    SignalDefinition.objects.filter(slug="usage-limit-near").update(
        condition={"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
    )
    Account.objects.filter(pk=acme.pk).update(plan="free")
    export(server, 17)
    (signal,) = near()
    assert detect.refresh([signal], clock.now())[signal.pk]
    Account.objects.filter(pk=acme.pk).update(plan="enterprise")
    assert detect.refresh([signal], clock.now()) == {signal.pk: None}


def test_a_step_is_over_when_what_must_not_happen_happens(server: Source, time: Time) -> None:
    definition = SignalDefinition.objects.create(
        slug="left-over",
        name="Left over",
        detector="lifecycle",
        config={"events": ["Trial Started"], "days": 7, "unless": ["Plan Upgraded"]},
        live=True,
    )
    receive(server, {"type": "track", "userId": "ana", "event": "Trial Started"})
    (signal,) = Signal.objects.filter(definition=definition)
    assert detect.refresh([signal], clock.now())[signal.pk]
    receive(server, {"type": "track", "userId": "ana", "event": "Plan Upgraded"})
    assert detect.refresh([signal], clock.now()) == {signal.pk: None}


steps = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([None, None, 10, 20, 40])), min_size=1, max_size=6
)


@given(steps)
@QUICK
def test_against_a_reference_over_random_histories(
    server: Source, history: list[tuple[int, int | None]]
) -> None:
    with transaction.atomic():
        account(server)
        total, limit, armed, expected = 0, 20, True, 0
        for times, new_limit in history:
            if new_limit:
                limit = new_limit
                account(server, limit)
                if total / limit < 0.7:
                    armed = True
                if armed and total * 10 >= limit * 8:
                    armed, expected = False, expected + 1
            export(server, times) if times else None
            total += times
            if armed and total * 10 >= limit * 8 and times:
                armed, expected = False, expected + 1
        assert len(near()) == expected
        transaction.set_rollback(True)


def test_a_definition_that_is_off_finds_nothing(server: Source, time: Time) -> None:
    SignalDefinition.objects.update(live=False)
    account(server)
    export(server, 20)
    assert not Signal.objects.exists()


def calls(*users: str, **more: Any) -> list[dict[str, Any]]:
    context = {"groupId": "acme"}
    return [
        {"type": "track", "userId": u, "event": "Report Exported", "context": context, **more} for u in users
    ]


def test_it_is_for_who_used_the_resource_not_for_who_came_last(server: Source) -> None:
    account(server)
    bob = {"type": "track", "userId": "bob", "event": "Session Started", "context": {"groupId": "acme"}}
    receive(server, *calls(*["ana"] * 17), bob)
    (signal,) = near()
    assert signal.person
    assert signal.person.user_id == "ana"


def test_a_nameless_visitor_does_not_spend_it(server: Source) -> None:
    account(server)
    receive(server, *calls(*["ana"] * 15))
    nameless = {
        "type": "track",
        "anonymousId": "a1",
        "event": "Report Exported",
        "context": {"groupId": "acme"},
    }
    receive(server, nameless, nameless)
    assert near() == []
    receive(server, *calls("ana"))
    (signal,) = near()
    assert signal.person and signal.person.user_id == "ana"
    assert signal.evidence["used"] == 18
