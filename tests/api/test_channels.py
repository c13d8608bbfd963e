"""Accounts at providers by the API: checked like in the admin, secrets never told."""

import json
from typing import Any

import pytest

from campaigns_app.models import ChannelAccount
from tests.api.caller import Caller
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
PATH = "/api/channels/"
GIVEN = {"account_sid": "AC1", "from": "+14155550199"}
WANTED: dict[str, Any] = {
    "provider": "twilio",
    "channel": "sms",
    "name": "Ours",
    "given": GIVEN,
    "secrets": {"auth_token": "tell-nobody"},
}


def test_it_is_made_listed_and_changed_without_its_secrets(admin: Caller) -> None:
    made = admin.post(PATH, WANTED)
    assert made.status_code == 201 and "tell-nobody" not in made.content.decode()
    row = ChannelAccount.objects.get()
    assert row.values == {**GIVEN, "auth_token": "tell-nobody"}
    (listed,) = json.loads(admin.get(f"{PATH}?channel=sms").content)["results"]
    assert "secrets" not in listed and listed["given"] == GIVEN
    ChannelAccount.objects.update(broken_at=clock.real(), failures=3)
    assert admin.patch(f"{PATH}{row.pk}/", {"position": 4, "active": False}).status_code == 200
    row.refresh_from_db()
    assert (row.position, row.active, row.failures, row.values["auth_token"]) == (4, False, 3, "tell-nobody")
    assert admin.patch(f"{PATH}{row.pk}/", {"secrets": {"auth_token": "new"}}).status_code == 200
    row.refresh_from_db()
    assert (row.failures, row.broken_at, row.values["auth_token"]) == (0, None, "new")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"provider": "nobody"}, "#/provider"),
        ({"channel": "push"}, "#/provider"),
        ({"channel": "smoke"}, "#/channel"),
        ({"secrets": {}}, "#/secrets/auth_token"),
        ({"given": {"account_sid": "AC1"}}, "#/given/from"),
        ({"given": {**GIVEN, "auth_token": "x"}}, "#/given/auth_token"),
        ({"secrets": {"auth_token": "x", "else": "y"}}, "#/secrets/else"),
        ({"secrets": {"auth_token": "a\nb"}}, "#/secrets/auth_token"),
        ({"base_url": "http://twilio.example"}, "#/base_url"),
        ({"given": []}, "#/given"),
    ],
)
def test_what_cannot_work_is_refused_at_its_place(
    admin: Caller, fields: dict[str, Any], pointer: str
) -> None:
    answer = admin.post(PATH, {**WANTED, **fields})
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in json.loads(answer.content)["errors"]]
    assert not ChannelAccount.objects.exists()


def test_kept_secrets_do_not_move_to_another_address(admin: Caller) -> None:
    admin.post(PATH, WANTED)
    path = f"{PATH}{ChannelAccount.objects.get().pk}/"
    moved = {"base_url": "https://mine.example"}
    assert admin.patch(path, moved).status_code == 400
    assert admin.patch(path, {**moved, "secrets": {"auth_token": "other"}}).status_code == 200
    assert admin.patch(path, {"provider": "keyed"}).status_code == 400


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_only_administrators_write(role: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(role).post(PATH, WANTED).status_code == 403
