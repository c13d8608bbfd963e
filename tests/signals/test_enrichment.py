"""Firmographics by domain: asked for where they lack, once in 90 days, and never louder than what somebody said."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from people_app.models import Account
from signals_app import enrichment, ingest, lookups
from signals_app.models import Envelope, Lookup, Source
from tests.build import a_person, a_source, an_account
from tests.connectors import payload
from tests.signals import provider_api
from tests.signals.provider_api import KEY, Api, Told
from upsell_project.lib import clock

FIND = "/v2/companies/find"
FOUND = payload.read("clearbit", "company")["body"]


@pytest.fixture
def api(settings: Any) -> Iterator[Api]:
    with provider_api.running() as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        yield running


@pytest.fixture
def clearbit(api: Api) -> Source:
    return a_source("clearbit", api_key=KEY, api_url=api.url, signing_secret="")


def read(*accounts: Account) -> list[dict[str, Any]]:
    """What comes in when these accounts are looked at."""
    enrichment.want([account.pk for account in accounts])
    lookups.read_due()
    opened = ingest.open_all(list(Envelope.objects.order_by("pk")))
    return [{**item.account_ids, **item.account_traits} for one in opened for item in one.items]


@pytest.mark.django_db
def test_industry_size_and_country_come_in_for_a_domain(api: Api, clearbit: Source) -> None:
    api.tell(FIND, Told(200, FOUND))
    account = an_account("acct_9", name="Initech", traits={"website": "https://www.Initech.example/about"})
    (facts,) = read(account)
    assert api.asked == [f"{FIND}?domain=initech.example"]
    assert (facts["group_id"], facts["industry"], facts["employees"], facts["country"]) == (
        "acct_9",
        "Internet Software & Services",
        420,
        "DE",
    )
    assert "name" not in facts, "what was said of an account counts more than what is found of its domain"


@pytest.mark.django_db
def test_a_domain_is_asked_for_once_in_ninety_days(api: Api, clearbit: Source) -> None:
    api.tell(FIND, Told(200, FOUND))
    account = an_account("acct_9", traits={"domain": "initech.example"})
    for _ in range(3):
        read(account)
    assert len(api.asked) == 1
    Lookup.objects.update(ended_at=clock.real() - timedelta(days=91))
    read(account)
    assert len(api.asked) == 2


@pytest.mark.django_db
def test_a_second_account_of_the_domain_gets_the_same_answer(api: Api, clearbit: Source) -> None:
    api.tell(FIND, Told(200, FOUND))
    read(an_account("acct_9", traits={"domain": "initech.example"}))
    facts = read(an_account("acct_10", traits={"domain": "initech.example"}))
    assert [one["group_id"] for one in facts] == ["acct_9", "acct_10"]
    assert len(api.asked) == 1


@pytest.mark.django_db
def test_while_clearbit_is_still_looking_it_is_asked_later(api: Api, clearbit: Source) -> None:
    api.tell(FIND, Told(202, {}), Told(200, FOUND))
    assert read(an_account("acct_9", traits={"domain": "initech.example"})) == []
    assert Lookup.objects.get().state == "open"
    Lookup.objects.update(due_at=clock.real())
    lookups.read_due()
    assert (Lookup.objects.get().state, Envelope.objects.count()) == ("done", 1)


@pytest.mark.django_db
def test_a_domain_that_nobody_knows_is_left_alone(api: Api, clearbit: Source) -> None:
    account = an_account("acct_9", traits={"domain": "initech.example"})
    assert read(account) == read(account) == []
    assert (Lookup.objects.get().state, len(api.asked)) == ("gone", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"industry": "fintech", "traits": {"domain": "initech.example", "employees": 42}},
        {"traits": {"domain": "gmail.com"}},
        {"traits": {"domain": "not a domain"}},
        {"traits": {"website": "http://[broken"}},
        {"traits": {"domain": 7}},
        {},
    ],
)
def test_nothing_is_asked_where_all_is_known_or_nothing_can_be(
    api: Api, clearbit: Source, fields: dict[str, Any]
) -> None:
    assert read(an_account("acct_9", **fields)) == []
    assert Lookup.objects.count() == 0


@pytest.mark.django_db
def test_peoples_company_addresses_tell_the_domain_and_free_mail_does_not(api: Api, clearbit: Source) -> None:
    api.tell(FIND, Told(200, FOUND))
    account = an_account("acct_9")
    for name, domain in (("a", "gmail.com"), ("b", "gmail.com"), ("c", "initech.example")):
        a_person(f"u_{name}", account=account, email=f"{name}@{domain}")
    read(account)
    assert api.asked == [f"{FIND}?domain=initech.example"]


@pytest.mark.django_db
def test_a_merged_account_gives_way_to_the_one_that_stayed(api: Api, clearbit: Source) -> None:
    api.tell(FIND, Told(200, FOUND))
    account = an_account("acct_9", traits={"domain": "initech.example"})
    enrichment.want([account.pk])
    account.merged_into = an_account("acct_10")
    account.save()
    assert [one["group_id"] for one in read()] == ["acct_10"]


@pytest.mark.django_db
def test_without_a_source_that_knows_companies_nothing_is_noted() -> None:
    a_source("clearbit")
    enrichment.want([an_account("acct_9", traits={"domain": "initech.example"}).pk])
    assert Lookup.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "domain"),
    [
        ("Initech.com", "initech.com"),
        ("https://www.initech.co.uk/x?y", "initech.co.uk"),
        ("http://app.initech.com:8080", "app.initech.com"),
        ("initech.com.", "initech.com"),
        ("localhost", ""),
        ("10.0.0.1", ""),
        ("", ""),
        (None, ""),
        ("outlook.com", ""),
        ("-x.com", ""),
        ("a" * 300 + ".com", ""),
    ],
)
def test_a_domain_is_found_in_what_people_write(said: object, domain: str) -> None:
    assert enrichment.domain_of(said) == domain
