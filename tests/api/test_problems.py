"""Every error is a problem (RFC 9457) that says what to correct."""

import json
from typing import Any

import pytest
from django.db import connection

from campaigns_app.models import IdempotencyKey
from tests.api.caller import Caller, a_playbook, an_offer
from tests.build import a_person

pytestmark = pytest.mark.django_db

OFFER = {"slug": "seats", "name": "Seats"}


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The body of an answer, after checking what holds for every problem."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(answer.content)
    assert body.keys() == {"type", "title", "status", "detail", "request_id", "errors"}
    assert body["status"] == status
    assert body["request_id"] == answer["X-Request-Id"]
    assert body["detail"]
    return body


def pointers(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(error["pointer"], error["code"]) for error in body["errors"]}


def test_400_names_every_field(editor: Caller) -> None:
    said = {"name": "", "priority": "high", "product": "nothing", "caps": [{"at_most": 0}]}
    body = problem(editor.post("/api/offers/", said), 400)
    assert pointers(body) == {
        ("#/slug", "required"),
        ("#/name", "blank"),
        ("#/priority", "invalid"),
        ("#/product", "does_not_exist"),
        ("#/caps/0/at_most", "min_value"),
    }


def test_400_names_fields_that_do_not_exist_or_are_read_only(editor: Caller) -> None:
    body = problem(editor.post("/api/offers/", {**OFFER, "prise": 1, "edited": False, "id": 7}), 400)
    assert pointers(body) == {("#/prise", "unknown"), ("#/edited", "read_only"), ("#/id", "unknown")}


def test_400_points_into_lists(editor: Caller) -> None:
    treatments = [
        {"channel": "in_app", "headline": "Hi", "body": "<p>Hi</p>"},
        {"channel": "email", "headline": "Hi", "body": "{% if %}"},
    ]
    body = problem(editor.post("/api/templates/", {**OFFER, "treatments": treatments}), 400)
    assert pointers(body) == {("#/treatments/1/body", "broken")}


@pytest.mark.parametrize("path", ["/api/people/?nmae=x", "/api/people/u_1/?limit=1", "/api/explain/?who=x"])
def test_400_for_a_query_parameter_that_does_not_exist(viewer: Caller, path: str) -> None:
    body = problem(viewer.get(path), 400)
    name = path.partition("?")[2].partition("=")[0]
    assert pointers(body) == {(f"?{name}", "unknown")}


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=0001-01-01T00:00:00%2B14:00",
        "to=",
        "source=x",
        "source=-1",
        "person=a%00b",
        "kind=a&kind=b",
        f"source={'9' * 30}",
    ],
)
def test_400_for_a_filter_that_makes_no_sense(viewer: Caller, query: str) -> None:
    body = problem(viewer.get(f"/api/events/?{query}"), 400)
    assert {pointer for pointer, _ in pointers(body)} == {f"?{query.partition('=')[0]}"}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "",
        "null",
        "[]",
        "3",
        '"x"',
        '{"slug": "a", "slug": "b"}',
        '{"name": "\\u0000"}',
        '{"name": "\\ud800"}',
        '{"priority": NaN}',
        "[" * 100000,
        '{"slug": "x", "name": "y", "priority": 99999999999999999999}',
    ],
)
def test_400_for_a_body_that_is_no_sound_object(editor: Caller, text: str) -> None:
    problem(editor.call("POST", "/api/offers/", text), 400)


def test_401_without_a_key(nobody: Caller) -> None:
    problem(nobody.get("/api/offers/"), 401)
    problem(nobody.get("/api/no-such-thing"), 401)


def test_403_for_a_role_that_may_not(viewer: Caller) -> None:
    problem(viewer.post("/api/offers/", OFFER), 403)


@pytest.mark.parametrize(
    "path",
    [
        "people/u_0/",
        "people/u_0/timeline/",
        "people/%00/",
        "people/a%0Ab/",
        "events/1/",
        f"events/{'9' * 18}/",
        "events/x/",
        "offers/none",
        "deliveries/00000000-0000-4000-8000-000000000000/",
        "deliveries/x/",
        f"deliveries/{'-' * 36}/",
        "no-such-thing",
        "",
        "explain/?person=u_0",
        "people//timeline/",
    ],
)
def test_404_for_what_is_not_there(viewer: Caller, path: str) -> None:
    problem(viewer.get(f"/api/{path}"), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "offers/pro-plan/"),
        ("PUT", "offers/pro-plan/"),
        ("POST", "people/"),
        ("PATCH", "events/1/"),
        ("GET", "sandbox/clock/"),
        ("POST", "explain/"),
        ("OPTIONS", "offers/"),
        ("TRACE", "offers/"),
    ],
)
def test_405_whatever_the_role(viewer: Caller, method: str, path: str) -> None:
    answer = viewer.call(method, f"/api/{path}")
    problem(answer, 405)
    assert method not in answer["Allow"]


def test_409_for_a_name_that_is_taken_meanwhile(editor: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers pass the check at the same time; the database's constraint has the last word."""
    an_offer("seats")
    monkeypatch.setattr("rest_framework.validators.UniqueValidator.__call__", lambda *_: None)
    problem(editor.post("/api/offers/", OFFER), 409)


def test_409_while_the_first_request_is_still_running(editor: Caller) -> None:
    assert editor.post("/api/offers/", OFFER, Idempotency_Key="one").status_code == 201
    IdempotencyKey.objects.update(status=None)
    problem(editor.post("/api/offers/", OFFER, Idempotency_Key="one"), 409)


def test_413_for_a_huge_body(editor: Caller) -> None:
    problem(editor.call("POST", "/api/offers/", json.dumps({**OFFER, "plan": "x" * 1_100_000})), 413)


def test_415_for_another_media_type(editor: Caller) -> None:
    answer = editor.client.post("/api/offers/", OFFER, headers={"Authorization": f"Bearer {editor.key}"})
    problem(answer, 415)


def test_422_for_a_key_that_comes_back_with_another_body(editor: Caller) -> None:
    editor.post("/api/offers/", OFFER, Idempotency_Key="one")
    problem(editor.post("/api/offers/", {**OFFER, "slug": "more"}, Idempotency_Key="one"), 422)


def test_a_slug_does_not_change(editor: Caller) -> None:
    an_offer("seats")
    body = problem(editor.patch("/api/offers/seats/", {"slug": "chairs"}), 400)
    assert pointers(body) == {("#/slug", "fixed")}


def test_a_playbook_without_a_published_version_does_not_go_live(editor: Caller) -> None:
    playbook = a_playbook()
    playbook.live_version, playbook.live = None, False
    playbook.save()
    body = problem(editor.patch(f"/api/playbooks/{playbook.slug}/", {"live": True}), 400)
    assert pointers(body) == {("#/live", "unpublished")}


def test_the_callers_request_id_comes_back(viewer: Caller) -> None:
    assert problem(viewer.get("/api/x", X_Request_Id="abc-1"), 404)["request_id"] == "abc-1"
    assert problem(viewer.get("/api/x", X_Request_Id="no spaces"), 404)["request_id"] != "no spaces"
    assert viewer.get("/api/offers/", X_Request_Id="abc-2")["X-Request-Id"] == "abc-2"


@pytest.mark.django_db(transaction=True)
def test_503_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    viewer = Caller("viewer")
    connection.close()
    with monkeypatch.context() as broken:
        broken.setitem(connection.settings_dict, "PORT", "1")
        answer = viewer.get("/api/offers/")
        connection.close()
    problem(answer, 503)
    assert int(answer["Retry-After"]) > 0
    assert viewer.get("/api/offers/").status_code == 200


def test_500_hides_what_happened_and_names_it_in_the_log(
    viewer: Caller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("campaigns_app.explain.evaluations", lambda *_: 1 / 0)
    a_person("u_1")
    body = problem(viewer.get("/api/explain/?person=u_1"), 500)
    assert "zero" not in json.dumps(body)
    assert any(body["request_id"] in record.getMessage() for record in caplog.records)
