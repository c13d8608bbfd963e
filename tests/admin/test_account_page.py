"""The account page: each fact with who said it and when; staff correct it; nobody's accounts are found."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from people_app import account_names, entitlements
from people_app.models import Account, PlanPrice
from signals_app.models import Meter
from tests.build import a_person, an_account
from tests.conftest import Time
from tests.engine import used

pytestmark = pytest.mark.django_db
LIST = "/admin/people_app/account/"


def page_of(account: Account) -> str:
    return f"{LIST}{account.pk}/change/"


def said(account: Account, source: str, time: Time, **facts: object) -> None:
    """As a source says it, under a name of its own."""
    key = (f"{source}_customer_id", f"{source}_{account.pk}")
    name = account_names.add({key: account.pk})[key]
    sayings = dict(entitlements._sayings(facts, time.now, source, 1))
    entitlements.show(entitlements._store({name.id: sayings}))


def test_each_fact_is_shown_with_who_said_it_and_when(admin_client: Client, time: Time) -> None:
    account = an_account("acme", plan="")
    said(account, "stripe", time, plan="free", mrr="49.00")
    time.move(days=1)
    said(account, "hubspot", time, plan="pro", segment="mid")
    facts = {fact.name: fact for fact in admin_client.get(page_of(account)).context["facts"]}
    plan = facts["plan"]
    assert (plan.said.value, plan.said.source, plan.said.at) == ("pro", "hubspot", time.now)
    assert [(one.value, one.source) for one in plan.others] == [("free", "stripe")]
    assert (facts["mrr"].said.value, facts["mrr"].said.source) == ("49.00", "stripe")
    assert facts["mrr"].said.at == time.now - timedelta(days=1)
    assert (facts["segment"].said.value, facts["segment"].said.source) == ("mid", "hubspot")
    assert facts["segment"].others == []


def test_facts_and_their_sources_are_named_as_staff_know_them(admin_client: Client, time: Time) -> None:
    account = an_account("acme", plan="")
    said(account, "salesforce_outbound_message", time, mrr="49.00", trial_ends_at="2026-04-01")
    page = admin_client.get(page_of(account))
    facts = {fact.label: fact.said.by for fact in page.context["facts"]}
    assert facts["Monthly revenue (MRR)"] == facts["Trial ends"] == "Salesforce (outbound messages)"
    fields = page.context["adminform"].form.fields
    assert (fields["mrr"].label, fields["renews_at"].label) == ("Monthly revenue (MRR)", "Renews")
    shown = {name for _, options in page.context["adminform"].fieldsets for name in options["fields"]}
    assert {one.name for one in Account._meta.fields} - shown == {"id", "provenance"}


def test_who_may_only_look_is_not_asked_to_correct_anything(client: Client, time: Time) -> None:
    account = an_account("acme")
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_account"))
    client.force_login(user)
    text = client.get(page_of(account)).content.decode()
    assert "Facts, and who said them" in text
    assert "Correct it" not in text


def test_limits_use_names_members_and_merged_accounts_are_shown(admin_client: Client, time: Time) -> None:
    account = an_account("acme", plan="")
    said(account, "stripe", time, limits={"exports": 20, "seats": None})
    Meter.objects.create(resource="exports", label="reports", verb="exported", event="Report Exported")
    used(account, 17)
    a_person("u1", account)
    gone = an_account("acme-old", merged_into=account)
    page = admin_client.get(page_of(account))
    limits = {limit.name: limit.said for limit in page.context["limits"]}
    assert (limits["exports"].value, limits["exports"].source) == ("20", "stripe")
    assert limits["seats"].value == "unlimited"
    text = page.content.decode()
    assert "17 of 20 reports this month" in text
    assert f"stripe_{account.pk}" in text and "u1" in text and "acme-old" in text
    assert "was merged into" in admin_client.get(page_of(gone)).content.decode()


def test_what_staff_correct_holds_until_something_newer_is_said(admin_client: Client, time: Time) -> None:
    account = an_account("acme", plan="", caps={})
    said(account, "stripe", time, plan="free", limits={"exports": 20}, segment="mid")
    time.move(hours=1)
    form = admin_client.get(page_of(account)).context["adminform"].form
    entry = {name: "" if value is None else value for name, value in form.initial.items()}
    entry |= {
        "plan": "pro",
        "cancelling": "",
        "traits": '{"segment": "big"}',
        "addons": "[]",
        "account_manager": "{}",
    }
    entry |= {"entitlements-TOTAL_FORMS": 1, "entitlements-INITIAL_FORMS": 1, "memberships-TOTAL_FORMS": 0,
              "memberships-INITIAL_FORMS": 0, "entitlements-0-id": account.entitlements.get().pk,
              "entitlements-0-account": account.pk, "entitlements-0-resource": "exports",
              "entitlements-0-cap": "50"}  # fmt: skip
    answer = admin_client.post(page_of(account), entry)
    assert answer.status_code == 302, answer.context["errors"]
    account.refresh_from_db()
    assert (account.plan, account.traits["segment"]) == ("pro", "big")
    assert account.provenance["plan"]["source"] == account.provenance["segment"]["source"] == "staff"
    limit = account.entitlements.get()
    assert limit.cap == 50
    assert limit.source == "staff"
    time.move(hours=-2)
    said(account, "hubspot", time, plan="old")
    account.refresh_from_db()
    assert account.plan == "pro"
    time.move(hours=3)
    said(account, "stripe", time, plan="basic")
    account.refresh_from_db()
    assert account.plan == "basic"


def test_a_price_that_staff_explain_changes_the_plan_of_who_pays_it(admin_client: Client, time: Time) -> None:
    account = an_account("acme", plan="")
    said(account, "stripe", time, billing_price_keys=["pro_monthly"])
    assert admin_client.post(
        "/admin/people_app/planprice/add/", {"price_key": "pro_monthly", "plan": "pro"}
    ).status_code == 302  # fmt: skip
    account.refresh_from_db()
    assert account.plan == "pro"
    price = PlanPrice.objects.get()
    admin_client.post(
        f"/admin/people_app/planprice/{price.pk}/change/", {"price_key": "pro_monthly", "plan": "team"}
    )
    account.refresh_from_db()
    assert account.plan == "team"


def test_accounts_and_people_nobody_knows_yet_are_found(admin_client: Client, time: Time) -> None:
    known, nobody = an_account("acme"), Account.objects.create(created_at=time.now)
    person = a_person("u1", known)
    person.user_id = None
    person.save()
    found = admin_client.get(LIST, {"known": "no"}).context["cl"].result_list
    assert [account.pk for account in found] == [nobody.pk]
    assert len(admin_client.get(LIST, {"known": "yes"}).context["cl"].result_list) == 1
    people = admin_client.get("/admin/people_app/person/", {"known": "no"}).context["cl"].result_list
    assert [one.pk for one in people] == [person.pk]
    account_names.add({("stripe_customer_id", "cus_9"): None, ("stripe_customer_id", "cus_1"): known.pk})
    names = admin_client.get("/admin/people_app/accountname/", {"whose": "nobody"}).context["cl"].result_list
    assert [name.value for name in names] == ["cus_9"]
