"""Staff merge accounts, give them providers' names, and set, lift or remove limits."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from tablib import Dataset

from campaigns_app.admin.accounts import AccountResource
from campaigns_app.models import Enrollment
from people_app import account_names, entitlements
from people_app.models import Account, AccountName, Entitlement, Membership
from tests.admin.world import a_world
from tests.build import a_person, an_account
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
LIST = "/admin/people_app/account/"


def step(account: Account, which: str) -> str:
    return f"{LIST}{account.pk}/{which}/"


def test_it_shows_what_will_move_and_merges_only_when_told(admin_client: Client) -> None:
    kept, gone = an_account("acme"), an_account("acme-old")
    a_person("ana", gone)
    assert step(gone, "merge") in admin_client.get(step(gone, "change")).content.decode()
    text = admin_client.get(step(gone, "merge"), {"q": "acme"}).content.decode()
    assert "Members: 1" in text and "This cannot be undone." in text
    assert not Account.objects.exclude(merged_into=None).exists()
    answer = admin_client.post(step(gone, "merge"), {"q": "acme"}, follow=True)
    assert "acme-old is a part of acme now" in answer.content.decode()
    assert Account.objects.get(pk=gone.pk).merged_into == kept
    assert Membership.objects.get().account == kept
    assert {int(entry.object_id or 0) for entry in LogEntry.objects.all()} == {kept.pk, gone.pk}


def test_runs_that_will_end_are_said_and_do(admin_client: Client) -> None:
    world = a_world()
    an_account("other")
    page = step(world.enrollment.account, "merge")
    assert "1 run of playbooks under way will end" in admin_client.get(page, {"q": "other"}).content.decode()
    admin_client.post(page, {"q": "other"})
    assert Enrollment.objects.get(pk=world.enrollment.pk).end_reason == "merged"


@pytest.mark.parametrize("q", ["nobody", "acme-old"])
def test_an_account_that_is_not_there_or_the_same_is_refused(admin_client: Client, q: str) -> None:
    gone = an_account("acme-old")
    assert 'role="alert"' in admin_client.get(step(gone, "merge"), {"q": q}).content.decode()
    assert 'role="alert"' in admin_client.post(step(gone, "merge"), {"q": q}).content.decode()
    assert not Account.objects.exclude(merged_into=None).exists()


def test_who_may_only_look_may_neither_merge_nor_name(client: Client) -> None:
    gone = an_account("acme-old")
    an_account("acme")
    staff = User.objects.create(username="sam", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_account"))
    client.force_login(staff)
    assert client.post(step(gone, "merge"), {"q": "acme"}).status_code == 403
    named = {"kind": "stripe_customer_id", "value": "cus_1"}
    assert client.post(step(gone, "name"), named).status_code == 403
    text = client.get(step(gone, "change")).content.decode()
    assert step(gone, "merge") not in text and step(gone, "name") not in text
    assert not AccountName.objects.exists()


def test_an_account_is_given_a_providers_name(admin_client: Client) -> None:
    acme = an_account("acme")
    known = account_names.add_nameless({("hubspot_company_id", "77")}, clock.now())
    nobody = known["hubspot_company_id", "77"].account_id
    named = {"kind": "hubspot_company_id", "value": " 77 "}
    asked = admin_client.post(step(acme, "name"), named).content.decode()
    assert "it becomes a part of acme" in asked and "cannot be undone" in asked
    assert AccountName.objects.get(value="77").account_id == nobody
    answer = admin_client.post(step(acme, "name"), {**named, "confirmed": "yes"}, follow=True)
    assert "77 is a name of this account now" in answer.content.decode()
    assert AccountName.objects.get(value="77").account == acme
    assert Account.objects.get(pk=nobody or 0).merged_into == acme
    for wrong in ({"kind": "staff", "value": "77"}, {"kind": "hubspot_company_id", "value": ""}):
        assert 'role="alert"' in admin_client.post(step(acme, "name"), wrong).content.decode()


def test_an_id_is_taken_from_another_account_only_after_a_yes_and_can_be_given_back(
    admin_client: Client, time: Time
) -> None:
    acme, bolt = an_account("acme"), an_account("bolt")
    named = {"kind": "stripe_customer_id", "value": "cus_1"}
    admin_client.post(step(bolt, "name"), named)
    asked = admin_client.post(step(acme, "name"), named).content.decode()
    assert "bolt has this id now" in asked and "give the id back" in asked
    assert AccountName.objects.get(value="cus_1").account == bolt
    for account in (acme, bolt):
        time.move(minutes=1)
        admin_client.post(step(account, "name"), {**named, "confirmed": "yes"})
        assert AccountName.objects.get(value="cus_1").account == account
    assert not Account.objects.exclude(merged_into=None).exists()


def sent(client: Client, account: Account, *limits: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The form of an account as a browser sends it back."""
    form = client.get(step(account, "change")).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    found = {name: value for name, value in values.items() if value not in (None, False)}
    found |= {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    stored = sum("id" in one for one in limits)
    found |= {"entitlements-TOTAL_FORMS": len(limits), "entitlements-INITIAL_FORMS": stored}
    for number, one in enumerate(limits):
        row = {"account": account.pk, **one}
        found |= {f"entitlements-{number}-{name}": value for name, value in row.items()}
    return found | more


def test_limits_are_set_lifted_and_removed(admin_client: Client, time: Time) -> None:
    account = an_account("acme")
    page = step(account, "change")
    new = [
        {"resource": "exports", "cap": "20"},
        {"resource": "seats", "cap": ""},
        {"resource": "x", "cap": "1"},
    ]
    assert admin_client.post(page, sent(admin_client, account, *new)).status_code == 302
    assert entitlements.of([account.pk]) == {
        (account.pk, "exports"): 20,
        (account.pk, "seats"): None,
        (account.pk, "x"): 1,
    }
    time.move(minutes=1)
    ids = dict(Entitlement.objects.values_list("resource", "pk"))
    changed = [
        {"id": ids["exports"], "resource": "exports", "cap": ""},
        {"id": ids["seats"], "resource": "seats", "cap": "", "DELETE": "on"},
        {"id": ids["x"], "resource": "y", "cap": "1"},
    ]
    assert admin_client.post(page, sent(admin_client, account, *changed)).status_code == 302
    assert entitlements.of([account.pk]) == {(account.pk, "exports"): None, (account.pk, "y"): 1}


def test_a_value_that_is_no_fact_is_refused_and_not_lost_silently(admin_client: Client) -> None:
    account = an_account("acme")
    answer = admin_client.post(step(account, "change"), sent(admin_client, account, billing_period="weekly"))
    assert answer.status_code == 200
    assert "billing_period" in answer.context["adminform"].form.errors


def test_an_import_names_the_customer(admin_client: Client) -> None:
    acme = an_account("acme")
    known = account_names.add_nameless({("stripe_customer_id", "cus_1")}, clock.now())
    from_file = "group_id,plan,stripe_customer_id\nacme,pro,cus_1\nnew,team,\n"
    resource: Any = AccountResource()
    result = resource.import_data(Dataset().load(from_file, "csv"), raise_errors=True)
    assert not result.has_errors()
    acme.refresh_from_db()
    assert (acme.plan, acme.stripe_customer_id) == ("pro", "cus_1")
    assert Account.objects.get(group_id="new").plan == "team"
    nobody = Account.objects.get(pk=known["stripe_customer_id", "cus_1"].account_id or 0)
    assert nobody.merged_into == acme
