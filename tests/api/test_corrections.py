"""What staff do to accounts and people in the admin, a key does here: facts, names, merges, export and erasure."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from people_app import account_names, entitlements
from people_app.models import Account, AccountName, Erasure
from tests.api.caller import Caller
from tests.build import a_person, an_account
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def test_facts_and_limits_are_corrected(editor: Caller) -> None:
    acme = an_account("acme/1", caps={"seats": 3})
    corrected = {"facts": {"plan": "pro", "segment": "mid"}, "limits": {"exports": "20", "api": None}}
    assert editor.post("/api/accounts/acme/1/facts", corrected).status_code == 200
    acme.refresh_from_db()
    assert (acme.plan, acme.traits, acme.provenance["plan"]["source"]) == ("pro", {"segment": "mid"}, "staff")
    caps = {resource: cap for (_, resource), cap in entitlements.of([acme.pk]).items()}
    assert caps == {"seats": 3, "exports": 20, "api": None}
    assert editor.post("/api/accounts/acme/1/facts/", {"unlimit": ["seats"]}).status_code == 200
    assert (acme.pk, "seats") not in entitlements.of([acme.pk])


@pytest.mark.parametrize(
    "body",
    [{"facts": {"mrr": "a lot"}}, {"facts": []}, {"limits": {"x": -1}}, {"unlimit": "x"}, {"plan": "pro"}],
)
def test_what_is_no_fact_is_refused(editor: Caller, body: Any) -> None:
    an_account("acme")
    assert editor.post("/api/accounts/acme/facts", body).status_code == 400
    assert not AccountName.objects.exists()


def test_a_name_brings_the_account_that_only_the_provider_knew(editor: Caller) -> None:
    acme = an_account("acme")
    known = account_names.add_nameless({("stripe_customer_id", "cus_1")}, clock.now())
    named = {"kind": "stripe_customer_id", "value": "cus_1"}
    assert editor.post("/api/accounts/acme/names", named).status_code == 200
    nobody = known["stripe_customer_id", "cus_1"].account_id
    assert Account.objects.get(pk=nobody or 0).merged_into == acme
    assert editor.post("/api/accounts/acme/names", {**named, "kind": "staff"}).status_code == 400
    assert editor.post("/api/accounts/nobody/names", named).status_code == 404


def test_accounts_are_merged_by_admins_alone(editor: Caller, admin: Caller) -> None:
    kept, gone = an_account("acme"), an_account("acme-old")
    assert editor.post("/api/accounts/acme-old/merge", {"into": "acme"}).status_code == 403
    assert admin.post("/api/accounts/acme-old/merge", {"into": "nobody"}).status_code == 404
    assert admin.post("/api/accounts/acme-old/merge", {"into": "acme-old"}).status_code == 409
    assert admin.post("/api/accounts/acme-old/merge", {"into": "acme"}).status_code == 200
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert admin.post("/api/accounts/acme-old/merge", {"into": "acme"}).status_code == 409


def test_a_person_is_exported_in_clear_and_not_to_viewers(viewer: Caller, editor: Caller) -> None:
    a_person("ana", email="ana@corp.test")
    assert viewer.get("/api/people/ana/export").status_code == 403
    told = json.loads(editor.get("/api/people/ana/export").content)
    assert "ana@corp.test" in [point["address"] for point in told["contact_points"]]
    assert editor.get("/api/people/nobody/export").status_code == 404


def test_a_person_is_erased_by_admins_alone(editor: Caller, admin: Caller) -> None:
    person = a_person("ana")
    assert editor.post("/api/people/ana/erase", None).status_code == 403
    assert not Erasure.objects.exists()
    assert admin.post("/api/people/ana/erase", None).status_code == 200
    assert Erasure.objects.get().person == person
    assert admin.post("/api/people/ana/erase", None).status_code == 200
    assert admin.post("/api/people/nobody/erase", None).status_code == 404


def test_staff_need_the_right_to_change_accounts() -> None:
    an_account("acme")
    staff = User.objects.create(username="sam", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="add_account"))
    client = Client()
    client.force_login(staff)
    body = {"path": "/api/accounts/acme/facts", "data": {"facts": {"plan": "pro"}}}
    assert client.post(**body, content_type="application/json").status_code == 403  # type: ignore[arg-type]
    staff.user_permissions.add(Permission.objects.get(codename="change_account"))
    assert client.post(**body, content_type="application/json").status_code == 200  # type: ignore[arg-type]
    assert Account.objects.get().plan == "pro"
