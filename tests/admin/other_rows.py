"""One row of each model that says nothing of what became of the person of `world`."""

from datetime import timedelta

from campaigns_app.models import (
    ApiKey,
    ChannelAccount,
    ContactPolicy,
    Cooldown,
    Delivery,
    DemoMail,
    IdempotencyKey,
    RunSweep,
    StaffTask,
)
from consent_app.models import Pause, Suppression
from offers_app.models import (
    Arm,
    Checkout,
    CheckoutAccount,
    CheckoutPrice,
    Claim,
    HoldoutAssignment,
    Lesson,
    LintWaiver,
    Offer,
    OfferCap,
    OfferCheckout,
    Placement,
    Price,
    Product,
)
from people_app.models import Account, AccountName, ErasedName, Erasure, Person, PlanPrice, TurnedAddress
from signals_app.models import (
    Answer,
    AskAgain,
    BackTest,
    DetectorState,
    Dropped,
    Envelope,
    EventMapping,
    Lookup,
    Meter,
    MeterTotal,
    MeterValue,
    PastTotal,
    Recount,
    RecountDue,
    RejectedEvent,
    Score,
    ScoreDefinition,
    SeenProperty,
    Segment,
    SegmentMember,
    SignalAlert,
    SignalDefinition,
    Source,
    SourceAlert,
    SourceHour,
    Sweep,
    Ticket,
    Unnoticed,
)
from upsell_project.lib import clock
from upsell_project.lib.models import ClockOffset, Heartbeat


def one_of_each_other(
    person: Person, source: Source, definition: SignalDefinition, delivery: Delivery
) -> None:
    _used(delivery.account)
    _came_in(person, source, delivery.account)
    _found(person, definition, delivery.account)
    _said_and_sent(person, delivery.account, delivery)
    _bought(delivery)


def _bought(delivery: Delivery) -> None:
    account = CheckoutAccount.objects.create(provider="stripe", name="Stripe", secret_key="rk_test_1")
    offer = delivery.proposition.offer
    OfferCheckout.objects.create(offer=offer, account=account)
    ChannelAccount.objects.create(provider="twilio", channel="sms", name="Twilio SMS")
    CheckoutPrice.objects.create(
        offer=offer, provider="stripe", currency="EUR", period="month", external_id="price_1"
    )
    Checkout.objects.create(proposition=delivery.proposition, account=account, asked_at=clock.real())


def _used(account: Account) -> None:
    now = clock.now()
    month = now.date().replace(day=1)
    meter = Meter.objects.create(
        resource="exports", label="reports", verb="exported", event="Report Exported"
    )
    MeterTotal.objects.create(account=account, resource="exports", period=month, used=17, last_event_at=now)
    MeterValue.objects.create(account=account, resource="exports", period=month, digest="0" * 32, seen=1)
    counted_as = chr(31).join(["exports", "Report Done", "{}", "sum", "pages", "rolling", "7"])
    PastTotal.objects.create(
        account=account,
        resource="exports",
        period=month - timedelta(days=900),
        counted_as=counted_as,
        used=3,
        last_event_at=now,
    )
    Recount.objects.create(meter=meter, counting_as=counted_as, upto=1, last=4, changed_at=now)
    RecountDue.objects.create(account=account, asked_at=now)
    Dropped.objects.create(pk=1, before=now)


def _came_in(person: Person, source: Source, account: Account) -> None:
    now = clock.now()
    EventMapping.objects.create(event="report_done", name="Report Exported", properties={"format": "kind"})
    SeenProperty.objects.create(
        source=source, name="report_done", path="format", type="text", last_seen_at=now
    )
    Lookup.objects.create(source=source, kind="contact", object_id="7", due_at=now)
    SourceHour.objects.create(source=source, hour=now.replace(minute=0, second=0, microsecond=0), accepted=3)
    SourceAlert.objects.create(source=source, kind="silent", sentence="Nothing has come.", opened_at=now)
    Envelope.objects.create(source=source, call="batch", body=b'{"batch":[]}', received_at=now)
    RejectedEvent.objects.create(
        source=source,
        envelope_id=1,
        index=0,
        reason="event is missing",
        path="event",
        payload='{"userId":"u1"}',
        received_at=now,
    )
    Ticket.objects.create(
        source=source, external_id="T1", person=person, account=account, problem=True, opened_at=now
    )


def _found(person: Person, definition: SignalDefinition, account: Account) -> None:
    now = clock.now()
    SignalAlert.objects.create(definition=definition, opened_at=now)
    BackTest.objects.create(
        definition=definition,
        settings={},
        first=now.date().replace(day=1),
        last=now.date().replace(day=1),
        asked_at=now,
        state="done",
    )
    DetectorState.objects.create(
        definition=definition,
        account=account,
        part="exports",
        period=now.date().replace(day=1),
        holds_since=now,
        fired_at=now,
    )
    Answer.objects.create(person=person, account=account, offer="pro-plan", answer="declined", at=now)
    Score.objects.create(account=account, name="health", value=0.5, at=now)
    ScoreDefinition.objects.create(slug="health", name="Health", signs=[])
    listed = Segment.objects.create(slug="friends", name="Friends", kind="list")
    SegmentMember.objects.create(segment=listed, person=person, since=now, added_by="sam")
    AskAgain.objects.create(definition=definition, person=person, account=account)
    Sweep.objects.create(definition=definition, version=1, at=now)
    Unnoticed.objects.create(event_ids=[1], accounts=[account.pk], lease_until=now)


def _said_and_sent(person: Person, account: Account, delivery: Delivery) -> None:
    now = clock.now()
    TurnedAddress.objects.create(kind="hashed_email", address="ada@corp.test")
    Pause.objects.create(person=person, kind="snooze", until=now + timedelta(days=3), set_at=now)
    Suppression.objects.create(channel="email", address_hash="0" * 64, reason="complaint", at=now)
    PlanPrice.objects.create(price_key="pro_monthly", plan="pro")
    Erasure.objects.create(person=Person.objects.create(first_seen_at=now, last_seen_at=now), asked_at=now)
    ErasedName.objects.create(digest="0" * 64, asked_at=now)
    AccountName.objects.create(kind="stripe_customer_id", value="cus_9")
    Claim.objects.create(
        slug="hours-saved",
        kind="benefit",
        texts={"en": "Seven hours a month."},
        source_name="Our study",
        source_url="https://study.test/",
        source_date=now.date(),
        valid_until=now.date(),
    )
    LintWaiver.objects.create(rule="loss-wording", subject="offer pro-plan", by="anna", because="x", at=now)
    Placement.objects.create(slug="app-banner", name="Banner", format="banner")
    product = Product.objects.create(slug="seats", name="Seats", kind="addon")
    Price.objects.create(product=product, currency="EUR", amount=8)
    OfferCap.objects.create(
        offer=Offer.objects.create(slug="seats", name="Seats", product=product), at_most=3
    )
    Arm.objects.create(offer=delivery.proposition.offer, failures=1, updated_at=now)
    Lesson.objects.create(
        proposition=delivery.proposition,
        offer=delivery.proposition.offer,
        channel="in_app",
        at=now,
        level=Lesson.Level.NO,
        heard_at=now,
    )
    HoldoutAssignment.objects.create(account=account, held_out=False, percent=10, assigned_at=now)
    RunSweep.objects.create(at=now)
    Cooldown.objects.create(person=person, outcome="ignored", until=now + timedelta(days=14), set_at=now)
    ContactPolicy.objects.create(version=1, caps=[], cooldown_days={}, hours={}, created_at=now)
    StaffTask.objects.create(
        person=person, account=account, channel="chat", title="Chat with u1", created_at=now
    )
    DemoMail.objects.create(message_id="m1", to="anna@example.com", subject="Hello", raw="raw", at=now)
    ApiKey.objects.create(name="CI", prefix="sk_123", key_hash="h", created_at=now)
    IdempotencyKey.objects.create(caller="key:1", key="k", fingerprint="f", created_at=now)
    Heartbeat.objects.create(name="worker-1", kind="worker", at=now)
    ClockOffset.objects.create(seconds=0)
