"""The control group: drawn once by hash, kept for ever, as large as it says."""

from datetime import UTC, datetime
from typing import Any

import pytest

from offers_app.experiments import assign
from offers_app.models import HoldoutAssignment
from tests.build import an_account

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def test_the_share_is_what_it_says_and_does_not_depend_on_the_neighbors() -> None:
    for percent in (1, 10, 50):
        held = sum(assign.held_out(account, percent, "salt") for account in range(20_000))
        assert abs(held / 200 - percent) < 1
    assert not any(assign.held_out(account, 0, "salt") for account in range(1000))
    assert all(assign.held_out(account, 100, "salt") for account in range(1000))


def test_a_larger_group_holds_the_smaller_one_and_another_salt_is_another_draw() -> None:
    small = {a for a in range(5000) if assign.held_out(a, 5, "salt")}
    large = {a for a in range(5000) if assign.held_out(a, 10, "salt")}
    other = {a for a in range(5000) if assign.held_out(a, 10, "other")}
    assert small < large
    assert len(large & other) < len(large) / 4


@pytest.mark.django_db
@pytest.mark.usefixtures("time")
def test_the_first_draw_stays_whatever_the_settings_become(settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 100
    account = an_account()
    first = assign.holdout([account.pk], NOW)[account.pk]
    assert (first.held_out, int(first.percent), first.assigned_at) == (True, 100, NOW)
    settings.HOLDOUT_PERCENT, settings.HOLDOUT_SALT = 0, "new"
    newer = an_account()
    found = assign.holdout([account.pk, newer.pk], NOW)
    assert (found[account.pk].held_out, found[newer.pk].held_out) == (True, False)
    assert HoldoutAssignment.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("time")
def test_the_number_of_statements_is_fixed(django_assert_max_num_queries: Any) -> None:
    accounts = [an_account().pk for _ in range(20)]
    with django_assert_max_num_queries(5):  # three, and a savepoint around the insert
        assert len(assign.holdout(accounts, NOW)) == 20
    with django_assert_max_num_queries(1):
        assign.holdout(accounts, NOW)
    assert assign.holdout([], NOW) == {}
