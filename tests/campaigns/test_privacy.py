"""Who asks to be forgotten is: at once nobody reaches them, then nothing names them any more, and the counts stay."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from campaigns_app import enroll, pipeline, privacy
from campaigns_app.models import Delivery, Enrollment, StaffTask
from consent_app import permission
from consent_app.models import Suppression
from offers_app.models import Decision
from people_app import erasure
from people_app.models import (
    ContactPoint,
    Erasure,
    Identity,
    Membership,
    Person,
)
from signals_app import ingest
from signals_app.models import Lookup, RejectedEvent, Source, Ticket
from tests.build import a_person, a_source
from tests.campaigns.forgetting import (
    SECRET,
    an_envelope,
    ask,
    everything_of,
    forget,
    live_offers,
    texts,
)
from tests.conftest import Time
from tests.connectors import payload
from tests.engine import a_signal, begun, receive, somebody, work
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def nobody_is_held_out(settings: Any, time: Time) -> None:
    settings.HOLDOUT_PERCENT = 0


@pytest.fixture
def server() -> Source:
    return a_source("http")


def test_a_delete_from_a_server_forgets_them(server: Source) -> None:
    person = somebody(first_name="Ana")
    user_id = str(person.user_id)
    ask(server, user_id)
    assert Erasure.objects.get().person == person
    forget()
    person.refresh_from_db()
    assert (person.user_id, person.first_name, person.country, person.timezone) == (None, "", "", "")
    assert person.erased_at == Erasure.objects.get().asked_at
    for model in (Identity, ContactPoint, Membership):
        assert not model._default_manager.filter(person=person).exists()
    assert not Person.objects.filter(user_id=user_id).exists()


def test_at_once_what_runs_ends_and_nobody_reaches_them(server: Source) -> None:
    person = somebody()
    run = begun(person)
    assert live_offers(person) == 1
    ask(server, str(person.user_id))
    run.refresh_from_db()
    assert (run.state, run.end_reason) == ("finished", "erased")
    assert live_offers(person) == 0
    work()
    assert not Delivery.objects.exclude(state__in=["skipped", "accepted"]).exists()


def test_nothing_begins_for_them_any_more(server: Source) -> None:
    person = somebody()
    ask(server, str(person.user_id))
    enroll.from_signals([a_signal(person, person.memberships.get().account)], clock.now())
    assert Decision.objects.get().gate == "erased"
    assert not Enrollment.objects.exists()


def test_a_parked_run_of_theirs_is_over_too(server: Source) -> None:
    person = somebody()
    run = begun(person)
    Enrollment.objects.update(state="parked", error=SECRET)
    ask(server, str(person.user_id))
    run.refresh_from_db()
    assert (run.state, run.end_reason) == ("finished", "erased")


def test_a_web_key_erases_nobody(server: Source) -> None:
    person = somebody()
    web = a_source("web")
    ask(web, str(person.user_id))
    assert not Erasure.objects.exists()
    assert "only a server" in RejectedEvent.objects.get().reason
    # Nor if such an item got through to identification.
    headers = {ingest.SIGNED_PERSON: str(person.user_id)}
    body = json.dumps({"batch": [{"type": "delete", "userId": person.user_id, "messageId": "m"}]}).encode()
    ingest.accept(web.pk, "batch", body, headers)
    while pipeline.process(20):
        pass
    person.refresh_from_db()
    assert (person.erased_at, Erasure.objects.count()) == (None, 0)


def test_hubspots_privacy_deletion_forgets_the_contact(server: Source) -> None:
    body = payload.read("hubspot", "privacy-deletion")["body"]
    contact = str((body[0] if isinstance(body, list) else body)["objectId"])
    hubspot = a_source("hubspot")
    person = a_person("ana")
    person.identities.create(kind="hubspot_contact_id", value=contact)
    Lookup.objects.create(source=hubspot, kind="contact", object_id=contact, due_at=clock.real())
    Lookup.objects.create(source=hubspot, kind="contact", object_id=f"{contact}0", due_at=clock.real())
    ingest.accept(hubspot.pk, "hook", json.dumps(body).encode(), {})
    while pipeline.process(20):
        pass
    forget()
    person.refresh_from_db()
    assert (person.user_id, person.erased_at is not None) == (None, True)
    assert Lookup.objects.get().object_id == f"{contact}0"


def test_nothing_that_names_them_is_left_in_any_table(server: Source) -> None:
    person = everything_of(server)
    user_id = str(person.user_id)
    found = {table for table, text in texts() if SECRET in text or user_id in text}
    assert len(found) >= 12, found
    ask(server, user_id)
    forget()
    assert {(table, text) for table, text in texts() if SECRET in text or user_id in text} == set()
    assert Ticket.objects.get().person is None
    assert StaffTask.objects.get().done_at


def test_their_addresses_stay_barred_without_being_kept(server: Source) -> None:
    person = somebody()
    address = ContactPoint.objects.get(person=person, channel="email").address
    ask(server, str(person.user_id))
    forget()
    barred = Suppression.objects.get(channel="email")
    assert (barred.address_hash, barred.reason) == (permission.address_hash("email", address), "erased")


def test_who_was_merged_into_them_is_forgotten_too(server: Source, time: Time) -> None:
    receive(server, {"type": "identify", "userId": "old", "traits": {"first_name": SECRET}})
    receive(server, {"type": "track", "event": "Note", "userId": "old", "properties": {"text": SECRET}})
    time.move(minutes=1)
    receive(server, {"type": "alias", "userId": "new", "previousId": "old"})
    assert Person.objects.get(user_id="old").merged_into
    time.move(minutes=1)
    ask(server, "new")
    forget()
    assert not Person.objects.exclude(user_id=None).exists()
    assert not [table for table, text in texts() if SECRET in text]


def test_who_was_merged_after_asking_is_forgotten_as_the_one_they_are(server: Source, time: Time) -> None:
    receive(server, {"type": "identify", "userId": "old"}, {"type": "identify", "userId": "new"})
    old = Person.objects.get(user_id="old")
    privacy.ask(old)
    receive(server, {"type": "alias", "userId": "new", "previousId": "old"})
    forget()
    assert not Person.objects.exclude(user_id=None).exists()
    assert Person.objects.filter(erased_at=None).count() == 0


@pytest.mark.parametrize(("people", "erased"), [(1, 1), (2, 0)])
def test_an_address_alone_erases_only_the_one_who_has_it(server: Source, people: int, erased: int) -> None:
    for number in range(people):
        a_person(f"u{number}", email="ana@corp.test")
    envelope = an_envelope(server, {"type": "delete", "userId": "x"})
    (opened,) = ingest.open_all([envelope])
    opened.items[0].user_id, opened.items[0].lookup = None, {"email": "ana@corp.test"}
    pipeline._identify([opened])
    assert Erasure.objects.count() == erased


def test_one_person_a_transaction_and_the_rest_goes_on(
    server: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = a_person("ana"), a_person("bob")
    for person in (first, second):
        privacy.ask(person)
    monkeypatch.setattr(privacy, "CHUNK", 1)
    privacy.carry_out()
    assert Erasure.objects.filter(done_at=None).count() == 1
    privacy.carry_out()
    assert not erasure.waiting()


def test_the_command_exports_everything_and_erases(server: Source) -> None:
    person = everything_of(server)
    user_id = str(person.user_id)
    out = StringIO()
    call_command("privacy", "export", user_id, stdout=out)
    told = json.loads(out.getvalue())
    assert told["records"][0]["user_id"] == user_id
    assert f"{user_id}@corp.test" in [point["address"] for point in told["contact_points"]]
    for sort in ("names", "consent_records", "events", "signals", "decisions", "offers", "deliveries"):
        assert told[sort], sort
    assert SECRET in json.dumps(told["events"])
    out = StringIO()
    call_command("privacy", "erase", user_id, stdout=out)
    assert "Erased" in out.getvalue()
    assert not [table for table, text in texts() if SECRET in text]
    with pytest.raises(CommandError):
        call_command("privacy", "erase", user_id)


def test_their_device_is_forgotten_and_nobody_pushes_to_it_again(server: Source) -> None:
    person, token = somebody(), "dPz9Q1:APA91bH_of_the_phone"
    used = {"type": "track", "event": "E", "context": {"device": {"token": token}}}
    receive(server, {"userId": str(person.user_id), **used})
    assert ContactPoint.objects.get(person=person, channel="push").address == f"fcm:{token}"
    ask(server, str(person.user_id))
    forget()
    assert not ContactPoint.objects.filter(channel="push").exists()
    known = permission.address_hash("push", f"fcm:{token}")
    assert Suppression.objects.filter(channel="push", address_hash=known).exists()
    assert not Identity.objects.filter(facts__has_key="push_address").exists()
