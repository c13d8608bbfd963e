"""Every page of every model opens, with data present; what are facts stays as it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model
from django.test import Client, RequestFactory

from tests.admin.test_pages import MODELS, url
from tests.admin.world import a_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_of_each")]


@pytest.fixture(scope="module")
def one_of_each(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Once for the whole module: each test's transaction lies inside this one."""
    with django_db_blocker.unblock(), transaction.atomic():
        a_world()
        Group.objects.create(name="Editors")
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_list_add_and_change_pages_open(model: type[Model], admin_client: Client, admin_user: object) -> None:
    row = model._default_manager.first()
    assert row is not None, "a_world() makes one of each"
    request = RequestFactory().get("/")
    request.user = admin_user  # type: ignore[assignment]
    may_add = admin.site._registry[model].has_add_permission(request)
    assert admin_client.get(url(model, "changelist")).status_code == 200
    assert admin_client.get(url(model, "add")).status_code == (200 if may_add else 403)
    assert admin_client.get(url(model, "change", row.pk)).status_code == 200
    assert admin_client.get(url(model, "changelist"), {"q": "u1"}).status_code == 200


@pytest.mark.parametrize(
    "label",
    [
        "signals_app.Event",
        "signals_app.Envelope",
        "signals_app.Signal",
        "offers_app.Decision",
        "campaigns_app.Delivery",
        "campaigns_app.Interaction",
        "consent_app.ConsentRecord",
    ],
)
def test_facts_cannot_be_changed_even_by_a_superuser(label: str, admin_client: Client) -> None:
    model = apps.get_model(label)
    row = model._default_manager.get() if label != "offers_app.Decision" else model._default_manager.first()
    assert admin_client.post(url(model, "change", row.pk), {}).status_code == 403
    assert admin_client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()
