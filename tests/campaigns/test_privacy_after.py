"""What stays when somebody was forgotten: what their company used and is; and what comes late, or again, or anew."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import privacy
from people_app import entitlements, erasure
from people_app.models import (
    Account,
    AccountName,
    ContactPoint,
    ErasedName,
    Erasure,
    Identity,
    Person,
)
from signals_app import ingest, replay, seen
from signals_app.incoming import Incoming
from signals_app.models import Envelope, Event, Meter, RejectedEvent, SeenProperty, Source
from signals_app.privacy import kept
from signals_app.usage import ask_recount, recount
from tests.build import a_person, a_source, an_event
from tests.campaigns.forgetting import SECRET, an_envelope, as_sent, ask, forget, texts, totals
from tests.conftest import Time
from tests.engine import receive, somebody, work
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
METERS: list[dict[str, Any]] = [
    {"event": "Exported", "aggregate": "count", "where": {"format": "pdf", "big": True}},
    {"event": "Exported", "aggregate": "sum", "property": "size.rows"},
    {"event": "Exported", "aggregate": "last", "property": "left"},
    {"event": "Exported", "aggregate": "distinct", "property": "document"},
    {"event": "Seen", "aggregate": "count"},
]


@pytest.fixture(autouse=True)
def nobody_is_held_out(settings: Any, time: Time) -> None:
    settings.HOLDOUT_PERCENT = 0


@pytest.fixture
def server() -> Source:
    return a_source("http")


def test_what_the_account_used_stays_and_a_recount_says_the_same(server: Source) -> None:
    for number, fields in enumerate(METERS):
        Meter.objects.create(resource=f"r{number}", label="x", verb="x", **fields)
    group = {"context": {"groupId": "acme"}}
    exported = {"type": "track", "event": "Exported", "userId": "ana"}
    said = {"format": "pdf", "big": True, "size": {"rows": 7}, "left": "12.5", "note": SECRET}
    receive(server, {**exported, **group, "properties": {**said, "document": f"{SECRET}.pdf"}})
    receive(server, {**exported, "properties": {**said, "document": f"{SECRET}.pdf", "size": {"rows": 3}}})
    receive(server, {**exported, "properties": {"document": "shared", "format": SECRET}})
    receive(server, {**exported, **group, "userId": "bob", "properties": {"document": "shared"}})
    receive(server, {"type": "track", "event": "Seen", "userId": "ana", "properties": {"text": SECRET}})
    while recount.step():
        pass
    before = totals()
    assert {(name, int(used)) for _, name, _, used in before} == {
        ("r0", 2), ("r1", 10), ("r2", 12), ("r3", 2), ("r4", 1)
    }  # fmt: skip
    ask(server, "ana")
    forget()
    assert totals() == before
    ask_recount(list(Account.objects.values_list("pk", flat=True)))
    while recount.step():
        pass
    assert totals() == before
    assert not [table for table, text in texts() if SECRET in text]
    assert not Event.objects.filter(person__user_id=None, person__isnull=False).exists()


def test_of_an_event_only_what_a_meter_reads_is_kept() -> None:
    meters = [Meter(resource=f"r{number}", **fields) for number, fields in enumerate(METERS[:4])]
    given = {"format": "docx", "big": True, "size": {"rows": 7}, "left": "a text", "document": 49170, "n": 1}
    found = kept(given, meters)
    assert found == {"big": True, "size.rows": 7, "document": found["document"]}
    assert set(found["document"]) == {"$erased"}


def test_what_their_acts_said_of_the_company_stays_said(server: Source, time: Time) -> None:
    receive(server, {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"plan": "pro"}})
    receive(server, {"type": "track", "event": "Cancellation Requested", "userId": "ana"})
    acme = Account.objects.get(group_id="acme")
    assert acme.cancelling
    ask(server, "ana")
    forget()
    entitlements.show([acme.pk])
    acme.refresh_from_db()
    assert (acme.cancelling, acme.plan) == (True, "pro")


def test_an_account_that_was_theirs_alone_is_emptied(server: Source, time: Time) -> None:
    receive(server, {"type": "track", "event": "Report Exported", "userId": "ana"})
    own = Account.objects.get(personal_of__user_id="ana")
    own.names.create(kind="stripe_customer_id", value="cus_1")
    Account.objects.filter(pk=own.pk).update(name=SECRET, stripe_customer_id="cus_1", traits={"x": SECRET})
    before = totals()
    time.move(minutes=5)
    ask(server, "ana")
    forget()
    own.refresh_from_db()
    assert (own.name, own.stripe_customer_id, own.traits) == ("", "", {})
    assert not AccountName.objects.exists()
    assert totals() == before
    late = {"type": "group", "userId": "cy", "groupId": "g", "timestamp": "2026-03-10T10:00:00Z"}
    items = ingest.open_all([an_envelope(server, {**late})])[0].items
    items[0].account_ids = {"stripe_customer_id": "cus_1"}
    assert erasure.too_late(items) == [True]


def test_what_is_older_than_the_asking_is_dropped_and_what_is_newer_is_a_new_person(
    server: Source, time: Time
) -> None:
    person = a_person("ana")
    time.move(hours=1)
    ask(server, "ana")
    forget()
    at = Erasure.objects.get().asked_at
    call = {"type": "track", "event": "Seen", "userId": "ana"}
    receive(server, {**call, "timestamp": as_sent(at - timedelta(minutes=1))})
    assert (Event.objects.filter(name="Seen").count(), Person.objects.filter(user_id="ana").exists()) == (
        0,
        False,
    )
    time.move(hours=1)
    receive(server, {**call, "timestamp": as_sent(at + timedelta(minutes=1))})
    again = Person.objects.get(user_id="ana")
    assert (again.pk != person.pk, again.erased_at) == (True, None)
    assert Event.objects.get(name="Seen").person == again


def test_replayed_envelopes_bring_nothing_back(server: Source, time: Time) -> None:
    receive(server, {"type": "identify", "userId": "ana", "traits": {"first_name": SECRET}})
    time.move(minutes=1)
    ask(server, "ana")
    forget()
    time.move(minutes=1)
    assert replay.envelopes(Envelope.objects.all()).count == 2
    work()
    assert not Person.objects.exclude(user_id=None).exists()
    assert Erasure.objects.count() == 1


def test_a_delete_with_an_old_timestamp_forgets_all_that_came_before_it(server: Source, time: Time) -> None:
    said = {"type": "identify", "userId": "ana", "traits": {"email": "ana@corp.test"}}
    receive(server, {**said, "timestamp": "2026-03-09T00:00:00Z"})
    ask(server, "ana", timestamp="2026-01-01T00:00:00Z")
    forget()
    replay.envelopes(Envelope.objects.all())
    work()
    assert not Person.objects.exclude(user_id=None).exists()
    assert not ContactPoint.objects.filter(address="ana@corp.test").exists()


def test_of_two_askings_the_later_bars_what_came_before_it(server: Source, time: Time) -> None:
    ask(server, str(somebody().user_id))
    time.move(hours=1)
    at = clock.now()
    ask(server, str(Person.objects.get().user_id))
    forget()
    assert Erasure.objects.get().asked_at >= at
    assert not ErasedName.objects.filter(asked_at__lt=at).exists()


LATE = [
    {"type": "alias", "userId": "bob", "previousId": "ana"},
    {"type": "alias", "userId": "bob", "previousId": "anon-ana"},
    {"type": "track", "event": "Seen", "anonymousId": "anon-ana"},
    {"type": "identify", "userId": "ana", "anonymousId": "new"},
]


@pytest.mark.parametrize("call", LATE)
def test_no_call_brings_a_forgotten_name_back(server: Source, time: Time, call: dict[str, Any]) -> None:
    receive(server, {"type": "identify", "userId": "ana", "anonymousId": "anon-ana"})
    time.move(minutes=5)
    at = clock.now()
    ask(server, "ana")
    forget()
    time.move(minutes=5)
    receive(server, {**call, "timestamp": as_sent(at - timedelta(minutes=1))})
    assert not Identity.objects.filter(value__contains="ana").exists()
    assert not Person.objects.exclude(user_id=None).exists()
    time.move(minutes=5)
    receive(server, {**call, "timestamp": as_sent(at + timedelta(minutes=6))})
    assert Identity.objects.filter(value__contains="ana").exists(), "what is newer is somebody new"


@pytest.mark.parametrize(
    ("names", "lookup"),
    [
        ({"zendesk_requester_id": "z1"}, {}),
        ({}, {"email": " Ana@corp.test"}),
        ({}, {"phone": "+49 (0)170 1234"}),
        ({"zendesk_requester_id": "new"}, {"email": "ana@corp.test"}),
    ],
)
def test_neither_a_providers_id_nor_an_address_brings_them_back(
    server: Source, time: Time, names: dict[str, str], lookup: dict[str, str]
) -> None:
    said = {"email": "ana@corp.test", "phone": "+491701234"}
    receive(server, {"type": "identify", "userId": "ana", "traits": said})
    Person.objects.get(user_id="ana").identities.create(kind="zendesk_requester_id", value="z1")
    time.move(minutes=5)
    ask(server, "ana")
    forget()
    late = Incoming("identify", "late", clock.now() - timedelta(minutes=1), person_ids=names, lookup=lookup)
    newer = replace(late, occurred_at=clock.now() + timedelta(minutes=1))
    somebody_else = replace(late, user_id="bob", person_ids={})
    assert erasure.too_late([late, newer, somebody_else]) == [True, False, False]


def test_what_was_refused_and_names_them_is_blanked(server: Source, time: Time) -> None:
    receive(server, {"type": "identify", "userId": "ana", "traits": {"email": "ana@corp.test"}})
    receive(server, {"type": "track", "userId": "ana"})
    receive(server, {"type": "track", "userId": "anaconda"})
    receive(server, {"type": "track", "properties": {"to": ["ANA@corp.test"]}})
    RejectedEvent.objects.create(
        source=server, envelope_id=0, index=0, reason="x", payload="<Id>ana</Id>", received_at=clock.now()
    )
    ask(server, "ana")
    forget()
    left = RejectedEvent.objects.exclude(payload="")
    assert (RejectedEvent.objects.count(), len(left)) == (4, 1)
    assert "anaconda" in left[0].payload


def test_a_short_number_is_blanked_where_it_is_an_id(server: Source, time: Time) -> None:
    receive(server, {"type": "identify", "userId": "7"})
    for number, payload in enumerate(('{"userId": 7, "n": 1}', '{"userId": 71}', '{"seats": 7}')):
        RejectedEvent.objects.create(
            source=server, envelope_id=0, index=number, reason="x", payload=payload, received_at=clock.now()
        )
    ask(server, "7")
    forget()
    blanked = RejectedEvent.objects.filter(payload="").values_list("index", flat=True)
    assert list(blanked) == [0]


def test_names_that_only_they_sent_are_not_offered_to_staff_any_more(server: Source, time: Time) -> None:
    seen.forget()
    properties = {"Ana Doe": 1, "note": {"ana_doe": 2}}
    receive(server, {"type": "track", "event": "Hello Ana", "userId": "ana", "properties": properties})
    receive(server, {"type": "track", "event": "Exported", "userId": "ana", "properties": properties})
    seen.flush()
    time.move(days=8)
    receive(server, {"type": "track", "event": "Exported", "userId": "bob", "properties": {"rows": 1}})
    assert SeenProperty.objects.filter(path="Ana Doe").exists()
    ask(server, "ana")
    forget()
    left = SeenProperty.objects.values_list("name", "path")
    assert set(left) == {("Exported", ""), ("Exported", "rows")}


def test_an_event_that_is_called_by_an_address_is_renamed_and_never_offered(
    server: Source, time: Time
) -> None:
    seen.forget()
    receive(server, {"type": "track", "event": "Mail to ana@corp.test", "userId": "ana"})
    seen.flush()
    assert not SeenProperty.objects.exists()
    ask(server, "ana")
    forget()
    assert list(Event.objects.filter(kind="track").values_list("name", flat=True)) == [""]


def test_asking_again_is_harmless(server: Source, time: Time) -> None:
    ask(server, str(somebody().user_id))
    ask(server, str(Person.objects.get().user_id))
    assert Erasure.objects.count() == 1
    forget()
    privacy.carry_out()
    time.move(minutes=1)
    ask(server, "nobody-we-know")
    forget()
    assert not Person.objects.exclude(user_id=None).exists()
    assert ErasedName.objects.count() >= 2


def test_an_event_of_somebody_else_stays(server: Source) -> None:
    ana, bob = a_person("ana"), a_person("bob")
    an_event(bob, "Note", text="kept")
    privacy.ask(ana)
    forget()
    assert Event.objects.get().properties == {"text": "kept"}
    assert Person.objects.get(pk=bob.pk).user_id == "bob"
