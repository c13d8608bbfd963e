"""The day on which a limit is reached, against counting on day by day and against simulated months."""

from datetime import date, timedelta
from itertools import accumulate
from math import pi, sqrt
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.lib.histories import OFFICE, RHYTHMS, by_chance, days, means
from upsell_project.lib import forecast
from upsell_project.lib.forecast import Forecast

STARTS, ENDS = date(2026, 3, 1), date(2026, 3, 31)


def march(day: int) -> date:
    return date(2026, 3, day)


def steady(last: int, amount: float = 2.0) -> list[tuple[date, float]]:
    """The same each day from the first to that day of March."""
    return days(march(last), [amount] * last)


def reached(amounts: list[tuple[date, float]], today: int, limit: float) -> Forecast:
    return forecast.reached(amounts, march(today), STARTS, ENDS, limit)


def test_it_works() -> None:
    found = reached(steady(10), 10, 40)
    assert (found.expected, found.days_left, found.why) == (march(20), 10, "")
    assert (found.used, found.per_day, found.based_on) == (20, 2, 7)
    assert found.earliest is not None
    assert found.latest is not None
    assert march(12) <= found.earliest < march(20) < found.latest <= march(31)


@pytest.mark.parametrize("today", range(4, 31))
@pytest.mark.parametrize("limit", [1, 7, 8, 20, 31, 55, 62])
def test_linear_use_gives_the_exact_day(today: int, limit: int) -> None:
    exact = -(-limit // 2)
    found = reached(steady(today), today, limit)
    assert found.expected == (march(today) if exact <= today else march(exact))
    morning = reached(steady(today - 1), today, limit)
    assert morning.expected == (march(today) if exact <= today else march(exact)), "nothing today so far"


def test_use_on_weekdays_only_gives_the_exact_day() -> None:
    amounts = means(march(18), 42, 10, OFFICE)
    by_day = {day: total for (day, _), total in zip(
        means(ENDS, 31, 10, OFFICE), accumulate(amount for _, amount in means(ENDS, 31, 10, OFFICE)), strict=True
    )}  # fmt: skip
    for limit in range(190, 300, 7):
        found = forecast.reached(amounts, march(18), STARTS, ENDS, limit)
        assert found.expected == min(day for day, total in by_day.items() if total >= limit - 1e-9)
        assert found.expected.weekday() < 5


def test_already_over_is_today() -> None:
    for limit in (0, 12, 20):
        found = reached(steady(10), 10, limit)
        assert (found.expected, found.earliest, found.latest) == (march(10),) * 3
        assert (found.days_left, found.why) == (0, "")
    assert forecast.reached([], march(10), STARTS, ENDS, 5, used=5).expected == march(10)


def test_why_there_is_no_date() -> None:
    assert reached(steady(10, 0.0), 10, 5).why == "no_use"
    assert reached(steady(3), 3, 20).why == "too_little_history"
    assert reached([], 10, 20).why == "too_little_history"
    assert reached(steady(10), 10, 63).why == "not_before_period_ends"
    over = forecast.reached(steady(31), ENDS + timedelta(days=1), STARTS, ENDS, 5)
    assert (over.why, over.expected) == ("period_over", None)
    for why in (reached(steady(10, 0.0), 10, 5), reached(steady(10), 10, 63)):
        assert (why.expected, why.days_left) == (None, None)


def test_it_may_still_happen_though_it_is_not_expected() -> None:
    found = reached(steady(20), 20, 63)
    assert (found.expected, found.latest, found.why) == (None, None, "not_before_period_ends")
    assert found.earliest is not None
    assert march(20) < found.earliest <= ENDS


def test_use_before_the_period_tells_the_rate_only() -> None:
    before = days(march(2), [3.0] * 40)
    found = forecast.reached(before, march(2), STARTS, ENDS, 30)
    assert (found.used, found.based_on) == (6, 35)
    assert found.per_day == pytest.approx(3)
    assert found.expected == march(10)


def test_what_the_product_says_is_used_counts() -> None:
    found = forecast.reached(steady(10), march(10), STARTS, ENDS, 40, used=30)
    assert (found.used, found.expected) == (30, march(15))


def test_one_unusual_week_does_not_move_the_date() -> None:
    amounts = days(march(2), [3.0] * 42)
    amounts[-12] = (amounts[-12][0], 200.0)
    found = forecast.reached(amounts, march(2), STARTS, ENDS, 36)
    assert found.per_day == pytest.approx(3)
    assert found.expected is not None
    assert abs((found.expected - march(12)).days) <= 3, "its weekday still counts for more"


def test_today_so_far_does_not_count_twice() -> None:
    for so_far in (0.0, 1.0, 2.0):
        assert reached([*steady(9), (march(10), so_far)], 10, 40).expected == march(20)
    assert reached([*steady(9), (march(10), 12.0)], 10, 40).expected == march(15)


def test_corrections_below_zero_count_as_nothing() -> None:
    assert reached([*steady(10), (march(10), -5.0)], 10, 40) == reached(steady(10), 10, 40)


@pytest.mark.parametrize("limit", [-1.0, float("nan"), float("inf")])
def test_limits_that_are_none_are_refused(limit: float) -> None:
    with pytest.raises(ValueError, match="not a limit"):
        reached(steady(10), 10, limit)
    with pytest.raises(ValueError, match="not an amount"):
        reached([(march(1), limit if limit != -1 else float("nan"))], 10, 5)


def test_the_last_day_of_the_period_counts() -> None:
    assert reached(steady(30), 30, 62).expected == ENDS
    assert forecast.reached(steady(30), ENDS, STARTS, ENDS, 62).expected == ENDS
    assert forecast.reached(steady(30), ENDS, STARTS, ENDS, 63).why == "not_before_period_ends"


def test_tenths_add_up() -> None:
    tenths = days(march(10), [0.1] * 24)
    for limit in (1.1, 1.3, 1.7, 2.3, 3.1):
        found = forecast.reached(tenths, march(10), STARTS, ENDS, limit, unit=0.1)
        assert found.expected == march(round(limit * 10))


def test_the_interval_is_the_one_of_the_formula() -> None:
    """28 steady days: no more scatter than by chance, 27 degrees of freedom (t = 1.3137), a median of four weeks."""
    today, year_end = march(29), date(2026, 12, 31)
    found = forecast.reached(days(march(28), [3.0] * 28), today, STARTS, year_end, 600)
    coming = [(today + timedelta(days=ahead), 3.0 * (ahead + 1)) for ahead in range(300)]
    spread = {day: 1.3137 * sqrt(mean + mean**2 / (84 * 2 / pi)) for day, mean in coming}
    assert found.used == 84
    assert found.expected == min(day for day, mean in coming if mean >= 516)
    assert found.earliest == min(day for day, mean in coming if mean + spread[day] >= 516)
    assert found.latest == min(day for day, mean in coming if mean - spread[day] >= 516)


amounts = st.lists(st.integers(0, 30), min_size=4, max_size=60)


@given(amounts=amounts, limit=st.integers(0, 900), more=st.integers(0, 300))
def test_a_higher_limit_is_never_reached_earlier(amounts: list[int], limit: int, more: int) -> None:
    history = days(march(15), [float(one) for one in amounts])
    low, high = reached(history, 15, limit), reached(history, 15, limit + more)
    for before, after in (
        (low.expected, high.expected), (low.earliest, high.earliest), (low.latest, high.latest),
    ):  # fmt: skip
        assert (before or date.max) <= (after or date.max)


@given(amounts=amounts, limit=st.integers(0, 900))
def test_the_date_lies_in_its_interval_and_in_the_period(amounts: list[int], limit: int) -> None:
    found = reached(days(march(15), [float(one) for one in amounts]), 15, limit)
    assert (found.earliest or date.max) <= (found.expected or date.max) <= (found.latest or date.max)
    for day in (found.earliest, found.expected, found.latest):
        assert day is None or march(15) <= day <= ENDS
    assert (found.expected is None) == bool(found.why)
    assert found.days_left == ((found.expected - march(15)).days if found.expected else None)


@given(amounts=amounts, limit=st.integers(1, 900), factor=st.sampled_from([0.125, 8.0, 1024.0]))
def test_the_unit_does_not_matter(amounts: list[int], limit: int, factor: float) -> None:
    plain = reached(days(march(15), [float(one) for one in amounts]), 15, limit)
    scaled = forecast.reached(
        days(march(15), [one * factor for one in amounts]),
        march(15),
        STARTS,
        ENDS,
        limit * factor,
        unit=factor,
    )
    assert (scaled.expected, scaled.earliest, scaled.latest) == (plain.expected, plain.earliest, plain.latest)
    assert scaled.per_day == pytest.approx(plain.per_day * factor)


@given(amounts=st.lists(st.integers(1, 30), min_size=30, max_size=60), limit=st.integers(400, 2_000))
def test_the_date_is_where_going_on_at_that_rate_leads(amounts: list[int], limit: int) -> None:
    """By a second way: the sum of the same weekdays of the last weeks, level by the median week."""
    history = days(march(14), [float(one) for one in amounts])
    found = forecast.reached(history, march(15), STARTS, date(2026, 12, 31), limit)
    weeks = min(8, len(amounts) // 7)
    recent = [float(one) for one in amounts[-7 * weeks :]]
    sums = sorted(sum(recent[start : start + 7]) for start in range(0, len(recent), 7))
    middle = (sums[(weeks - 1) // 2] + sums[weeks // 2]) / 2
    used = sum(amounts[-14:])
    assume(used < limit)
    day, total = march(14), float(used)
    while total < limit - 1e-6:
        day += timedelta(days=1)
        same = [recent[place] for place in range((day - march(15)).days % 7, len(recent), 7)]
        total += sum(same) / weeks * middle * weeks / sum(recent)
    assert found.expected == (day if day <= date(2026, 12, 31) else None)


@pytest.mark.parametrize("earlier", [0, 28], ids=["new", "with a month before"])
@pytest.mark.parametrize("burst", [0.0, 0.5], ids=["by chance", "bursts"])
def test_the_interval_has_the_true_day_in_three_quarters_of_cases(earlier: int, burst: float) -> None:
    """1,500 months each, seen from a day between the 5th and the 26th. Of those in which the limit may be reached at
    all, the interval has the true day (or its absence from the month) in more than 75 %; it is made for 80 %.
    """
    random, right, told, width = Random(11), 0, 0, 0
    for _ in range(1_500):
        mean, today = 10 ** random.uniform(-0.3, 1.7), march(random.randint(5, 26))
        history = by_chance(random, means(ENDS, 31 + earlier, mean, random.choice(RHYTHMS)), burst)
        limit = max(1.0, mean * random.uniform(8, 35))
        found = forecast.reached([one for one in history if one[0] <= today], today, STARTS, ENDS, limit)
        if found.days_left == 0 or found.earliest is None:
            continue
        totals = accumulate(amount if day >= STARTS else 0 for day, amount in history)
        true = next(
            (day for (day, _), total in zip(history, totals, strict=True) if total >= limit), date.max
        )
        told += 1
        right += found.earliest <= true <= (found.latest or date.max)
        width += ((found.latest or ENDS) - found.earliest).days
    assert told > 500
    assert right / told >= 0.8, right / told
    assert width / told <= 12, f"an interval of a whole month says nothing: {width / told}"


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(2, 1.8856), (3, 1.6377), (5, 1.4759), (10, 1.3722), (30, 1.3104), (55, 1.2971)]
)
def test_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    """Student's t, 0.90: NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2."""
    assert forecast._student(freedom) == pytest.approx(quantile, abs=0.006)
