"""Back-tests and tests on a person by API."""

import json
from datetime import timedelta
from typing import Any

import pytest

from signals_app import back_tests
from signals_app.models import BackTest, Event
from tests.admin.world import a_definition
from tests.api.caller import Caller
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
WALKS = {"detector": "frequency", "config": {"event": "Walked", "count": 3, "days": 7}, "live": False}
RANGE = {"first": "2026-02-20", "last": "2026-03-10"}
PATH = "/api/signal-definitions/walks"


@pytest.fixture(autouse=True)
def walks(time: Time) -> None:
    a_definition("walks", **WALKS)
    ana = a_person("ana")
    for days in (3, 2):
        an_event(ana, "Walked", timedelta(days=days))


def said(answer: Any) -> Any:
    return json.loads(answer.content)


def test_a_back_test_is_started_and_read(editor: Caller, viewer: Caller) -> None:
    ben = a_person("ben")
    for days in (3, 2, 1):
        an_event(ben, "Walked", timedelta(days=days))
    answer = editor.post(f"{PATH}/back-test/", RANGE)
    assert (answer.status_code, said(answer)["state"]) == (202, "waiting")
    assert said(editor.post(f"{PATH}/back-test", RANGE))["id"] == said(answer)["id"]
    back_tests.run()
    (found,) = said(viewer.get(f"{PATH}/back-tests/"))["results"]
    assert (found["state"], found["progress"], found["total"], found["people"]) == ("done", 100, 1, 1)
    assert [day for day in found["days"] if day["count"]] == [{"day": "2026-03-09", "count": 1}]
    assert (found["samples"][0]["person"], len(found["days"])) == ("ben", 19)


def test_a_person_is_tried_as_they_stand_and_with_an_event(editor: Caller) -> None:
    (part,) = said(editor.post(f"{PATH}/test/", {"person": "ana"}))["parts"]
    assert (part["holds"], part["why_not"], part["lines"][0]["found"]) == (False, "It does not hold.", 2)
    event = {"type": "track", "event": "Walked", "userId": "x"}
    tried = said(editor.post(f"{PATH}/test", {"person": "ana", "event": event}))
    assert (tried["event"], tried["parts"][0]["would_be_found"]) == ("Walked", True)
    assert Event.objects.count() == 2


def test_what_a_call_says_of_them_or_of_the_account_that_it_names_is_tried(editor: Caller) -> None:
    trait = {"fact": "trait", "op": "is"}
    asked = {"all": [trait | {"of": "person", "name": "role", "value": "admin"},
                     trait | {"of": "account", "name": "plan", "value": "pro"}]}  # fmt: skip
    a_definition("asked", detector="rule", config={"rule": asked})
    cat = a_person("cat", an_account("acme", plan="free"), role="admin")
    cat.memberships.create(account=an_account("beta", plan="pro"), joined_at=clock.now())
    calls = [
        ({"type": "group", "groupId": "acme", "traits": {"plan": "pro"}}, "group", True),
        ({"type": "identify", "traits": {"role": "user"}, "context": {"groupId": "beta"}}, "identify", False),
        ({"type": "page", "name": "Home", "context": {"groupId": "beta"}}, "Home", True),
    ]
    for call, event, found in calls:
        tried = said(editor.post("/api/signal-definitions/asked/test", {"person": "cat", "event": call}))
        assert (tried["event"], tried["parts"][0]["would_be_found"]) == (event, found)
    cat.refresh_from_db()
    assert cat.role == "admin"


def test_an_event_that_the_door_refuses_is_explained(editor: Caller) -> None:
    tried = said(editor.post(f"{PATH}/test", {"person": "ana", "event": {"type": "track", "userId": "x"}}))
    assert tried["parts"] == []
    assert tried["rejected"][0]["reason"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("back-test", {"first": "2026-03-10", "last": "2026-02-20"}, 400),
        ("back-test", {"first": "2025-02-20", "last": "2026-02-20"}, 400),
        ("back-test", {**RANGE, "last": "2027-01-01"}, 400),
        ("back-test", {**RANGE, "more": 1}, 400),
        ("test", {"person": "nobody"}, 404),
        ("test", {}, 400),
        ("test", {"person": "ana", "event": "x"}, 400),
    ],
)
def test_what_makes_no_sense_is_refused(editor: Caller, path: str, body: Any, status: int) -> None:
    assert editor.post(f"{PATH}/{path}", body).status_code == status
    assert not BackTest.objects.exists()


def test_viewers_read_and_start_nothing(viewer: Caller) -> None:
    assert viewer.get(f"{PATH}/back-tests").status_code == 200
    assert viewer.post(f"{PATH}/back-test", RANGE).status_code == 403
    assert viewer.post(f"{PATH}/test", {"person": "ana"}).status_code == 403
    assert Caller(None).get(f"{PATH}/back-tests").status_code == 401
    assert viewer.get("/api/signal-definitions/nothing/back-tests").status_code == 404
