"""Every model has an admin; its home page, its theme, and what strangers see."""

from pathlib import Path

import pytest
import unfold
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, override_settings
from django.urls import reverse

from tests.admin.world import a_world

OURS = ("people_app", "consent_app", "signals_app", "offers_app", "campaigns_app", "upsell_lib")
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)

pytestmark = pytest.mark.django_db


def url(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_model_has_an_admin() -> None:
    missing = [
        m._meta.label for app in OURS for m in apps.get_app_config(app).get_models() if m not in MODELS
    ]
    assert missing == ["signals_app.EventKey"], "Django's admin takes no composite key"


def test_an_empty_list_says_what_to_do(admin_client: Client) -> None:
    page = admin_client.get("/admin/signals_app/source/").content.decode()
    assert "No sources yet" in page
    assert "Add one, then send an event" in page
    assert "Nothing matches" in admin_client.get("/admin/signals_app/source/", {"q": "x"}).content.decode()


def test_a_published_version_and_its_steps_are_read_only_and_shown_as_sentences(admin_client: Client) -> None:
    version = a_world().version
    page = admin_client.get(url(type(version), "change", version.pk)).content.decode()
    assert "Wait until clicked, at most 12 h" in page
    assert "If clicked (Clicked)" in page
    assert admin_client.post(url(type(version), "change", version.pk), {}).status_code == 403
    step = version.steps.get(kind="wait_until")
    assert admin_client.post(url(type(step), "change", step.pk), {}).status_code == 403
    lane = step.lanes.first()
    assert lane is not None
    assert admin_client.post(url(type(lane), "delete", lane.pk), {"post": "yes"}).status_code == 403


def test_the_home_page_says_what_comes_next_and_the_header_says_test(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert "Connect a source" in page
    assert "TEST" in page
    assert "LIVE" not in page


@override_settings(SANDBOX=False)
def test_outside_a_sandbox_the_header_says_live(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert "LIVE" in page
    assert "TEST" not in page


def test_the_theme_still_has_the_base_page_that_ours_was_made_from() -> None:
    theirs = Path(unfold.__file__).parent / "templates/admin/base.html"
    ours = Path(settings.BASE_DIR) / "templates/admin/base.html"
    note = "{# The theme's own file, with a main landmark. #}"
    plain = ours.read_text().replace(note, "").replace(' role="main"', "")
    assert plain == theirs.read_text()


def test_a_login_without_a_destination_leads_to_the_home_page(admin_user: User, client: Client) -> None:
    answer = client.post("/admin/login/", {"username": "admin", "password": "password"})
    assert answer["Location"] == "/admin/"


def test_lists_ask_nothing_of_strangers(client: Client) -> None:
    assert client.get(url(apps.get_model("people_app.Person"), "changelist")).status_code == 302
