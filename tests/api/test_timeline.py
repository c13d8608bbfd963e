"""`/api/people/<user_id>/timeline/`, with odd user ids and all its pages."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.caller import Caller, a_delivery
from tests.build import a_permission, a_person, an_event

pytestmark = pytest.mark.django_db


def test_it_tells_everything_newest_first(viewer: Caller) -> None:
    person = a_person("u_1", email="ana@example.test")
    an_event(person, "Report Exported", timedelta(days=1), email="ana@example.test")
    a_permission(person, "email")
    a_delivery(person)
    answer = viewer.get("/api/people/u_1/timeline/")
    body = json.loads(answer.content)
    assert {"event", "signal", "enrollment", "decision", "delivery", "consent"} == {
        row["kind"] for row in body["results"]
    }
    assert all(row.keys() == {"at", "kind", "summary", "data"} for row in body["results"])
    moments = [row["at"] for row in body["results"]]
    assert moments == sorted(moments, reverse=True)
    assert body["next"] is None
    assert b"ana@example.test" not in answer.content


def test_its_pages_hold_every_line_once(viewer: Caller) -> None:
    person = a_person("u_1")
    for minute in range(7):
        an_event(person, f"Event {minute}", timedelta(minutes=minute // 2))
    rows: list[dict[str, Any]] = viewer.all("/api/people/u_1/timeline/", 2)
    assert sorted(row["summary"] for row in rows) == [f"Event {minute}" for minute in range(7)]


@pytest.mark.parametrize("user_id", ["a/b", "ana@example.test", "x y", "timeline", "ünï", "100%", "a?b#c"])
def test_any_user_id_can_be_addressed(viewer: Caller, user_id: str) -> None:
    a_person(user_id)
    path = f"/api/people/{quote(user_id, safe='')}"
    assert json.loads(viewer.get(f"{path}/").content)["user_id"] == user_id
    assert viewer.get(f"{path}/timeline/").status_code == 200
    assert viewer.get(f"{path}/timeline").status_code == 200


def test_a_forged_cursor_is_refused(viewer: Caller) -> None:
    a_person("u_1")
    for cursor in ("x", "bnVsbA", "W10", "%00", "WyIyMDI2IiwgMCwgIjEiXQ"):
        assert viewer.get(f"/api/people/u_1/timeline/?cursor={cursor}").status_code == 400
