"""Who may do what: viewer < editor < admin, and staff by the admin's own permissions."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns_app.api.urls import RESOURCES
from tests.api.caller import Caller
from tests.build import a_person, a_source, an_event

pytestmark = pytest.mark.django_db

OFFER = {"slug": "seats", "name": "Seats"}
SOURCE = {"kind": "http"}


@pytest.mark.parametrize("name", RESOURCES)
def test_everybody_with_a_key_reads(viewer: Caller, name: str) -> None:
    assert viewer.get(f"/api/{name}/").status_code == 200
    assert viewer.get(f"/api/{name}").status_code == 200


@pytest.mark.parametrize("name", RESOURCES)
def test_nobody_reads_without_a_key(nobody: Caller, name: str) -> None:
    answer = nobody.get(f"/api/{name}/")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("role", "path", "body", "status"),
    [
        ("viewer", "/api/offers/", OFFER, 403),
        ("editor", "/api/offers/", OFFER, 201),
        ("admin", "/api/offers/", OFFER, 201),
        ("viewer", "/api/sources/", SOURCE, 403),
        ("editor", "/api/sources/", SOURCE, 403),
        ("admin", "/api/sources/", SOURCE, 201),
    ],
)
def test_writing_takes_a_role(role: str, path: str, body: Any, status: int) -> None:
    assert Caller(role).post(path, body).status_code == status


def test_viewers_see_masked_addresses(viewer: Caller, editor: Caller) -> None:
    person = a_person("u_1", email="ana@example.test", traits={"email": "ana@example.test"})
    an_event(person, "Invited", email="bob@example.test")
    for path in ("/api/people/u_1/", "/api/events/"):
        assert b"@example.test" not in viewer.get(path).content
        assert b"@example.test" in editor.get(path).content


def _staff(**fields: Any) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create(username="sam", **fields))
    return client


def test_a_superuser_reads_and_writes_with_the_session() -> None:
    client = _staff(is_staff=True, is_superuser=True)
    assert client.get("/api/offers/").status_code == 200
    client.get("/admin/login/")
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post(
        "/api/offers/", OFFER, content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert answer.status_code == 201


def test_a_session_without_its_csrf_token_changes_nothing() -> None:
    client = _staff(is_staff=True, is_superuser=True)
    answer = client.post("/api/offers/", OFFER, content_type="application/json")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["detail"]


def test_a_user_who_is_no_staff_is_refused() -> None:
    assert _staff(is_superuser=False).get("/api/offers/").status_code == 403


def test_staff_see_what_the_admin_lets_them_see() -> None:
    client = _staff(is_staff=True)
    assert client.get("/api/sources/").status_code == 403
    User.objects.get().user_permissions.add(Permission.objects.get(codename="view_source"))
    a_source()
    assert len(client.get("/api/sources/").json()["results"]) == 1
    assert client.get("/api/offers/").status_code == 403
