"""From a webhook that names an object to the facts of it on the account, by the provider's API."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import pipeline
from people_app.models import Account, Person
from signals_app import ingest, lookups
from signals_app.models import Event, Lookup, Source
from tests.build import a_source
from tests.connectors import payload
from tests.signals import provider_api
from tests.signals.hubspot_search import SEARCH, knows, record
from tests.signals.provider_api import KEY, Api, Told
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(settings: Any) -> Iterator[Api]:
    with provider_api.running() as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        for kind, path in (("contact", "contacts/51"), ("company", "companies/991"), ("deal", "deals/77")):
            said = payload.read("hubspot", f"read-{kind}")["body"]
            said["updatedAt"] = clock.now().isoformat()
            running.tell(f"/crm/v3/objects/{path}", Told(200, said))
        yield running


@pytest.fixture
def hubspot(api: Api) -> Source:
    return a_source("hubspot", api_key=KEY, api_url=api.url)


def send(source: Source, name: str) -> None:
    ingest.accept(source.pk, "hook", json.dumps(payload.read("hubspot", name)["body"]).encode(), {})
    work()


def work() -> None:
    while pipeline.process(20) or lookups.waiting():
        lookups.read_due()


def test_hubspot_tells_who_somebody_is_and_what_their_company_is(hubspot: Source) -> None:
    send(hubspot, "many-changes")
    account, person = Account.objects.get(group_id="acct_9"), Person.objects.get(user_id="u_1")
    assert (account.industry, account.country, account.traits["employees"]) == (
        "computer software",
        "US",
        420,
    )
    assert (person.first_name, person.role, person.timezone) == ("Ana", "Head of Ops", "America/New_York")
    assert account.provenance["industry"]["source"] == "hubspot"


def test_a_deal_counts_for_the_company_that_it_is_about(hubspot: Source) -> None:
    send(hubspot, "many-changes")
    deal = Event.objects.get(name="Deal Updated")
    assert deal.account == Account.objects.get(group_id="acct_9")
    assert deal.properties["won"] is True


def test_the_same_webhook_again_changes_nothing(hubspot: Source, api: Api) -> None:
    send(hubspot, "many-changes")
    before = Event.objects.count(), Account.objects.count(), Person.objects.count()
    assert all(before)
    send(hubspot, "many-changes")
    assert (Event.objects.count(), Account.objects.count(), Person.objects.count()) == before


def test_clearbit_fills_what_is_missing_and_nothing_else(api: Api) -> None:
    a_source("clearbit", api_key=KEY, api_url=api.url, signing_secret="")
    api.tell("/v2/companies/find", Told(200, payload.read("clearbit", "company")["body"]))
    body = {
        "type": "group",
        "userId": "u_1",
        "groupId": "acct_9",
        "traits": {"name": "Initech", "domain": "initech.example", "country": "AT"},
    }
    ingest.accept(a_source().pk, "batch", json.dumps({"batch": [body]}).encode(), {})
    work()
    account = Account.objects.get(group_id="acct_9")
    assert (account.name, account.country, account.industry) == (
        "Initech",
        "AT",
        "Internet Software & Services",
    )
    assert account.traits["employees"] == 420 and Lookup.objects.get().state == "done"
    assert account.provenance["industry"]["source"] == "clearbit"


def group(**traits: Any) -> None:
    said = {"type": "group", "userId": "u_1", "groupId": "acct_9", "traits": traits}
    ingest.accept(a_source().pk, "batch", json.dumps({"batch": [said]}).encode(), {})


def changed(source: Source, minutes: int, name: str, value: str) -> None:
    """A webhook of HubSpot: this property of the company became this, so many minutes ago."""
    at = (clock.now() - timedelta(minutes=minutes)).timestamp() * 1000
    ids = {"eventId": minutes, "subscriptionId": 31, "occurredAt": int(at), "objectId": 992}
    what = {"subscriptionType": "company.propertyChange", "propertyName": name, "propertyValue": value}
    ingest.accept(source.pk, "hook", json.dumps([{**ids, **what}]).encode(), {})


def test_a_company_that_hubspot_knows_by_its_domain_tells_what_nobody_said(api: Api) -> None:
    source = a_source("hubspot", api_key=KEY, api_url=api.url, looks_up=True)
    api.tell(SEARCH, knows(record()))
    group(name="Initech GmbH", domain="initech.example", country="AT")
    work()
    account = Account.objects.get(group_id="acct_9")
    assert (account.name, account.country, account.industry) == ("Initech GmbH", "AT", "computer software")
    assert account.traits["employees"] == 420
    said_by = {name: said["source"] for name, said in account.provenance.items()}
    assert (said_by["industry"], said_by["employees"], said_by["country"]) == ("hubspot", "hubspot", "http")
    assert Lookup.objects.get(source=source).state == "done"


@pytest.mark.parametrize(
    ("webhook", "found", "industry"), [(10, 60, "fintech"), (60, 10, "computer software")]
)
def test_of_hubspots_webhooks_and_the_record_that_was_found_the_newest_counts(
    api: Api, webhook: int, found: int, industry: str
) -> None:
    source = a_source("hubspot", api_key="", api_url=api.url, looks_up=True)
    updated = {"updatedAt": (clock.now() - timedelta(minutes=found)).isoformat()}
    api.tell(SEARCH, knows({**record(), **updated}))
    group(domain="initech.example", hubspot_company_id="992")
    changed(source, webhook, "industry", "fintech")
    work()
    assert Account.objects.get(group_id="acct_9").industry == "fintech"
    Source.objects.filter(pk=source.pk).update(api_key=KEY)
    group(domain="initech.example", hubspot_company_id="992", region="emea")
    work()
    account = Account.objects.get(group_id="acct_9")
    assert (account.industry, account.traits["employees"]) == (industry, 420)
    assert account.provenance["industry"]["source"] == "hubspot"


def test_a_later_webhook_of_hubspot_replaces_what_was_found(api: Api) -> None:
    source = a_source("hubspot", api_key=KEY, api_url=api.url, looks_up=True)
    api.tell(SEARCH, knows(record()))
    group(domain="initech.example", hubspot_company_id="992")
    work()
    assert Account.objects.get(group_id="acct_9").traits["employees"] == 420
    changed(source, 0, "numberofemployees", "500")
    work()
    assert Account.objects.get(group_id="acct_9").traits["employees"] == 500
