"""What webhooks only name is read once, politely, and comes in by the same door as everything else."""

import json
from collections.abc import Iterator
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from signals_app import ingest, lookups
from signals_app.connectors.base import Wanted
from signals_app.models import Envelope, Lookup, Source
from tests.build import a_source
from tests.connectors import payload
from tests.signals import provider_api
from tests.signals.provider_api import KEY, Api, Told
from upsell_project.lib import clock, http

pytestmark = pytest.mark.django_db
CONTACT = "/crm/v3/objects/contacts/51"
COMPANY = "/crm/v3/objects/companies/991"


@pytest.fixture
def api(settings: Any) -> Iterator[Api]:
    with provider_api.running() as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        yield running


@pytest.fixture
def hubspot(api: Api) -> Source:
    return a_source("hubspot", api_key=KEY, api_url=f"{api.url}/")


def want(source: Source, *objects: tuple[str, str]) -> None:
    lookups.ask((source.pk, Wanted(kind, object_id), []) for kind, object_id in objects)


def the(source: Source, object_id: str = "51") -> Lookup:
    return Lookup.objects.get(source=source, object_id=object_id)


def later(source: Source) -> None:
    """As if all waiting were over."""
    Lookup.objects.filter(source=source).update(due_at=clock.real())
    Source.objects.filter(pk=source.pk).update(lookups_paused_until=None)


def test_a_webhook_leads_to_the_object_that_it_names(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(200, payload.read("hubspot", "read-contact")["body"]))
    api.tell(COMPANY, Told(200, payload.read("hubspot", "read-company")["body"]))
    body = json.dumps(payload.read("hubspot", "many-changes")["body"]).encode()
    ingest.accept(hubspot.pk, "hook", body, {})
    lookups.want(ingest.open_all(list(Envelope.objects.filter(call="hook"))))
    assert lookups.waiting()
    lookups.read_due()
    assert not lookups.waiting()
    assert {one.partition("?")[0] for one in api.asked} >= {CONTACT, COMPANY}
    states = dict(Lookup.objects.values_list("kind", "state"))
    assert states == {"contact": "done", "company": "done", "deal": "gone", "ticket": "gone"}
    read = ingest.open_all(list(Envelope.objects.filter(call__startswith="read:").order_by("call")))
    company, contact = read
    assert company.items[0].account_traits["employees"] == 420
    assert (contact.items[0].user_id, contact.items[0].traits["role"]) == ("u_1", "Head of Ops")


def test_an_answer_is_an_envelope_that_can_be_replayed(api: Api, hubspot: Source) -> None:
    said = payload.read("hubspot", "read-contact")["body"]
    api.tell(CONTACT, Told(200, said))
    want(hubspot, ("contact", "51"))
    lookups.read_due()
    envelope = Envelope.objects.get()
    answer = envelope.call, json.loads(bytes(envelope.body)), envelope.state
    assert answer == ("read:contact", said, "pending")
    first, second = (ingest.open_all([envelope])[0].items for _ in range(2))
    assert first == second and first


def test_what_is_asked_for_ten_times_is_read_once(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    for _ in range(10):
        want(hubspot, ("contact", "51"), ("contact", "51"))
    lookups.read_due()
    assert len(api.asked) == 1 and Lookup.objects.count() == 1


def test_what_is_asked_for_while_it_is_read_is_read_again(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    want(hubspot, ("contact", "51"))
    (claimed,) = lookups._claim(hubspot.pk)
    want(hubspot, ("contact", "51"))
    lookups._read(claimed)
    assert the(hubspot).state == "open"
    lookups.read_due()
    assert (the(hubspot).state, len(api.asked)) == ("done", 2)


def test_what_was_read_is_read_again_when_it_changes(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    for _ in range(2):
        want(hubspot, ("contact", "51"))
        lookups.read_due()
    assert (len(api.asked), Envelope.objects.count(), Lookup.objects.count()) == (2, 2, 1)


def test_a_limit_makes_the_whole_source_wait_as_long_as_it_says(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(429, {}, {"Retry-After": "30"}), Told(200, {"id": "51", "properties": {}}))
    want(hubspot, ("contact", "51"), ("contact", "52"), ("contact", "53"))
    before = clock.real()
    lookups.read_due()
    hubspot.refresh_from_db()
    assert len(api.asked) == 1 and not lookups.waiting()
    assert hubspot.lookups_paused_until and hubspot.lookups_paused_until >= before + timedelta(seconds=30)
    assert (the(hubspot).attempts, hubspot.lookup_error) == (0, "")
    later(hubspot)
    lookups.read_due()
    assert the(hubspot).state == "done"


@pytest.mark.parametrize("status", [500, 502, 504, 408])
def test_a_server_in_trouble_is_asked_again_later_and_less_often(
    api: Api, hubspot: Source, status: int
) -> None:
    api.tell(CONTACT, Told(status, {}))
    want(hubspot, ("contact", "51"))
    waits = []
    for _ in range(4):
        lookups.read_due()
        waits.append((the(hubspot).due_at - clock.real()).total_seconds())
        later(hubspot)
    assert [round(wait, -1) for wait in waits] == [10, 20, 40, 80]
    assert (the(hubspot).state, the(hubspot).error) == ("open", f"the API answered {status}")


@pytest.mark.parametrize("trouble", [provider_api.RESET, provider_api.SLOW])
def test_no_answer_is_tried_again(
    api: Api, hubspot: Source, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.tell(CONTACT, Told(trouble=trouble), Told(200, {"id": "51", "properties": {}}))
    want(hubspot, ("contact", "51"))
    with monkeypatch.context() as impatient:  # with this one alone
        impatient.setattr(http, "READ_SECONDS", 0.3)
        lookups.read_due()
    assert (the(hubspot).state, the(hubspot).attempts) == ("open", 1)
    later(hubspot)
    lookups.read_due()
    assert (the(hubspot).state, Envelope.objects.count()) == ("done", 1)


def test_a_provider_that_hangs_is_left_alone_for_a_while_and_shown(
    api: Api, hubspot: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    numbers = [str(number) for number in range(51, 56)]
    for number in numbers:
        api.tell(f"/crm/v3/objects/contacts/{number}", Told(trouble=provider_api.SLOW))
    want(hubspot, *(("contact", number) for number in numbers))
    lookups.read_due()
    assert len(api.asked) == 1 and not lookups.waiting()
    hubspot.refresh_from_db()
    assert hubspot.lookup_error == "", "once is no reason to alarm anybody"
    Lookup.objects.update(attempts=2)
    later(hubspot)
    lookups.read_due()
    hubspot.refresh_from_db()
    assert hubspot.lookup_error == "The API does not answer."


def test_after_many_attempts_it_is_given_up_visibly(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(500, {}))
    want(hubspot, ("contact", "51"))
    Lookup.objects.update(attempts=lookups.MAX_ATTEMPTS - 1)
    lookups.read_due()
    assert (the(hubspot).state, the(hubspot).error) == ("failed", "the API answered 500")
    assert not lookups.waiting()


def test_what_is_gone_is_not_asked_for_again(api: Api, hubspot: Source) -> None:
    want(hubspot, ("contact", "51"))
    lookups.read_due()
    later(hubspot)
    lookups.read_due()
    assert (the(hubspot).state, len(api.asked), Envelope.objects.count()) == ("gone", 1, 0)


def test_a_refused_key_is_shown_at_the_source_and_not_tried_in_vain(api: Api, hubspot: Source) -> None:
    hubspot.api_key = "pat-eu1-wrong"
    hubspot.save()
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    want(hubspot, ("contact", "51"), ("contact", "52"))
    lookups.read_due()
    hubspot.refresh_from_db()
    assert (len(api.asked), hubspot.lookup_error) == (1, "The API key was refused (401).")
    assert not lookups.waiting() and KEY not in hubspot.lookup_error
    hubspot.api_key = KEY
    hubspot.save()
    lookups.resume(hubspot.pk)
    lookups.read_due()
    hubspot.refresh_from_db()
    assert (the(hubspot).state, hubspot.lookup_error) == ("done", "")


def test_a_key_that_may_not_read_one_kind_still_reads_the_others(api: Api, hubspot: Source) -> None:
    api.tell("/crm/v3/objects/tickets/88", Told(403, {"category": "MISSING_SCOPES"}))
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    want(hubspot, ("ticket", "88"), ("contact", "51"))
    lookups.read_due()
    assert (the(hubspot).state, the(hubspot, "88").state) == ("done", "open")
    assert the(hubspot, "88").due_at > clock.real() + timedelta(minutes=14)


def test_without_a_key_it_waits_for_one(api: Api) -> None:
    source = a_source("hubspot", api_url=api.url)
    want(source, ("contact", "51"))
    assert not lookups.waiting()
    lookups.read_due()
    assert (api.asked, the(source).state) == ([], "open")


def test_an_address_inside_our_network_is_refused_and_shown(hubspot: Source) -> None:
    hubspot.api_url = "https://169.254.169.254"
    hubspot.save()
    want(hubspot, ("contact", "51"))
    lookups.read_due()
    hubspot.refresh_from_db()
    assert "private network" in hubspot.lookup_error and the(hubspot).state == "open"


def test_an_id_that_is_none_is_never_asked_for(api: Api, hubspot: Source) -> None:
    want(
        hubspot,
        ("contact", "51?x=1"),
        ("contact", "../me"),
        ("planet", "1"),
        ("", "1"),
        ("contact", "9" * 201),
    )
    lookups.read_due()
    assert api.asked == []
    assert set(Lookup.objects.values_list("state", flat=True)) == {"failed"}


def test_a_redirect_is_no_answer(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(302, {}, {"Location": f"{api.url}/other"}))
    want(hubspot, ("contact", "51"))
    lookups.read_due()
    assert (the(hubspot).state, len(api.asked)) == ("failed", 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_read_the_same(hubspot: Source) -> None:
    want(hubspot, *(("contact", str(number)) for number in range(1, 9)))
    claimed, done = Event(), Event()
    others: list[str] = []

    def other_worker() -> None:
        with transaction.atomic():
            others.extend(one.object_id for one in lookups._claim(hubspot.pk))
            claimed.set()
            done.wait(10)
        connection.close()

    thread = Thread(target=other_worker)
    thread.start()
    try:
        assert claimed.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '3s'")
        mine = [one.object_id for one in lookups._claim(hubspot.pk)]
    finally:
        done.set()
        thread.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")
    assert sorted(mine + others) == [str(number) for number in range(1, 9)]
    assert (len(mine), len(others)) == (3, 5)


def test_a_killed_worker_leaves_it_to_the_next(api: Api, hubspot: Source) -> None:
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    want(hubspot, ("contact", "51"))
    lookups._claim(hubspot.pk)
    lookups.read_due()
    assert api.asked == []
    Lookup.objects.update(lease_until=clock.real() - timedelta(seconds=1))
    lookups.read_due()
    assert (the(hubspot).state, the(hubspot).attempts) == ("done", 2)


def test_the_key_is_encrypted_where_it_lies(hubspot: Source) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key FROM signals_app_source WHERE id = %s", [hubspot.pk])
        assert KEY not in cursor.fetchone()[0]
