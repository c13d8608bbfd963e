"""What somebody does within a minute is looked at once; whatever tells more of them is looked at for itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people_app import alike
from people_app.item import Said, Who
from signals_app.incoming import Incoming

AT = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)


def done(seconds: int = 0, **fields: Any) -> Incoming:
    given = {"kind": "track", "message_id": "m", "name": "E", "user_id": "ana", **fields}
    return Incoming(occurred_at=AT + timedelta(seconds=seconds), **given)


def test_of_a_minute_the_earliest_stands_for_all_and_its_answer_is_theirs() -> None:
    items = [done(20), done(5, name="F", properties={"n": 1}), done(10, kind="page"), done(40)]
    few, places = alike.one_each([Said(items, "http")])
    assert few == [Said([items[1], items[3]], "http")]
    first, second = Who(person_id=1), Who(person_id=2)
    assert alike.spread([[first, second]], places) == [first, first, first, second]


def test_answers_come_in_the_order_of_the_items_whoever_sent_them() -> None:
    said = [Said([done(), done(user_id="ben"), done(1)], "http"), Said([], "stripe"), Said([done(2)], "web")]
    few, places = alike.one_each(said)
    assert [len(one.items) for one in few] == [2, 0, 1]
    who = [[Who(1), Who(2)], [], [Who(3)]]
    assert [answer.person_id for answer in alike.spread(who, places)] == [1, 2, 1, 3]


@pytest.mark.parametrize(
    "other",
    [
        {"user_id": "ben"},
        {"anonymous_id": "a"},
        {"group_id": "acme"},
        {"active": False},
        {"context": {"timezone": "Asia/Tokyo"}},
        {"context": {"locale": "de"}},
        {"context": {"device_type": "ios"}},
        {"context": {"push_address": "fcm:a-token"}},
    ],
)
def test_who_or_where_they_are_tells_items_apart(other: dict[str, Any]) -> None:
    few, _ = alike.one_each([Said([done(), done(**other)], "http")])
    assert len(few[0].items) == 2


def test_the_page_they_are_on_does_not() -> None:
    pages = [done(context={"page_url": f"/{n}", "timezone": "Asia/Tokyo"}) for n in range(3)]
    assert len(alike.one_each([Said(pages, "http")])[0][0].items) == 1


@pytest.mark.parametrize(
    "telling",
    [
        {"kind": "identify"},
        {"kind": "group", "group_id": "acme"},
        {"kind": "alias", "previous_id": "b"},
        {"kind": "delete"},
        {"name": "Plan Upgraded"},
        {"account_traits": {"plan": "pro"}},
        {"account_ids": {"stripe_customer_id": "cus_1"}},
        {"person_ids": {"zendesk_requester_id": "z"}},
        {"lookup": {"email": "a@x.test"}},
        {"previous_id": "b"},
    ],
)
def test_what_tells_more_is_looked_at_for_itself(telling: dict[str, Any]) -> None:
    items = [done(**telling), done(**telling), replace(done(), message_id="n")]
    assert len(alike.one_each([Said(items, "http")])[0][0].items) == 3
