"""Segments by the API: made, changed, filled, explained and deleted."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app.models import Segment, SegmentMember
from tests.api.caller import Caller
from tests.build import a_person, an_account
from tests.conftest import Time
from tests.signals.segments_world import FREE, a_segment, inside, refreshed, within

pytestmark = pytest.mark.django_db
URL = "/api/segments/"
SAID = {"slug": "free", "name": "Free", "kind": "rule", "rule": FREE}


def told(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return json.loads(answer.content) if answer.content else None


def test_it_works(editor: Caller, viewer: Caller, time: Time) -> None:
    a_person("ana", an_account("acme", plan="free"))
    made = told(editor.post(URL, SAID), 201)
    assert (made["version"], made["edited"], made["refreshed_at"]) == (1, True, None)
    refreshed()
    assert told(viewer.get(f"{URL}free/"))["counted"] == 1
    (row,) = told(viewer.get(f"{URL}free/members/"))["results"]
    assert row == {"user_id": "ana", "since": "2026-03-10T10:00:00Z", "added_by": ""}
    why = told(viewer.get(f"{URL}free/why/?person=ana"))
    assert (why["inside"], why["belongs"], why["reason"]) == (True, True, "The rule holds for them.")
    assert why["lines"][0] | {"said": ""} == {
        "level": 0,
        "said": "",
        "holds": True,
        "value": "free",
        "wanted": "free",
    }


def test_a_changed_rule_is_a_new_version_for_which_everybody_is_judged_anew(
    editor: Caller, time: Time
) -> None:
    told(editor.post(URL, SAID), 201)
    refreshed()
    assert told(editor.patch(f"{URL}free/", {"name": "Other"}))["version"] == 1
    assert Segment.objects.get().refreshed_at
    changed = told(editor.patch(f"{URL}free/", {"rule": {**FREE, "value": "pro"}}))
    assert (changed["version"], changed["refreshed_at"]) == (2, None)


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"rule": {"fact": "moon"}}, "#/rule"),
        ({"rule": within("free")}, "#/rule"),
        ({"rule": within("nothing")}, "#/rule"),
        ({"kind": "list"}, "#/rule"),
        ({"kind": "list", "rule": {}, "live": False}, "#/live"),
        ({"upto": 5}, "#/upto"),
        ({"counted": 5}, "#/counted"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(editor: Caller, said: Any, pointer: str) -> None:
    errors = told(editor.post(URL, SAID | said), 400)["errors"]
    assert errors[0]["pointer"] == pointer
    assert not Segment.objects.exists()


def test_its_slug_and_kind_stay(editor: Caller) -> None:
    a_segment("friends")
    for said in ({"slug": "other"}, {"kind": "rule", "rule": FREE}):
        assert told(editor.patch(f"{URL}friends/", said), 400)


def test_a_list_is_filled_and_emptied(editor: Caller, viewer: Caller) -> None:
    a_segment("friends")
    for user in ("ana", "bob", "cem"):
        a_person(user)
    assert told(editor.post(f"{URL}friends/members/", {"user_ids": ["ana", "x", "bob"]})) == {
        "added": 2,
        "already": 0,
        "removed": 0,
        "unknown": ["x"],
    }
    changed = told(editor.post(f"{URL}friends/members", {"user_ids": ["cem", "bob"], "remove": ["ana", "y"]}))
    assert (changed["added"], changed["already"], changed["removed"]) == (1, 1, 1)
    assert SegmentMember.objects.get(person__user_id="cem").added_by == "API key test editor"
    assert told(editor.call("DELETE", f"{URL}friends/members/?user_id=bob"), 204) is None
    assert told(editor.call("DELETE", f"{URL}friends/members/?user_id=bob"), 204) is None
    assert inside("friends") == {"cem"}
    assert told(viewer.post(f"{URL}friends/members/", {"user_ids": ["ana"]}), 403)
    assert told(viewer.call("DELETE", f"{URL}friends/members/?user_id=cem"), 403)


def test_members_are_paged(editor: Caller, viewer: Caller) -> None:
    a_segment("friends")
    users = [str(a_person().user_id) for _ in range(5)]
    told(editor.post(f"{URL}friends/members/", {"user_ids": users}))
    rows = viewer.all(f"{URL}friends/members/", 2)
    assert [row["user_id"] for row in rows] == users
    (one,) = told(viewer.get(f"{URL}friends/members/?user_id={users[3]}"))["results"]
    assert one["user_id"] == users[3]


@pytest.mark.parametrize(
    "body", [{"user_ids": "ana"}, {"user_ids": [1, None]}, {"people": []}, [], {"user_ids": ["x" * 201]}]
)
def test_a_list_of_something_else_is_refused(editor: Caller, body: Any) -> None:
    a_segment("friends")
    assert told(editor.post(f"{URL}friends/members/", body), 400)["errors"]


def test_whom_a_rule_put_in_is_not_taken_out_by_hand(editor: Caller) -> None:
    a_segment("free", FREE)
    for answer in (
        editor.post(f"{URL}free/members/", {"user_ids": ["ana"]}),
        editor.call("DELETE", f"{URL}free/members/?user_id=ana"),
    ):
        assert "goes by its rule" in told(answer, 409)["detail"]


def test_it_is_deleted_unless_something_live_refers_to_it(editor: Caller, viewer: Caller) -> None:
    a_segment("a", FREE)
    a_segment("b", within("a"))
    assert told(viewer.call("DELETE", f"{URL}a/"), 403)
    assert "the segment b refers to it" in told(editor.call("DELETE", f"{URL}a/"), 409)["detail"]
    assert (
        "the segment b refers" in told(editor.patch(f"{URL}a/", {"live": False}), 400)["errors"][0]["message"]
    )
    assert told(editor.patch(f"{URL}b/", {"live": False}))["live"] is False
    assert told(editor.call("DELETE", f"{URL}a/"), 204) is None
    assert Segment.objects.get().slug == "b"


def test_who_and_what_is_asked_about_must_exist(viewer: Caller) -> None:
    a_segment("free", FREE)
    assert told(viewer.get(f"{URL}none/members/"), 404)
    assert told(viewer.get(f"{URL}none/why/?person=ana"), 404)
    assert told(viewer.get(f"{URL}free/why/?person=ana"), 404)
    assert told(viewer.get(f"{URL}free/why/"), 400)["errors"][0]["pointer"] == "?person"
    assert told(viewer.get(f"{URL}free/members/?q=x"), 400)["errors"][0]["pointer"] == "?q"


def test_staff_need_the_right_to_delete() -> None:
    a_segment("friends")
    client = Client()
    user = User.objects.create(username="sam", is_staff=True)
    client.force_login(user)
    user.user_permissions.add(Permission.objects.get(codename="change_segment"))
    assert client.delete(f"{URL}friends/").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="delete_segment"))
    assert client.delete(f"{URL}friends/").status_code == 204
