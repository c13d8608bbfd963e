"""Companies in HubSpot by their domain: asked for if staff say so, as politely as all else that is read there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from people_app.models import Account
from signals_app import enrichment, ingest, lookups
from signals_app.models import Envelope, Lookup, Source
from tests.build import a_person, a_source, an_account
from tests.signals import provider_api
from tests.signals.hubspot_search import SEARCH, knows, record
from tests.signals.provider_api import KEY, Api, Told
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
DOMAIN = {"domain": "initech.example"}


@pytest.fixture
def api(settings: Any) -> Iterator[Api]:
    with provider_api.running() as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        running.tell(SEARCH, knows(record()))
        yield running


@pytest.fixture
def hubspot(api: Api) -> Source:
    return a_source("hubspot", api_key=KEY, api_url=api.url, looks_up=True)


def read(*accounts: Account) -> list[dict[str, Any]]:
    """What comes in when these accounts are looked at."""
    enrichment.want([account.pk for account in accounts])
    lookups.read_due()
    opened = ingest.open_all(list(Envelope.objects.order_by("pk")))
    assert not [one for each in opened for one in each.rejected]
    return [{**item.account_ids, **item.account_traits} for one in opened for item in one.items]


def later() -> None:
    """As if all waiting were over."""
    Lookup.objects.update(due_at=clock.real())
    Source.objects.update(lookups_paused_until=None)


def test_industry_size_and_country_come_in_for_a_domain(api: Api, hubspot: Source) -> None:
    (facts,) = read(an_account("acct_9", name="Initech", traits=DOMAIN))
    assert (api.asked, api.keys) == ([SEARCH], [f"Bearer {KEY}"])
    assert facts == {
        "group_id": "acct_9",
        "industry": "computer software",
        "employees": 420,
        "annual_revenue": "12500000",
        "country": "US",
    }


def test_plan_and_seats_of_a_record_are_not_those_of_every_account_of_its_domain(
    api: Api, hubspot: Source
) -> None:
    api.tell(SEARCH, knows(record(plan="enterprise", tier="gold", seats="7", mrr="99")))
    (facts,) = read(an_account("acct_9", traits=DOMAIN))
    assert facts["employees"] == 420 and not facts.keys() & {"plan", "tier", "seats", "mrr"}


def test_of_several_companies_of_a_domain_the_last_changed_counts(api: Api, hubspot: Source) -> None:
    old = record(hs_lastmodifieddate="2025-01-01T00:00:00.000Z", numberofemployees="3")
    other = record(domain="other.example", hs_lastmodifieddate="2026-12-01T00:00:00.000Z")
    api.tell(SEARCH, knows(old, record(), other))
    assert [one["employees"] for one in read(an_account("acct_9", traits=DOMAIN))] == [420]


def test_it_is_off_until_somebody_switches_it_on_and_gives_a_key(api: Api) -> None:
    account = an_account("acct_9", traits=DOMAIN)
    a_source("hubspot", api_key=KEY, api_url=api.url)
    a_source("hubspot", api_url=api.url, looks_up=True)
    a_source("hubspot", api_key=KEY, api_url=api.url, looks_up=True, active=False)
    a_source("intercom", api_key=KEY, api_url=api.url, looks_up=True)
    assert read(account) == []
    assert (api.asked, Lookup.objects.count()) == ([], 0)


def test_a_company_that_hubspot_does_not_have_is_left_alone_for_ninety_days(
    api: Api, hubspot: Source
) -> None:
    api.tell(SEARCH, knows())
    account = an_account("acct_9", traits=DOMAIN)
    assert read(account) == read(account) == []
    assert (Lookup.objects.get().state, len(api.asked)) == ("done", 1)
    Lookup.objects.update(ended_at=clock.real() - timedelta(days=91))
    api.tell(SEARCH, knows(record()))
    assert [one["employees"] for one in read(account)] == [420]


def test_a_search_that_is_not_there_ends_it(api: Api, hubspot: Source) -> None:
    api.tell(SEARCH)
    assert read(an_account("acct_9", traits=DOMAIN)) == []
    hubspot.refresh_from_db()
    assert (Lookup.objects.get().state, hubspot.lookup_error) == ("gone", "")


def test_a_refused_key_is_said_at_the_source_and_a_new_one_is_tried_at_once(
    api: Api, hubspot: Source
) -> None:
    Source.objects.update(api_key="pat-eu1-wrong")
    assert read(an_account("acct_9", traits=DOMAIN)) == []
    hubspot.refresh_from_db()
    assert (hubspot.lookup_error, Lookup.objects.get().state) == (
        "The API key was refused (401).",
        "open",
    )
    assert hubspot.lookups_paused_until and not lookups.waiting()
    Source.objects.update(api_key=KEY)
    lookups.resume(hubspot.pk)
    assert [one["employees"] for one in read()] == [420]


def test_a_key_that_may_not_read_companies_says_so(api: Api, hubspot: Source) -> None:
    api.tell(SEARCH, Told(403, {"category": "MISSING_SCOPES"}, method="POST"))
    read(an_account("acct_9", traits=DOMAIN))
    hubspot.refresh_from_db()
    assert (hubspot.lookup_error, Lookup.objects.get().state) == (
        "The API key may not read a company (403).",
        "open",
    )


def test_a_limit_makes_the_whole_source_wait_as_long_as_it_says(api: Api, hubspot: Source) -> None:
    api.tell(SEARCH, Told(429, {}, {"Retry-After": "30"}, method="POST"), knows(record()))
    before = clock.real()
    accounts = [an_account(f"acct_{n}", traits={"domain": f"initech{n}.example"}) for n in range(3)]
    assert read(*accounts, an_account("acct_9", traits=DOMAIN)) == []
    hubspot.refresh_from_db()
    assert len(api.asked) == 1 and not lookups.waiting()
    assert hubspot.lookups_paused_until and hubspot.lookups_paused_until >= before + timedelta(seconds=30)
    later()
    assert [one["group_id"] for one in read()] == ["acct_9"]


def test_a_server_in_trouble_is_asked_again_later(api: Api, hubspot: Source) -> None:
    api.tell(SEARCH, Told(502, {}, method="POST"), knows(record()))
    assert read(an_account("acct_9", traits=DOMAIN)) == []
    assert (Lookup.objects.get().state, lookups.waiting()) == ("open", False)
    later()
    assert len(read()) == 1


@pytest.mark.parametrize("domain", ["gmail.com", "GMX.de", "https://www.outlook.com/", "not a domain", 7])
def test_free_mail_and_what_is_no_domain_is_never_asked_for(api: Api, hubspot: Source, domain: Any) -> None:
    account = an_account("acct_9", traits={"domain": domain})
    a_person("u_a", account=account, email="a@gmail.com")
    assert read(account) == []
    assert (api.asked, Lookup.objects.count()) == ([], 0)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"results": {}}', b"null", b"not json"])
def test_a_strange_answer_is_a_rejection(api: Api, hubspot: Source, body: bytes) -> None:
    api.tell(SEARCH, Told(200, body, method="POST"))
    enrichment.want([an_account("acct_9", traits=DOMAIN).pk])
    lookups.read_due()
    (opened,) = ingest.open_all(list(Envelope.objects.all()))
    assert (opened.items, len(opened.rejected)) == ([], 1)


def test_a_second_account_of_the_domain_gets_the_same_answer(api: Api, hubspot: Source) -> None:
    read(an_account("acct_9", traits=DOMAIN))
    facts = read(an_account("acct_10", traits=DOMAIN))
    assert [one["group_id"] for one in facts] == ["acct_9", "acct_10"]
    assert api.asked == [SEARCH]
