"""A refused item costs only itself; what is wrong with the whole is said once."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upsell_project.lib import strict_items
from upsell_project.lib.strict_items import Limits
from upsell_project.lib.strict_json import NotJson, Refused, TooLarge

BAD = {
    "NaN": "NaN",
    "duplicate key": '{"a": 1, "a": 2}',
    "NUL": '"\\u0000"',
    "half a surrogate pair": '"\\ud83d"',
    "huge integer": "9" * 30,
    "depth": "[" * 60 + "]" * 60,
    "size": '"' + "x" * 40_000 + '"',
}


def found(plain: str, way: str, limits: Limits = strict_items.SDK) -> strict_items.Items:
    if way == "under":
        return strict_items.under(f'{{"k": 1, "batch": {plain}}}'.encode(), "batch", limits)
    return strict_items.alone(plain.encode(), limits)


@pytest.mark.parametrize("way", ["under", "alone"])
@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_item_costs_only_itself(way: str, bad: str) -> None:
    items = found(f'[{{"n": 1}}, {{"x": {bad}}}, {{"n": 3}}]', way)
    assert items.taken == [(0, {"n": 1}), (2, {"n": 3})]
    ((index, error, text),) = items.refused
    assert (index, text.strip()) == (1, f'{{"x": {bad}}}')
    assert error.reason
    assert items.head == ({"k": 1} if way == "under" else {})


@pytest.mark.parametrize("way", ["under", "alone"])
def test_the_count_and_the_size_are_limited(way: str) -> None:
    assert len(found("[1,2,3]", way, Limits(items=3)).taken) == 3
    with pytest.raises(TooLarge, match="more than 2 events"):
        found("[1,2,3]", way, Limits(items=2))
    with pytest.raises(TooLarge, match="more than 2 events"):
        found("[1,2,NaN]", way, Limits(items=2))
    assert [index for index, _, _ in found('["ä", "äää"]', way, Limits(item=6)).refused] == [1]


def test_one_item_by_itself_is_a_batch_of_one() -> None:
    assert found('{"n": 1}', "alone").taken == [(0, {"n": 1})]
    assert [index for index, _, _ in found('{"n": NaN}', "alone").refused] == [0]
    with pytest.raises(TooLarge):
        found('{"n": "' + "x" * 40_000 + '"}', "alone")


@pytest.mark.parametrize(
    "plain", ["", "{", "7", '"a"', "null", "[1] 2", '[NaN], "b": 2', "[NaN] 2", "\x00", "[1,]", "[NaN,]"]
)
def test_what_is_no_batch_is_refused_whole(plain: str) -> None:
    with pytest.raises(Refused):
        found(plain, "alone")


@pytest.mark.parametrize(
    "whole", [b"[]", b"{}", b'{"batch": 1}', b'{"batch": [NaN]} x', b'{"b\\u0061tch": [NaN]}', b"\xff"]
)
def test_an_object_without_its_array_is_refused_whole(whole: bytes) -> None:
    with pytest.raises(Refused):
        strict_items.under(whole, "batch")


def test_lines_are_items_and_a_broken_one_is_refused_alone() -> None:
    items = strict_items.lines(b'{"n": 1}\n\n{broken\r\n{"n": NaN}\n{"n": 4}')
    assert items.taken == [(0, {"n": 1}), (3, {"n": 4})]
    assert [(index, isinstance(error, NotJson)) for index, error, _ in items.refused] == [
        (1, True),
        (2, False),
    ]


def test_the_sender_of_a_refused_item_is_still_known() -> None:
    assert strict_items.said_by('{"token": "k", "n": NaN}')["token"] == "k"
    assert (
        strict_items.said_by("[1]") == strict_items.said_by("{") == strict_items.said_by("[" * 100_000) == {}
    )


@pytest.mark.parametrize(
    ("value", "result"), [("a", "a"), (7, "7"), (7.0, "7"), (" ", None), (None, None), ("", None)]
)
def test_ids_are_text(value: Any, result: str | None) -> None:
    assert strict_items.id_at({"id": value}, "id", 5) == result


@pytest.mark.parametrize("value", [True, 1.5, [], {}, "toolong"])
def test_what_is_no_id_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(Refused) as refused:
        strict_items.id_at({"id": value}, "id", 5, "properties.")
    assert refused.value.path == "properties.id"


VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.integers(), st.lists, max_leaves=10
)


@settings(deadline=None)
@given(st.lists(VALUES, max_size=5))
def test_every_item_is_taken_as_it_is_or_refused(values: list[Any]) -> None:
    items = strict_items.alone(json.dumps(values).encode())
    refused = [index for index, _, _ in items.refused]
    assert sorted([*refused, *(index for index, _ in items.taken)]) == list(range(len(values)))
    assert all(values[index] == item for index, item in items.taken)
