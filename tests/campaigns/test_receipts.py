"""What providers report is acted on once, whatever its order, and an opt-out wins."""

import itertools
import logging
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns_app import receipts
from campaigns_app.models import Delivery, Enrollment, Interaction
from consent_app import ledger, permission
from consent_app.models import ConsentRecord, Suppression
from offers_app.models import Proposition
from people_app.models import ContactPoint, Person
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Event, Source
from tests.build import a_permission, a_person, a_source
from tests.conftest import Time
from tests.engine import MORNING, begun, offer_of, somebody
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]

PHONE = "+14155550100"


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def told(
    name: str, *, of: Person | None = None, at: datetime | None = None, to: str = "", **properties: Any
) -> Stored:
    """An event as `ingest.store` leaves it; `to` is the address that the provider named."""
    lookup = {"email" if "@" in to else "phone": to} if to else {}
    said = {"channel": "email", "provider_message_id": "", **properties}
    item = Incoming("track", uuid.uuid4().hex, at or clock.now(), name=name, properties=said, lookup=lookup)
    event = Event.objects.create(
        source=Source.objects.first() or a_source(),
        message_id=item.message_id,
        kind="track",
        name=name,
        person=of,
        properties=said,
        occurred_at=item.occurred_at,
        received_at=clock.now(),
    )
    return Stored(event.pk, event.source_id, item, of.pk if of else None, None)


def apply(*stored: Stored) -> None:
    receipts.apply(stored, clock.now())


def a_mail(person: Person, **fields: Any) -> Delivery:
    """One of ours that left a minute ago."""
    delivery = Delivery.objects.get(enrollment=begun(person))
    sent = {"state": "accepted", "sent_at": clock.now() - timedelta(minutes=1)}
    Delivery.objects.filter(pk=delivery.pk).update(channel="email", **{**sent, **fields})
    delivery.refresh_from_db()
    return delivery


def open_to(person: Person, channel: str = "email", topic: str = "upgrades") -> bool:
    return permission.of(person.pk, clock.now()).open_to(channel, topic, "DE", clock.now())


def mail_of(person: Person) -> str:
    return person.contact_points.get(channel="email").address


def with_phone(person: Person, number: str = PHONE) -> Person:
    ContactPoint.objects.create(person=person, channel="sms", address=number, changed_at=clock.now())
    a_permission(person, "sms")
    return person


def test_who_unsubscribes_gets_no_more_mail_and_every_run_ends() -> None:
    person = somebody()
    run = begun(person)
    apply(told("Unsubscribed", of=person))
    run.refresh_from_db()
    assert (open_to(person), open_to(person, "chat")) == (False, True)
    assert (run.state, run.end_reason) == ("finished", "opted_out")
    assert offer_of(run).state == Proposition.State.ENDED
    record = ConsentRecord.objects.filter(person=person, granted=False).get()
    assert (record.how, record.channel, record.topic) == ("provider", "email", "*")


def test_a_stop_found_by_its_number_alone_is_heard() -> None:
    person = with_phone(somebody())
    apply(told("Unsubscribed", to="+1 (415) 555-0100", channel="sms"))
    assert (open_to(person, "sms"), open_to(person)) == (False, True)


def test_a_stop_on_whatsapp_is_of_whatsapp() -> None:
    person = with_phone(somebody(consent=("email", "whatsapp")))
    apply(told("Unsubscribed", to=PHONE, channel="whatsapp"))
    assert (open_to(person, "whatsapp"), open_to(person, "sms")) == (False, True)


def test_everybody_who_shares_the_address_is_left_in_peace() -> None:
    people = [somebody(), somebody()]
    ContactPoint.objects.filter(person__in=people, channel="email").update(address="team@corp.test")
    apply(told("Unsubscribed", to="Team@Corp.test"))
    assert [open_to(person) for person in people] == [False, False]


def test_an_opt_out_that_names_only_our_delivery_is_of_its_recipient() -> None:
    person = somebody()
    mail = a_mail(person)
    apply(told("Unsubscribed", delivery_id=str(mail.pk)))
    assert not open_to(person)


def test_without_a_channel_it_is_every_channel() -> None:
    person = somebody()
    apply(told("Unsubscribed", of=person, channel="*"))
    assert [open_to(person, channel) for channel in ("email", "chat", "in_app")] == [False, False, False]


def test_a_topic_that_we_have_closes_that_topic() -> None:
    person = somebody()
    run = begun(person)
    topic = offer_of(run).topic
    apply(told("Unsubscribed", of=person, topic=topic))
    assert (open_to(person, topic=topic), open_to(person, topic="something else")) == (False, True)
    assert Enrollment.objects.get(pk=run.pk).end_reason == "opted_out"


def test_a_group_that_we_do_not_know_closes_the_channel_and_can_be_joined_again(time: Time) -> None:
    person = somebody()
    apply(told("Unsubscribed", of=person, topic="1234"))
    assert not open_to(person)
    time.move(minutes=1)
    apply(told("Resubscribed", of=person, topic="99"))
    assert not open_to(person)
    apply(told("Resubscribed", of=person, topic="1234"))
    assert open_to(person)


def test_a_wider_no_is_not_undone_by_the_narrower_yes(time: Time) -> None:
    person = somebody()
    apply(told("Unsubscribed", of=person, topic="1234"))
    apply(told("Unsubscribed", of=person))
    time.move(minutes=1)
    apply(told("Resubscribed", of=person, topic="1234"))
    assert not open_to(person)


def test_a_group_left_twice_is_still_that_group(time: Time) -> None:
    person = somebody()
    for name in ("Unsubscribed", "Unsubscribed", "Resubscribed"):
        apply(told(name, of=person, topic="1234"))
        time.move(minutes=1)
    assert open_to(person)


def test_two_groups_left_are_not_rejoined_by_one(time: Time) -> None:
    person = somebody()
    for name, group in (
        ("Unsubscribed", "1"),
        ("Unsubscribed", "2"),
        ("Resubscribed", "2"),
        ("Resubscribed", "1"),
    ):
        apply(told(name, of=person, topic=group))
        time.move(minutes=1)
    assert not open_to(person)


def test_start_takes_back_a_stop(time: Time) -> None:
    person = with_phone(somebody())
    apply(told("Unsubscribed", to=PHONE, channel="sms"))
    time.move(hours=1)
    apply(told("Resubscribed", to=PHONE, channel="sms"))
    assert open_to(person, "sms")


def test_start_makes_no_permission_where_nobody_had_said_no() -> None:
    person = somebody(consent=())
    ContactPoint.objects.create(person=person, channel="sms", address=PHONE, changed_at=clock.now())
    apply(told("Resubscribed", to=PHONE, channel="sms"))
    assert not ConsentRecord.objects.filter(person=person).exists()


def test_a_no_said_to_us_is_not_undone_at_a_provider(time: Time) -> None:
    person = somebody()
    ledger.withdraw(person, how="preference_center")
    time.move(hours=1)
    apply(told("Unsubscribed", of=person))
    time.move(hours=1)
    apply(told("Resubscribed", of=person))
    assert not open_to(person)


def test_coming_back_before_leaving_changes_nothing_in_any_order(time: Time) -> None:
    early, late = MORNING - timedelta(hours=2), MORNING - timedelta(hours=1)
    for order in itertools.permutations([("Resubscribed", early), ("Unsubscribed", late)]):
        for together in (True, False):
            person = somebody()
            stored = [told(name, of=person, at=at) for name, at in order]
            for batch in [stored] if together else [[one] for one in stored]:
                apply(*batch)
            assert not open_to(person)


def test_a_stop_and_the_start_after_it_may_wait_in_one_batch() -> None:
    person = with_phone(somebody())
    said = [("Unsubscribed", 3), ("Resubscribed", 2)]
    apply(
        *(told(name, to=PHONE, channel="sms", at=MORNING - timedelta(hours=ago)) for name, ago in said[::-1])
    )
    assert open_to(person, "sms")


def test_a_start_between_two_stops_comes_too_late() -> None:
    for order in itertools.permutations([("Unsubscribed", 3), ("Resubscribed", 2), ("Unsubscribed", 1)]):
        person = somebody()
        for name, ago in order:
            apply(told(name, of=person, at=MORNING - timedelta(hours=ago)))
        assert not open_to(person)


def test_a_repetition_writes_no_second_record() -> None:
    person = somebody()
    for _ in range(3):
        apply(told("Unsubscribed", of=person), told("Unsubscribed", of=person))
    assert ConsentRecord.objects.filter(person=person, granted=False).count() == 1


def test_an_opt_out_of_nobody_we_know_is_remembered_for_whoever_comes() -> None:
    apply(told("Unsubscribed", to="New@Corp.test"), told("Unsubscribed", to=PHONE, channel="sms"))
    assert sorted(Suppression.objects.values_list("channel", "reason")) == [
        ("email", "unsubscribed"),
        ("sms", "unsubscribed"),
    ]
    person = with_phone(a_person("new", email="new@corp.test", consent=("email",)))
    standing = permission.of(person.pk, clock.now())
    for channel in ("email", "sms"):
        point = person.contact_points.get(channel=channel)
        assert standing.check(channel, "upgrades", point, "DE", clock.now())[-1].gate == "suppressed"


def test_an_opt_out_of_everything_by_nobody_is_remembered_wherever_the_address_reaches() -> None:
    apply(told("Unsubscribed", to=PHONE, channel="*"), told("Unsubscribed", to="a@corp.test", channel="*"))
    apply(told("Unsubscribed", to="a@corp.test", channel="sms"), told("Unsubscribed", channel="push"))
    assert sorted(Suppression.objects.values_list("channel", flat=True)) == [
        "email",
        "sms",
        "voice",
        "whatsapp",
    ]


def test_an_opt_out_without_a_name_and_address_leaves_nothing_personal_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        apply(
            told("Unsubscribed"), told("Unsubscribed", to="Secret@Corp.test"), told("Spam Reported", to=PHONE)
        )
    assert "an opt-out of nobody we know" in caplog.text
    assert "corp.test" not in caplog.text.lower() and "415555" not in caplog.text


def test_a_complaint_bars_the_address_for_good() -> None:
    person = somebody()
    run = begun(person)
    apply(told("Spam Reported", to=mail_of(person).upper()))
    assert not open_to(person)
    assert [row.reason for row in Suppression.objects.all()] == ["spam_report"]
    assert Enrollment.objects.get(pk=run.pk).end_reason == "opted_out"


def test_a_complaint_without_an_address_bars_the_persons_own() -> None:
    person = somebody()
    apply(told("Spam Reported", of=person))
    hashed = permission.address_hash("email", mail_of(person))
    assert Suppression.objects.get().address_hash == hashed


def test_a_hard_bounce_ends_exactly_that_address() -> None:
    person, other = with_phone(somebody()), somebody()
    at = MORNING - timedelta(minutes=5)
    apply(told("Message Bounced", to=mail_of(person), permanent=True, at=at))
    assert person.contact_points.get(channel="email").dead_at == at
    assert not ContactPoint.objects.exclude(person=person, channel="email").filter(dead_at__isnull=False)
    met = permission.of(person.pk, clock.now()).check(
        "email", "upgrades", person.contact_points.get(channel="email"), "DE", clock.now()
    )
    assert (met[-1].gate, met[-1].passed) == ("no_contact_point", False)
    assert open_to(other)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Message Bounced", {"permanent": False}),
        ("Message Bounced", {"permanent": True, "channel": "push"}),
        ("Message Failed", {"permanent": True, "scope": "message"}),
        ("Message Dropped", {"permanent": True}),
    ],
)
def test_what_says_nothing_of_the_address_leaves_it_alive(name: str, said: dict[str, Any]) -> None:
    person = somebody()
    apply(told(name, to=mail_of(person), **said))
    assert person.contact_points.get(channel="email").dead_at is None


def test_a_number_that_is_none_is_dead_and_an_address_that_changed_is_not() -> None:
    person = with_phone(somebody())
    apply(
        told("Message Failed", to=PHONE, channel="sms", permanent=True),
        told("Message Bounced", of=person, to="earlier@corp.test", permanent=True),
    )
    dead = ContactPoint.objects.filter(dead_at__isnull=False).values_list("channel", flat=True)
    assert list(dead) == ["sms"]


def test_a_mail_that_bounced_is_refused_and_blocks_no_other_offer() -> None:
    person = somebody()
    mail = a_mail(person, provider_ref="sg1")
    apply(told("Message Bounced", provider_message_id="sg1", permanent=False, reason="451 full"))
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == ("refused", "Bounced: 451 full")
    assert Proposition.objects.get(pk=mail.proposition_id).state == Proposition.State.ENDED


def test_delivered_and_opened_are_noted_by_either_id_in_any_order() -> None:
    first, later = MORNING - timedelta(minutes=3), MORNING - timedelta(minutes=1)
    for order in itertools.permutations(
        [("Message Delivered", later), ("Message Delivered", first), ("Message Opened", later)]
    ):
        mail = a_mail(somebody(), provider_ref=f"sg-{uuid.uuid4().hex}")
        for number, (name, at) in enumerate(order):
            ids: dict[str, Any] = (
                {"delivery_id": str(mail.pk)} if number % 2 else {"provider_message_id": mail.provider_ref}
            )
            apply(told(name, at=at, machine=False, **ids))
        mail.refresh_from_db()
        assert (mail.delivered_at, mail.opened_at, mail.state) == (first, later, "accepted")


@pytest.mark.parametrize("said", [{"machine": True}, {"user_agent": "GoogleImageProxy"}])
def test_machines_open_nothing(said: dict[str, Any]) -> None:
    mail = a_mail(somebody())
    apply(told("Message Opened", delivery_id=str(mail.pk), **said))
    mail.refresh_from_db()
    assert mail.opened_at is None


def test_a_receipt_settles_what_was_uncertain() -> None:
    mail = a_mail(somebody(), state="unknown", sent_at=None)
    apply(told("Message Delivered", delivery_id=str(mail.pk)))
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at) == ("accepted", clock.now())


def clicked(mail: Delivery) -> datetime | None:
    return Proposition.objects.get(pk=mail.proposition_id).clicked_at


def test_a_click_wakes_the_run_and_counts_once() -> None:
    person = somebody()
    mail = a_mail(person)
    Enrollment.objects.filter(pk=mail.enrollment_id or 0).update(wake_at=MORNING + timedelta(days=1))
    for _ in range(2):
        apply(told("Message Clicked", of=person, delivery_id=str(mail.pk), url="https://a.test/x", link="1"))
    assert clicked(mail) == MORNING
    assert Enrollment.objects.get(pk=mail.enrollment_id or 0).wake_at == MORNING
    assert [act.how for act in Interaction.objects.filter(kind="clicked")] == ["receipt"]


SCANNERS: Sequence[dict[str, Any]] = [
    {"machine": True},
    {"user_agent": "Barracuda Sentinel"},
    {"at": MORNING - timedelta(seconds=52)},
]


@pytest.mark.parametrize("said", SCANNERS)
def test_a_scanners_click_is_none(said: dict[str, Any]) -> None:
    person = somebody()
    mail = a_mail(person, delivered_at=MORNING - timedelta(minutes=1))
    apply(told("Message Clicked", of=person, delivery_id=str(mail.pk), link="1", **said))
    assert (clicked(mail), Interaction.objects.filter(kind="clicked").exists()) == (None, False)


@pytest.mark.parametrize("together", [True, False])
def test_several_links_at_once_are_no_click_even_when_told_one_by_one(together: bool) -> None:
    person = somebody()
    mail = a_mail(person)
    both = [
        told(
            "Message Clicked",
            of=person,
            delivery_id=str(mail.pk),
            link=link,
            at=MORNING - timedelta(seconds=s),
        )
        for link, s in (("1", 0), ("2", 1))
    ]
    for batch in [both] if together else [[one] for one in both]:
        apply(*batch)
    assert (clicked(mail), Interaction.objects.filter(kind="clicked").exists()) == (None, False)
    apply(
        told(
            "Message Clicked",
            of=person,
            delivery_id=str(mail.pk),
            link="1",
            at=MORNING - timedelta(seconds=9),
        )
    )
    assert clicked(mail) == MORNING


def test_a_delivery_that_is_told_late_unmasks_a_scanner() -> None:
    person = somebody()
    mail = a_mail(person)
    apply(told("Message Clicked", of=person, delivery_id=str(mail.pk), link="1"))
    assert clicked(mail) == MORNING
    Delivery.objects.filter(pk=mail.pk).update(sent_at=MORNING - timedelta(seconds=3))
    apply(told("Message Delivered", of=person, delivery_id=str(mail.pk), at=MORNING - timedelta(seconds=2)))
    assert clicked(mail) is None


def test_receipts_of_messages_that_are_not_ours_change_nothing() -> None:
    person = somebody()
    run = begun(person)
    for name in ("Message Sent", "Message Delivered", "Message Opened", "Message Clicked", "Message Dropped"):
        apply(told(name, of=person, delivery_id="msg_1", provider_message_id="x", machine=False))
    run.refresh_from_db()
    assert (run.state, offer_of(run).clicked_at) == ("active", None)


def test_other_events_cost_nothing(django_assert_num_queries: Any) -> None:
    stored = [told("Report Exported"), told("Reply Received")]
    with django_assert_num_queries(0):
        apply(*stored)


def test_a_thousand_deliveries_cost_no_more_statements_than_one(django_assert_max_num_queries: Any) -> None:
    mails = [a_mail(somebody(), provider_ref=f"r{number}") for number in range(4)]
    stored = [told("Message Delivered", provider_message_id=mail.provider_ref) for mail in mails]
    with django_assert_max_num_queries(10):
        apply(*stored)
    assert Delivery.objects.filter(delivered_at__isnull=False).count() == 4


def test_a_no_that_names_an_address_before_anybody_is_known_by_it_holds_for_whoever_brings_it() -> None:
    source = a_source("intercom")
    nameless = Person.objects.create(first_seen_at=clock.now())
    nameless.identities.create(kind="intercom_contact_id", value="c1")
    said = Incoming(
        kind="track",
        message_id="no",
        occurred_at=clock.now(),
        name="Unsubscribed",
        properties={"channel": "email"},
        lookup={"email": "ana@corp.test"},
        person_ids={"intercom_contact_id": "c1"},
    )
    receipts.apply([Stored(1, source.pk, said, nameless.pk, None)], clock.now())
    kept = Suppression.objects.get()
    assert kept.address_hash == permission.address_hash("email", "ana@corp.test")
    back = replace(said, name="Resubscribed", message_id="yes", occurred_at=clock.now() + timedelta(days=1))
    receipts.apply([Stored(2, source.pk, back, nameless.pk, None)], clock.now())
    assert not Suppression.objects.exists()
