"""Placements are written by the API; one in use stays."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns_app.models import Step
from offers_app.models import Placement, Proposition
from tests.api.caller import Caller, a_delivery, a_playbook
from tests.build import a_person, an_account
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
SAID = {"slug": "bar", "name": "Bar", "format": "banner"}
PATH = "/api/placements/bar/"


def body(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(json.loads(answer.content))


def used_by_a_playbook() -> None:
    version = a_playbook().live_version
    assert version
    Step.objects.create(
        version=version, position=1, kind="message", config={"channel": "in_app", "placement": "bar"}
    )


def waits(**more: Any) -> None:
    """An offer that is to be seen there."""
    delivery = a_delivery(a_person("ana", an_account("acme")))
    said = {"placement": "bar", "expires_at": clock.now() + timedelta(days=1)}
    Proposition.objects.filter(pk=delivery.proposition_id).update(**said | more)


def test_one_is_made_read_changed_and_deleted(editor: Caller) -> None:
    assert body(editor.post("/api/placements/", SAID), 201) == SAID
    assert body(editor.get(PATH)) == SAID
    assert body(editor.patch(PATH, {"format": "modal"}))["format"] == "modal"
    assert body(editor.get("/api/placements/?format=banner"))["results"] == []
    assert editor.patch(PATH, {"slug": "other"}).status_code == 400
    assert editor.post("/api/placements/", SAID | {"slug": "x", "format": "popup"}).status_code == 400
    assert editor.post("/api/placements/", SAID).status_code in (400, 409)
    assert editor.call("DELETE", PATH).status_code == 204
    assert not Placement.objects.exists()


def test_one_in_use_is_not_deleted(editor: Caller) -> None:
    Placement.objects.create(**SAID)
    used_by_a_playbook()
    said = body(editor.call("DELETE", PATH), 409)["detail"]
    assert said == "bar cannot be deleted: the playbook power-user-upsell refers to it."


def test_one_in_which_an_offer_waits_is_not_deleted(editor: Caller) -> None:
    Placement.objects.create(**SAID)
    waits()
    assert "offers wait there" in body(editor.call("DELETE", PATH), 409)["detail"]
    Proposition.objects.update(state="ended")
    assert editor.call("DELETE", PATH).status_code == 204


def test_a_viewer_deletes_none(viewer: Caller) -> None:
    Placement.objects.create(**SAID)
    assert viewer.call("DELETE", PATH).status_code == 403


def test_the_admin_keeps_it_too_and_its_slug(admin_client: Client) -> None:
    row = Placement.objects.create(**SAID)
    used_by_a_playbook()
    waits()
    path = f"/admin/offers_app/placement/{row.pk}"
    page = admin_client.get(f"{path}/delete/").content.decode()
    assert "cannot be deleted" in page and "offers wait there" in page
    admin_client.post(f"{path}/delete/", {"post": "yes"})
    admin_client.post(f"{path}/change/", {"slug": "other", "name": "New", "format": "modal"})
    row.refresh_from_db()
    assert (row.slug, row.name) == ("bar", "New")
