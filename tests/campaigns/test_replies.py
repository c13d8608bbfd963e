"""What an answer to our messages leads to, from the stored event to silence, a ticket or a human."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from campaigns_app import replies
from campaigns_app.models import Cooldown, Delivery, Enrollment, Interaction, StaffTask
from consent_app import permission
from consent_app.models import ConsentRecord, Pause, Suppression
from offers_app import answers, decide, learn
from offers_app.checkout import begin
from offers_app.models import Arm, Lesson, Proposition
from people_app.models import Person
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Answer, Event, Ticket
from tests.build import a_person, a_source
from tests.conftest import Time
from tests.engine import MORNING, account_of, act, begun, offer_of, somebody, work
from upsell_project.lib import clock
from upsell_project.lib.gates import Code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


def mailed(time: Time) -> tuple[Person, Delivery]:
    """Somebody whose banner was followed by a mail, which waits for an answer."""
    person = somebody()
    run = begun(person)
    time.move(hours=12)
    work()
    return person, Delivery.objects.get(enrollment=run, channel="email")


def received(
    text: str,
    delivery: Delivery | None = None,
    person: Person | None = None,
    channel: str = "email",
    **more: Any,
) -> Stored:
    """A stored event, as it comes out of the inbox."""
    properties: dict[str, Any] = {"channel": channel, "text": text, **more}
    if delivery:
        properties["delivery_id"] = str(delivery.pk)
    account = account_of(person) if person else None
    event = Event.objects.create(
        source=a_source("inbound_mail"),
        message_id=uuid.uuid4().hex,
        kind="track",
        name=replies.EVENT,
        person=person,
        account=account,
        properties=properties,
        occurred_at=clock.now(),
        received_at=clock.now(),
    )
    item = Incoming(
        "track", event.message_id, clock.now(), replies.EVENT, properties=properties, active=False
    )
    item.lookup = {"email": "shared@corp.test"}
    return Stored(event.pk, event.source_id, item, event.person_id, event.account_id)


def answer(*stored: Stored) -> None:
    replies.apply(stored, clock.now())


def runs(person: Person) -> list[tuple[str, str]]:
    rows = Enrollment.objects.filter(person=person).order_by("pk")
    return list(rows.values_list("state", "end_reason"))


def closed_to(person: Person, channel: str) -> bool:
    return bool(permission.of(person.pk, clock.now()).no(channel, "plan"))


def test_a_stop_closes_the_channel_and_ends_what_runs(time: Time) -> None:
    person, mail = mailed(time)
    answer(received("STOP", mail, person))
    assert (closed_to(person, "email"), closed_to(person, "chat")) == (True, False)
    assert runs(person) == [("finished", "opted_out")]
    record = ConsentRecord.objects.filter(person=person, granted=False).get()
    assert (record.channel, record.how, record.proof["delivery"]) == ("email", "reply", str(mail.pk))
    assert Interaction.objects.get(proposition=mail.proposition).kind == "opted_out"
    assert not StaffTask.objects.exists()


def test_a_stop_by_sms_closes_sms_only(time: Time) -> None:
    person, _ = mailed(time)
    answer(received("Stopp", person=person, channel="sms"))
    assert (closed_to(person, "sms"), closed_to(person, "email")) == (True, False)
    assert runs(person) == [("finished", "opted_out")]


def test_a_stop_that_names_no_channel_closes_all(time: Time) -> None:
    person, _ = mailed(time)
    answer(received("stop", person=person, channel="carrier pigeon"))
    assert closed_to(person, "email")
    assert closed_to(person, "sms")


@pytest.mark.parametrize(
    "text", ["Please stop emailing me", "Bitte schreiben Sie mir nicht mehr", "Désabonnez-moi"]
)
def test_a_revocation_in_free_text_closes_at_once_pauses_all_and_asks_a_human(time: Time, text: str) -> None:
    person, mail = mailed(time)
    answer(received(text, mail, person))
    assert closed_to(person, "email")
    pause = Pause.objects.get(person=person)
    assert (pause.kind, pause.until) == ("do_not_disturb", clock.now() + timedelta(days=30))
    assert runs(person) == [("finished", "opted_out")]
    task = StaffTask.objects.get()
    assert (task.person, task.account, task.channel, task.body) == (person, account_of(person), "email", text)
    assert "confirm" in task.title


def test_a_mail_that_waits_does_not_leave_after_a_stop(time: Time) -> None:
    person = somebody()
    run = begun(person)
    time.move(hours=12)
    work_until_intended(run)
    waiting = Delivery.objects.get(enrollment=run, channel="email")
    Delivery.objects.filter(pk=waiting.pk).update(state=Delivery.State.INTENDED)
    answer(received("unsubscribe", person=person))
    waiting.refresh_from_db()
    assert waiting.state == Delivery.State.SKIPPED


def work_until_intended(run: Enrollment) -> None:
    work()
    assert Delivery.objects.filter(enrollment=run, channel="email").exists()


def test_a_no_ends_the_sequence_opens_a_ticket_and_tells_a_human(time: Time) -> None:
    person, mail = mailed(time)
    answer(received("No thanks", mail, person))
    assert runs(person) == [("finished", "negative")]
    assert not closed_to(person, "email"), "no is not never"
    ticket, task = Ticket.objects.get(), StaffTask.objects.get()
    assert (ticket.person, ticket.account, ticket.problem) == (person, account_of(person), False)
    assert (task.body, task.title) == ("No thanks", replies.TITLES["negative"])
    assert Interaction.objects.get(proposition=mail.proposition).kind == "declined"
    assert Cooldown.objects.filter(person=person, outcome="negative").exists()


def test_a_complaint_is_a_problem_until_the_task_is_done(time: Time) -> None:
    person, mail = mailed(time)
    answer(received("This is broken, fix it", mail, person))
    ticket = Ticket.objects.get()
    assert (ticket.problem, ticket.solved_at) == (True, None)
    time.move(hours=1)
    replies.settle([StaffTask.objects.get()], clock.now())
    ticket.refresh_from_db()
    assert ticket.solved_at == clock.now()


def test_a_no_after_the_sequence_still_leaves_them_in_peace(time: Time) -> None:
    person, mail = mailed(time)
    Enrollment.objects.filter(person=person).update(
        state="finished", end_reason="no_engagement", wake_at=None
    )
    answer(received("Not interested", mail, person), received("Not interested!", mail, person))
    assert Cooldown.objects.get(person=person, outcome="negative").until > clock.now()


@pytest.mark.parametrize(
    ("text", "said"), [("Yes please", "positive"), ("How much is it?", "neutral"), ("", "neutral")]
)
def test_who_writes_anything_else_talks_with_a_human_from_here(time: Time, text: str, said: Any) -> None:
    person, mail = mailed(time)
    answer(received(text, mail, person))
    task = StaffTask.objects.get()
    assert (task.title, task.body) == (replies.TITLES[said], text)
    assert runs(person) == [("finished", "replied")]
    assert Interaction.objects.get(proposition=mail.proposition).kind == "replied"
    assert not Cooldown.objects.exists()
    assert not closed_to(person, "email")


@pytest.mark.parametrize("text", ["Sounds great, yes please! How do I upgrade?", "Who is this?", ""])
def test_a_reply_that_is_no_refusal_is_a_no_nowhere(time: Time, text: str) -> None:
    person, mail = mailed(time)
    answer(received(text, mail, person))
    learn.run()
    offer = Proposition.objects.get(pk=mail.proposition_id)
    assert (offer.answer, offer.answer in answers.NO | answers.NOT_NOW) == ("replied", False)
    assert [one.level for one in Lesson.objects.all()] == [Lesson.Level.NOTHING]
    assert not Arm.objects.exists()
    assert begin.stopped(offer, clock.now()) is None, "they may still buy it"
    asks = decide.Ask(person, account_of(person), ["pro-plan"], "smart-nudge", "email", {"used": 17})
    gates = {gate.gate: gate.passed for gate in decide.offer(asks, decide.catalog([asks], clock.now())).gates}
    assert gates[Code.DISMISSED_EARLIER]
    assert Answer.objects.filter(person=person, answer="replied").exists()


def test_praise_in_the_app_is_a_no_nowhere() -> None:
    person = somebody()
    offer = offer_of(begun(person))
    act(person, offer, "feedback", answer="helpful")
    offer.refresh_from_db()
    assert (offer.answer, Lesson.objects.count(), begin.stopped(offer, clock.now())) == ("", 0, None)
    assert runs(person) == [("active", "")]


def test_an_answer_on_a_channel_ends_the_run_that_last_wrote_there(time: Time) -> None:
    person, _ = mailed(time)
    answer(received("Which plan?", person=person))
    assert runs(person) == [("finished", "replied")]


def test_a_reply_on_another_channel_leaves_the_run_alone(time: Time) -> None:
    person, _ = mailed(time)
    answer(received("Which plan?", person=person, channel="whatsapp"))
    assert runs(person) == [("active", "")]
    assert StaffTask.objects.get().channel == "whatsapp"


def test_the_delivery_says_who_answered_when_the_address_does_not(time: Time) -> None:
    person, mail = mailed(time)
    one = received("Yes", mail)
    answer(one)
    event = Event.objects.get(pk=one.event_id)
    assert (event.person, event.account) == (person, account_of(person))
    assert StaffTask.objects.get().person == person


def test_the_providers_message_id_finds_the_delivery_too(time: Time) -> None:
    person, mail = mailed(time)
    Delivery.objects.filter(pk=mail.pk).update(provider_ref="0102-3@ses.test")
    answer(received("No thanks", person=person, provider_message_id="0102-3@ses.test"))
    assert Interaction.objects.get(proposition=mail.proposition).kind == "declined"


def test_a_stop_from_whom_it_was_forwarded_to_counts_for_both(time: Time) -> None:
    person, mail = mailed(time)
    other = somebody()
    answer(received("STOP", mail, other))
    assert closed_to(person, "email")
    assert closed_to(other, "email")


@pytest.mark.parametrize(("text", "suppressed"), [("STOP", 1), ("take me off your list", 1), ("Hello?", 0)])
def test_a_no_from_nobody_we_know_bars_the_address(text: str, suppressed: int) -> None:
    answer(received(text))
    assert Suppression.objects.count() == suppressed
    assert not StaffTask.objects.exists()


NONSENSE: list[Callable[[], Stored]] = [
    lambda: received("STOP", delivery_id="not a uuid"),
    lambda: received("STOP", delivery_id=str(uuid.uuid4())),
    lambda: received("STOP", delivery_id=["x"], provider_message_id={"a": 1}),
    lambda: received(7, channel=["email"]),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("make", NONSENSE)
def test_nonsense_does_no_harm(make: Callable[[], Stored], time: Time) -> None:
    person, _ = mailed(time)
    answer(make())
    assert runs(person) == [("active", "")]


def test_who_was_erased_is_left_out(time: Time) -> None:
    person, mail = mailed(time)
    Person.objects.filter(pk=person.pk).update(erased_at=clock.now())
    answer(received("Yes", mail, person))
    assert not StaffTask.objects.exists()


def test_other_events_and_other_people_are_left_alone(time: Time) -> None:
    person, mail = mailed(time)
    bystander, _ = mailed(time)
    other = received("STOP", mail, person)
    other.item.name = "Report Exported"
    answer(other)
    assert runs(person) == [("active", "")]
    answer(received("STOP", mail, person))
    assert runs(bystander) == [("active", "")]
    assert not closed_to(bystander, "email")


def test_a_person_without_an_account_or_a_run_is_answered_too() -> None:
    person = a_person("u_alone", email="alone@corp.test")
    person.memberships.all().delete()
    one = received("This is terrible")
    one.person_id = person.pk
    answer(one)
    assert StaffTask.objects.get().account is None
    assert Cooldown.objects.get().enrollment is None
