"""Who is named only by a provider's id is read by its API: opt-outs of Klaviyo, requesters of Zendesk, and contacts."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns_app import pipeline
from consent_app import permission
from consent_app.models import Suppression
from people_app.models import Person
from signals_app import ingest, lookups
from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Parsed, Wanted
from signals_app.models import Lookup, RejectedEvent, Source, Ticket
from tests.build import a_person, a_source
from tests.connectors import payload
from tests.connectors.messaging import mutated
from upsell_project.lib import clock

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ANA = {"email": "ana@example.com"}


def body(kind: str, name: str) -> bytes:
    said = payload.read(kind, name)["body"]
    return said.encode() if isinstance(said, str) else json.dumps(said).encode()


def parsed(kind: str, name: str) -> Parsed:
    call = payload.read(kind, name).get("call", "hook")
    return CONNECTORS[kind].parse(body(kind, name), {}, NOW, call)


@pytest.mark.parametrize(
    ("kind", "name", "wanted"),
    [
        ("klaviyo", "klaviyo-1", [Wanted("event", "kevt0001")]),
        ("klaviyo", "read-event", [Wanted("profile", "01PROF1")]),
        ("klaviyo", "many", [Wanted("profile", "prof1")]),
        ("klaviyo", "read-profile", []),
        ("zendesk", "zendesk-1-ticket-created", [Wanted("user", "9000000002")]),
        ("zendesk", "satisfaction", [Wanted("user", "9000000002")]),
        ("zendesk", "priority-changed", []),
        ("zendesk", "user-created", []),
        ("zendesk", "zendesk-3-trigger-custom-body", []),
        ("intercom", "contact-replied", []),
        ("intercom", "contact-created", []),
        ("intercom", "deleted", []),
    ],
)
def test_what_is_named_by_an_id_alone_is_wanted(kind: str, name: str, wanted: list[Wanted]) -> None:
    assert parsed(kind, name).wanted == wanted


def test_a_conversation_of_a_contact_without_a_name_wants_the_contact() -> None:
    said = {
        "topic": "conversation.user.created",
        "id": "n1",
        "data": {"item": {"id": "c1", "contacts": {"contacts": [{"type": "contact", "id": "667d"}]}}},
    }
    found = CONNECTORS["intercom"].parse(json.dumps(said).encode(), {}, NOW, "hook")
    assert found.wanted == [Wanted("contact", "667d")]
    said["data"]["item"]["contacts"]["contacts"][0]["external_id"] = "u_1"  # type: ignore[index]
    assert CONNECTORS["intercom"].parse(json.dumps(said).encode(), {}, NOW, "hook").wanted == []


@pytest.mark.parametrize(
    ("kind", "wanted", "key", "url", "proof"),
    [
        (
            "klaviyo",
            Wanted("profile", "01PROF1"),
            "pk_1",
            "https://api.test/api/profiles/01PROF1?additional-fields%5Bprofile%5D=subscriptions",
            "Klaviyo-API-Key pk_1",
        ),
        (
            "klaviyo",
            Wanted("event", "kevt0001"),
            "pk_1",
            "https://api.test/api/events/kevt0001?include=profile",
            "Klaviyo-API-Key pk_1",
        ),
        ("zendesk", Wanted("user", "77"), "oauth", "https://api.test/api/v2/users/77.json", "Bearer oauth"),
        (
            "zendesk",
            Wanted("user", "77"),
            "ops@acme.test/token:k",
            "https://api.test/api/v2/users/77.json",
            "Basic b3BzQGFjbWUudGVzdC90b2tlbjpr",
        ),
        ("intercom", Wanted("contact", "667d"), "tok", "https://api.test/contacts/667d", "Bearer tok"),
    ],
)
def test_the_question_is_the_one_of_the_documentation(
    kind: str, wanted: Wanted, key: str, url: str, proof: str
) -> None:
    asked = CONNECTORS[kind].question(wanted, "https://api.test", key)
    assert asked
    assert (asked.url, asked.headers["Authorization"]) == (url, proof)
    for strange in (Wanted("other", wanted.id), Wanted(wanted.kind, "../x"), Wanted(wanted.kind, "1?a=b")):
        assert CONNECTORS[kind].question(strange, "https://api.test", key) is None


def test_zendesk_is_not_asked_before_its_address_is_known() -> None:
    zendesk = CONNECTORS["zendesk"]
    assert zendesk.question(Wanted("user", "77"), zendesk.reads, "key") is None


def test_a_profile_says_who_it_is_and_what_was_said_of_each_channel() -> None:
    about, email, sms = parsed("klaviyo", "read-profile").items
    assert (about.kind, about.user_id, about.person_ids) == (
        "identify",
        "u_1",
        {"klaviyo_profile_id": "01PROF1"},
    )
    assert about.traits == ANA | {"phone": "+14155550100"}
    assert (email.name, email.lookup, email.occurred_at) == (
        "Unsubscribed",
        ANA,
        datetime(2026, 3, 2, 9, 29, 54, tzinfo=UTC),
    )
    assert (sms.name, sms.lookup) == ("Resubscribed", {"phone": "+14155550100"})
    assert (email.properties["channel"], sms.properties["channel"]) == ("email", "sms")


def test_a_complaint_in_a_profile_is_one() -> None:
    said = json.loads(body("klaviyo", "read-profile"))
    marketing = said["data"]["attributes"]["subscriptions"]["email"]["marketing"]
    marketing["suppression"] = [{"reason": "SPAM_COMPLAINT", "timestamp": "2026-03-01T00:00:00+00:00"}]
    found = CONNECTORS["klaviyo"].parse(json.dumps(said).encode(), {}, NOW, "read:profile")
    assert [(item.name, item.occurred_at.day) for item in found.items[1:2]] == [("Spam Reported", 1)]


@pytest.mark.parametrize(
    ("kind", "name", "person_id"),
    [
        ("zendesk", "read-user", {"zendesk_requester_id": "9000000002"}),
        ("intercom", "read-contact", {"intercom_contact_id": "667d61b78a68186f43bafe8d"}),
    ],
)
def test_a_person_is_read_with_their_address(kind: str, name: str, person_id: dict[str, str]) -> None:
    (item,) = parsed(kind, name).items
    assert (item.kind, item.person_ids, item.lookup, item.active) == ("identify", person_id, ANA, False)
    assert item.traits == ANA | {"name": "Ana Diaz"}
    assert NOW - timedelta(days=1) < item.occurred_at < NOW


def test_an_agent_who_asked_is_nobody() -> None:
    user = json.loads(body("zendesk", "read-user"))["user"] | {"role": "agent"}
    assert CONNECTORS["zendesk"].parse(json.dumps({"user": user}).encode(), {}, NOW, "read:user") == Parsed()


READS = [
    ("klaviyo", "read-event"),
    ("klaviyo", "read-profile"),
    ("zendesk", "read-user"),
    ("intercom", "read-contact"),
]


@settings(deadline=None)
@given(data=st.data(), which=st.sampled_from(READS))
def test_no_damaged_answer_breaks_the_parser(data: st.DataObject, which: tuple[str, str]) -> None:
    kind, name = which
    found = CONNECTORS[kind].parse(data.draw(mutated(kind, name)), {}, NOW, payload.read(kind, name)["call"])
    assert all(item.message_id and item.occurred_at <= NOW for item in found.items)


def processed() -> None:
    while pipeline.process(20):
        pass
    assert not RejectedEvent.objects.exists()


def answer(source: Source, kind: str, name: str) -> None:
    """As the job takes it in, for the one object that is asked for."""
    lookup = Lookup.objects.get(source=source, kind=kind)
    lookups.accept(source.pk, Wanted(lookup.kind, lookup.object_id), body(source.kind, name), [])
    processed()


def opted_out(source: Source) -> None:
    ingest.accept(source.pk, "hook", body("klaviyo", "klaviyo-1"), {})
    processed()
    answer(source, "event", "read-event")
    answer(source, "profile", "read-profile")


@pytest.mark.django_db
@pytest.mark.usefixtures("time")
@pytest.mark.parametrize("user_id", ["u_1", "somebody"])
def test_an_opt_out_without_a_profile_reaches_who_it_is_from(user_id: str) -> None:
    """By our own id, or else by the address."""
    ana = a_person(user_id, email="ana@example.com", consent=("email",))
    assert permission.of(ana.pk, clock.now()).no("email", "offers") is None
    opted_out(a_source("klaviyo"))
    ana = Person.objects.get(user_id="u_1")
    assert permission.of(ana.pk, clock.now()).no("email", "offers")


@pytest.mark.django_db
@pytest.mark.usefixtures("time")
def test_an_opt_out_of_nobody_we_know_is_kept_for_when_they_come() -> None:
    source = a_source("klaviyo")
    ingest.accept(source.pk, "hook", body("klaviyo", "klaviyo-1"), {})
    processed()
    answer(source, "event", "read-event")
    said = json.loads(body("klaviyo", "read-profile"))
    del said["data"]["attributes"]["external_id"]
    lookups.accept(source.pk, Wanted("profile", "01PROF1"), json.dumps(said).encode(), [])
    processed()
    assert Suppression.objects.filter(channel="email").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("time")
def test_a_ticket_is_theirs_whose_address_the_requester_has() -> None:
    ana, zendesk = a_person("ana", email="ana@example.com"), a_source("zendesk")
    ingest.accept(zendesk.pk, "hook", body("zendesk", "zendesk-1-ticket-created"), {})
    processed()
    assert Ticket.objects.get().person != ana
    answer(zendesk, "user", "read-user")
    assert Ticket.objects.get().person == ana
