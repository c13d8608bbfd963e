"""From a webhook that names an object to the facts of it on the account, by the provider's API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from campaigns_app import pipeline
from people_app.models import Account, Person
from signals_app import ingest, lookups
from signals_app.models import Event, Lookup, Source
from tests.build import a_source
from tests.connectors import payload
from tests.signals import provider_api
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
