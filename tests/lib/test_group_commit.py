"""Rows that come together are committed together, and nobody is told before."""

import threading
from typing import Any

import pytest
from django.db import DataError, OperationalError

from upsell_project.lib import group_commit
from upsell_project.lib.group_commit import Line, Promise

SECONDS = 10


class Table:
    """What was written, a list a statement. The first statement waits until it is let go."""

    def __init__(self) -> None:
        self.groups: list[list[Any]] = []
        self.told = threading.Event()
        self.writing, self.go_on = threading.Event(), threading.Event()
        self.errors: list[Exception] = []

    def write(self, rows: list[Any]) -> None:
        self.writing.set()
        assert self.go_on.wait(SECONDS)
        if self.errors:
            raise self.errors.pop(0)
        if ("bad",) in rows:
            raise DataError("bad")
        self.groups.append(rows)

    def line(self) -> Line:
        return Line(self.write, self.told.set)


def handed_in(line: Line, *rows: str, size: int = 1) -> list[Promise]:
    with group_commit.held_back() as promises:
        for row in rows:
            line.add((row,), size)
    return promises


def failures(promises: list[Promise]) -> list[type | None]:
    return [type(error) if (error := promise.exception(SECONDS)) else None for promise in promises]


@pytest.fixture
def table() -> Table:
    return Table()


def test_what_comes_during_one_commit_goes_into_the_next(table: Table) -> None:
    line = table.line()
    first = handed_in(line, "a")
    assert table.writing.wait(SECONDS)
    others = handed_in(line, "b", "c", "d")
    assert not any(promise.done() for promise in first + others)
    table.go_on.set()
    group_commit.settle(first + others)
    assert table.groups == [[("a",)], [("b",), ("c",), ("d",)]]
    assert table.told.wait(SECONDS)


def test_a_group_has_a_limit(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "MAX_ROWS", 2)
    line = table.line()
    promises = handed_in(line, "a")
    assert table.writing.wait(SECONDS)
    promises += handed_in(line, "b", "c", "d")
    table.go_on.set()
    group_commit.settle(promises)
    assert [len(group) for group in table.groups] == [1, 2, 1]


@pytest.mark.parametrize(
    ("size", "groups"),
    [
        (group_commit.MAX_BYTES // 2 - 1, [1, 3, 2]),
        (group_commit.MAX_BYTES // 2, [1, 2, 2, 1]),
        (3 * group_commit.MAX_BYTES, [1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_group_is_full_with_so_many_bytes_but_never_empty(
    table: Table, size: int, groups: list[int]
) -> None:
    line = table.line()
    promises = handed_in(line, "a", size=size)
    assert table.writing.wait(SECONDS)
    promises += handed_in(line, *"bcdef", size=size)
    table.go_on.set()
    group_commit.settle(promises)
    assert [len(group) for group in table.groups] == groups
    assert [row for group in table.groups for (row,) in group] == [*"abcdef"]


def test_a_row_that_the_database_refuses_costs_no_other_one(
    table: Table, caplog: pytest.LogCaptureFixture
) -> None:
    line = table.line()
    promises = handed_in(line, "a")
    assert table.writing.wait(SECONDS)
    promises += handed_in(line, "b", "bad", "c")
    table.go_on.set()
    assert failures(promises) == [None, None, DataError, None]
    assert table.groups == [[("a",)], [("b",)], [("c",)]]
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    assert "DataError" in caplog.text


def test_settling_waits_for_every_promise_and_tells_of_any(table: Table) -> None:
    other = Table()
    promises = handed_in(table.line(), "bad") + handed_in(other.line(), "a")
    other.go_on.set()
    assert promises[1].exception(SECONDS) is None
    assert not promises[0].done()
    table.go_on.set()
    with pytest.raises(DataError):
        group_commit.settle(promises)


def test_a_connection_that_died_since_is_replaced_once(table: Table) -> None:
    table.go_on.set()
    table.errors = [OperationalError("closed")]
    assert failures(handed_in(table.line(), "a")) == [None]
    assert table.groups == [[("a",)]]


def test_while_the_database_is_away_nothing_is_acknowledged_and_then_it_goes_on(table: Table) -> None:
    line = table.line()
    table.errors = [OperationalError("away"), OperationalError("away")]
    promises = handed_in(line, "a")
    assert table.writing.wait(SECONDS)
    table.go_on.set()
    assert failures(promises) == [OperationalError]
    with pytest.raises(OperationalError):
        group_commit.settle(promises)
    assert failures(handed_in(line, "b")) == [None]
    assert table.groups == [[("b",)]]


def test_a_hint_that_fails_stops_nothing() -> None:
    def fail() -> None:
        raise RuntimeError("no hint")

    kept: list[Any] = []
    line = Line(kept.extend, fail)
    group_commit.settle(handed_in(line, "a"))
    group_commit.settle(handed_in(line, "b"))
    assert kept == [("a",), ("b",)]


def test_where_nobody_keeps_answers_back_it_is_written_there_and_then() -> None:
    threads: list[threading.Thread] = []
    line = Line(lambda rows: threads.append(threading.current_thread()), lambda: None)
    line.add(("a",), 1)
    assert threads == [threading.current_thread()]
