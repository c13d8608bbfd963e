"""After a negative act pressure never rises: with it there is never more contact than without it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from campaigns_app.models import Delivery
from offers_app.models import Proposition
from tests.build import an_account
from tests.conftest import Time
from tests.engine import MORNING, act, enrolled, somebody, touches, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
NEGATIVE: dict[str, dict[str, Any]] = {
    "dismissed": {},
    "declined": {},
    "snoozed": {"snooze_days": 7},
    "opted_out": {},
    "feedback": {"answer": "intrusive"},
}
HOURS = [1, 11, 13, 25, 30, 37, 60]
acts = st.lists(
    st.tuples(st.sampled_from(HOURS), st.sampled_from(["viewed", "clicked", "dismissed"])), max_size=3
)


def contacts(
    time: Time, start: int, history: list[tuple[int, str]], negative: tuple[int, str] | None, mrr: int
) -> list[Any]:
    """When somebody was reached in five days in which these acts happened (hour, kind), and all of it undone."""
    with transaction.atomic():
        time.set(MORNING + timedelta(hours=start))
        person = somebody(account=an_account(caps={"exports": 20}, mrr=mrr))
        enrolled(person)
        work()
        for hour in sorted({*HOURS, 12, 24, 36, 48, 72, 96, 120}):
            time.set(MORNING + timedelta(hours=start + hour))
            work()
            for _, kind in (one for one in history if one[0] == hour):
                answer(person, kind, {})
            if negative and negative[0] == hour:
                answer(person, negative[1], NEGATIVE[negative[1]])
        found = touches(person)
        assert not Delivery.objects.filter(state="unknown").exists()
        transaction.set_rollback(True)
    return found


def answer(person: Any, kind: str, data: dict[str, Any]) -> None:
    newest = Proposition.objects.filter(person=person).order_by("-ready_at")[0]
    act(person, newest, kind, **data)


@given(
    st.sampled_from([0, 4, 9]),
    acts,
    st.sampled_from(HOURS),
    st.sampled_from(sorted(NEGATIVE)),
    st.sampled_from([0, 900]),
)
@examples(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_over_random_histories(
    time: Time, settings: Any, start: int, history: list[tuple[int, str]], hour: int, kind: str, mrr: int
) -> None:
    settings.HOLDOUT_PERCENT = 0
    with_it = contacts(time, start, history, (hour, kind), mrr)
    without = contacts(time, start, history, None, mrr)
    moment = MORNING + timedelta(hours=start + hour)
    after = [(channel, at) for channel, at in with_it if at > moment]
    assert len(after) <= len([at for _, at in without if at > moment])
    if kind != "dismissed":
        assert after == []
    for (_, usual), (_, then) in zip(without, with_it, strict=False):
        assert then >= usual, "nothing comes sooner because of it"
