"""A definition without a past: what it finds is compared with its back-test, or with how many there are."""

from datetime import date, timedelta
from typing import Any

import pytest

from people_app.models import Membership, Person
from signals_app import signal_alerts
from signals_app.back_tests.tallying import Tally
from signals_app.models import BackTest, Signal, SignalDefinition
from tests.admin.world import a_definition
from tests.build import an_account
from tests.conftest import Time
from tests.signals.alert_world import a_past, found, found_by
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def late(time: Time) -> None:
    time.set(time.now.replace(hour=23))


@pytest.fixture
def definition() -> SignalDefinition:
    return a_definition()


def people(number: int, **fields: Any) -> list[Person | None]:
    seen = clock.now() - DAY * 20
    known = {"first_seen_at": seen, "last_seen_at": seen, **fields}
    first = Person.objects.count()
    rows = [Person(**{"user_id": f"p{first + one}", **known}) for one in range(number)]
    return [*Person.objects.bulk_create(rows)]


def a_back_test(definition: SignalDefinition, *days: int, **fields: Any) -> BackTest:
    """What it found on each of these days in February."""
    first = date(2026, 2, 1)
    found_then = {(first + DAY * place).isoformat(): count for place, count in enumerate(days) if count}
    return BackTest.objects.create(
        definition=definition,
        settings={"version": fields.pop("version", definition.version)},
        first=first,
        last=first + DAY * (len(days) - 1),
        asked_at=clock.now(),
        state=fields.pop("state", "done"),
        result=Tally(**{"looked_at": 500, "days": found_then, **fields}).kept(),
    )


def alerts() -> list[tuple[str, int]]:
    signal_alerts.check(clock.now())
    return [(one.evidence["turn"], one.evidence["found"]) for one in signal_alerts.open_alerts()]


def test_the_first_look_at_everybody_is_no_flood_unless_it_is_about_most_of_them(
    definition: SignalDefinition,
) -> None:
    everybody = people(60)
    found_by(definition, everybody[:40], clock.now(), each=1)
    assert alerts() == []
    found_by(definition, everybody[40:41], clock.now())
    assert alerts() == [("spike", 41)]
    assert (
        "It found 41 of 60 active people in the first 24 hours from"
        in (signal_alerts.open_alerts()[0].evidence["sentence"])
    )


def test_later_a_fifth_of_them_on_one_day_is_and_it_is_over_two_days_later(
    definition: SignalDefinition, time: Time
) -> None:
    everybody = people(60)
    found_by(definition, everybody[:3], clock.now() - DAY * 5)
    found_by(definition, everybody[3:25], clock.now(), each=1)
    assert alerts() == []
    found_by(definition, everybody[25:26], clock.now())
    assert alerts() == [("spike", 23)]
    time.move(days=2)
    assert alerts() == []


def test_who_is_found_again_and_again_counts_once(definition: SignalDefinition) -> None:
    (ana, *_) = people(60)
    found(definition, ana, clock.now() - DAY * 5, 1)
    found(definition, ana, clock.now(), 300, each=1)
    assert alerts() == []


def test_those_who_do_nothing_are_none_of_them(definition: SignalDefinition) -> None:
    everybody = people(30)
    people(500, last_seen_at=clock.now() - DAY * 40)
    people(500, last_seen_at=None)
    people(500, erased_at=clock.now())
    people(500, user_id=None)
    people(500, merged_into=everybody[0])
    found_by(definition, everybody[:26], clock.now(), each=1)
    assert alerts() == [("spike", 26)]


def test_what_is_about_accounts_counts_accounts() -> None:
    definition = a_definition(about="account")
    workers = people(28)
    accounts = [an_account() for _ in range(24)]
    Membership.objects.bulk_create(
        Membership(person=worker, account=accounts[place % 24], joined_at=clock.now())
        for place, worker in enumerate(workers)
        if worker
    )
    for _ in range(40):
        an_account()
    found_by(definition, workers, clock.now(), each=1)
    for signal, place in zip(Signal.objects.order_by("pk"), range(28), strict=True):
        Signal.objects.filter(pk=signal.pk).update(account=accounts[place % 24])
    assert alerts() == [("spike", 24)]
    assert "24 of 24 active accounts" in signal_alerts.open_alerts()[0].evidence["sentence"]


def test_what_its_back_test_found_is_expected(definition: SignalDefinition) -> None:
    """At first all that the back-test found together; later its busiest day but the first."""
    people(10)
    a_back_test(definition, 100, 4, 6, 0)
    found(definition, None, clock.now() - DAY * 3, 230, each=1)
    found(definition, None, clock.now(), 22, each=1)
    assert alerts() == []
    found(definition, None, clock.now(), 1)
    assert alerts() == [("spike", 23)]
    sentence = signal_alerts.open_alerts()[0].evidence["sentence"]
    assert "its back-test from 2026-02-01 to 2026-02-04 found 6 on its busiest day" in sentence


def test_a_first_look_far_above_the_back_test_is_told_of(definition: SignalDefinition) -> None:
    a_back_test(definition, 100, 4, 6, 0)
    found(definition, None, clock.now(), 231, each=1)
    assert alerts() == [("spike", 231)]


def test_the_newest_back_test_counts_that_is_of_this_version_and_done(definition: SignalDefinition) -> None:
    a_back_test(definition, 1, 1)
    a_back_test(definition, 200, 200)
    a_back_test(definition, 1, 1, version=2)
    a_back_test(definition, 1, 1, state="running")
    a_back_test(definition, 0, 0, looked_at=0)
    found(definition, None, clock.now(), 700, each=1)
    assert alerts() == []
    a_back_test(definition, 1, 1)
    assert alerts() == [("spike", 700)]


def test_a_sample_stands_for_all(definition: SignalDefinition) -> None:
    a_back_test(definition, 20, 20, share=0.1)
    found(definition, None, clock.now(), 700, each=1)
    assert alerts() == []


@pytest.mark.parametrize(("tested", "told"), [(False, [("spike", 90)]), (True, [])])
def test_a_new_version_that_was_back_tested_finds_what_staff_saw(tested: bool, told: list[Any]) -> None:
    (ana,) = people(1)
    definition = a_past(ana, today=0)
    definition.version = 2
    definition.save()
    if tested:
        a_back_test(definition, 60, 50)
    found(definition, ana, clock.now(), 90, each=1)
    assert alerts() == told


def test_an_old_version_is_not_excused_by_its_back_test() -> None:
    (ana,) = people(1)
    definition = a_past(ana, today=90)
    a_back_test(definition, 600, 500)
    assert alerts() == [("spike", 90)]
