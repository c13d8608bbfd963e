"""The outbox: claimed, checked once more, marked, sent, and honest about what happened."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from email import message_from_string, policy
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from campaigns_app import demo_inbox, letter, outbox, sending, starter_pack
from campaigns_app.models import Delivery, DemoMail, Enrollment
from consent_app.models import Pause, Suppression
from consent_app.permission import address_hash
from offers_app.models import Proposition
from people_app.models import ContactPoint, Person
from tests import outgoing
from tests.build import a_permission, a_person
from tests.conftest import Time
from tests.outgoing import after, due_again, intended
from tests.smtp_sink import Sink, serving
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
State = Delivery.State
CONTENT = {
    "subject": "Almost out of reports",
    "html": "<p>Hi Ana,</p>",
    "text": "Hi Ana,",
    "why": "You've exported 17 of 20 reports this month",
    "preheader": "You've exported 17 of 20 reports this month",
    "cta": {"label": "Upgrade to Pro", "url": "https://app.example.test/upgrade"},
    "terms_line": "€49 per month, cancel anytime.",
    "locale": "en",
}


@pytest.fixture
def pack(time: Time) -> None:
    starter_pack.load()


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    kept = Sink()
    with serving(kept) as port:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        yield kept


def a_reader(number: int = 1, **fields: Any) -> Person:
    return a_person(email=f"ana{number}@acme.test", consent=("email",), first_name="Ana", **fields)


def a_mail(person: Person | None = None, **fields: Any) -> Delivery:
    """A mail as `deliver` intends it."""
    return intended(person or a_reader(), "email", CONTENT, **fields)


def test_it_sends(sink: Sink, time: Time) -> None:
    mail = after(a_mail())
    assert mail.state == State.ACCEPTED
    assert mail.sent_at == time.now
    assert (mail.provider, mail.provider_ref) == ("smtp", "2.0.0 queued as 4711")
    assert mail.lease_until is None
    assert outbox.send() == 0
    assert len(sink.mails) == 1


def test_the_mail_carries_every_link_it_owes(sink: Sink) -> None:
    mail = after(a_mail())
    got = sink.mails[0]
    unsubscribe = got["List-Unsubscribe"].strip("<>")
    assert unsubscribe.startswith("http://testserver/u/")
    assert str(mail.pk) in got["Message-ID"]
    for kind in ("plain", "html"):
        part = got.get_body((kind,))
        assert part is not None
        text = part.get_content()
        assert "Hi Ana," in text
        assert unsubscribe in text
        for path in ("/p/", "/why/", "/c/"):
            assert f"http://testserver{path}" in text
        assert "Teststr. 1, 10115 Berlin" in text
        assert "€49 per month" in text
    assert got["To"] == "ana1@acme.test"


def test_the_sandbox_keeps_it_in_its_own_inbox() -> None:
    mail = after(a_mail())
    assert mail.state == State.ACCEPTED
    assert mail.provider == "demo"
    kept = DemoMail.objects.get()
    parsed = message_from_string(kept.raw, policy=policy.default)
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert kept.to == "ana1@acme.test"


def test_an_opt_out_after_the_intent_stops_it(sink: Sink) -> None:
    mail = a_mail()
    a_permission(mail.person, "*", granted=False)
    assert after(mail).state == State.SKIPPED
    assert mail.reason.startswith("opted_out: ")
    assert not sink.mails
    assert Proposition.objects.get().state == Proposition.State.ENDED


def test_an_opt_out_during_a_batch_stops_the_rest(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "RECHECK_SECONDS", 0)
    first = a_mail(a_reader(1), intended_at=clock.now() - timedelta(minutes=1))
    second = a_mail(a_reader(2))
    original = sending._sent

    def opting_out(*arguments: Any) -> Any:
        a_permission(second.person, "email", granted=False)
        return original(*arguments)

    monkeypatch.setattr(sending, "_sent", opting_out)
    outbox.send()
    assert [one["To"] for one in sink.mails] == ["ana1@acme.test"]
    second.refresh_from_db()
    assert second.state == State.SKIPPED
    assert Delivery.objects.get(pk=first.pk).state == State.ACCEPTED


def snooze(mail: Delivery) -> None:
    now = clock.now()
    Pause.objects.create(
        person=mail.person, kind=Pause.Kind.SNOOZE, until=now + timedelta(days=1), set_at=now
    )


def suppress(mail: Delivery) -> None:
    hashed = address_hash("email", "ana1@acme.test")
    Suppression.objects.create(channel="email", address_hash=hashed, reason="complaint", at=clock.now())


def kill_address(mail: Delivery) -> None:
    ContactPoint.objects.filter(channel="email").update(dead_at=clock.now())


def erase(mail: Delivery) -> None:
    Person.objects.update(erased_at=clock.now())


def expire(mail: Delivery) -> None:
    Proposition.objects.update(expires_at=clock.now())


def finish(mail: Delivery) -> None:
    Enrollment.objects.update(state=Enrollment.State.FINISHED)


def answer(mail: Delivery) -> None:
    Proposition.objects.update(state=Proposition.State.ANSWERED)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (snooze, "snoozed"),
        (suppress, "suppressed"),
        (kill_address, "no_contact_point"),
        (erase, "erased"),
        (expire, "no_longer_relevant"),
        (finish, "no_longer_relevant"),
        (answer, "no_longer_relevant"),
    ],
)
def test_what_changed_since_the_intent_stops_it(sink: Sink, change: Any, code: str) -> None:
    mail = a_mail()
    change(mail)
    assert after(mail).state == State.SKIPPED
    assert mail.reason.startswith(f"{code}: ")
    assert not sink.mails


def test_a_mail_kept_back_into_the_night_waits_for_the_morning(sink: Sink, time: Time) -> None:
    mail = a_mail()
    time.move(hours=12)
    assert after(mail).state == State.INTENDED
    assert mail.reason.startswith("quiet_hours: ")
    assert mail.attempts == 0
    time.move(hours=10)
    due_again(mail)
    assert after(mail).state == State.ACCEPTED


def test_a_broken_mail_does_not_stop_its_neighbors(sink: Sink) -> None:
    mails = [a_mail(a_reader(number)) for number in (1, 2, 3)]
    Proposition.objects.filter(pk=mails[0].proposition_id).update(content={"subject": "half"})
    ContactPoint.objects.filter(person=mails[1].person, channel="email").update(address="a b\r\nc@acme.test")
    outbox.send()
    states = [Delivery.objects.get(pk=mail.pk) for mail in mails]
    assert [mail.state for mail in states] == [State.REFUSED, State.REFUSED, State.ACCEPTED]
    assert states[0].reason == "The message cannot be built: KeyError"


def test_a_refusal_for_now_is_tried_again_six_times(sink: Sink) -> None:
    mail = a_mail()
    sink.replies["RCPT"] = "451 4.3.0 later"
    for attempt in range(1, 6):
        assert after(mail).state == State.INTENDED
        assert mail.attempts == attempt
        assert mail.retry_at
        assert mail.retry_at <= clock.real() + timedelta(seconds=2 ** (attempt - 1))
        due_again(mail)
    assert after(mail).state == State.REFUSED
    assert mail.reason == "451 4.3.0 later"
    assert not mail.retry_at


def test_a_mail_is_not_tried_before_its_time(sink: Sink) -> None:
    a_mail(retry_at=clock.real() + timedelta(seconds=30))
    assert not outbox.waiting()
    assert outbox.send() == 0
    assert not sink.mails


def test_a_refusal_for_good_is_not_tried_again(sink: Sink) -> None:
    sink.replies["RCPT"] = "550 5.1.1 no such user"
    assert after(a_mail()).state == State.REFUSED
    assert outbox.send() == 0


def test_a_lost_answer_is_parked_and_never_repeated(sink: Sink) -> None:
    sink.after_data = lambda server: server.transport.abort()
    mail = after(a_mail())
    assert mail.state == State.UNKNOWN
    assert outbox.send() == 0
    assert len(sink.mails) == 1


def test_a_server_that_is_down_costs_time_but_no_attempts(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1:9"
    mails = [a_mail(a_reader(number)) for number in range(3)]
    for _ in range(8):
        assert outbox.send() == 3
        for mail in mails:
            mail.refresh_from_db()
            assert (mail.state, mail.attempts) == (State.INTENDED, 0)
            assert mail.retry_at
            assert mail.retry_at > clock.real() + timedelta(seconds=5)
        Delivery.objects.update(retry_at=None)


def test_without_a_mail_server_nothing_waits_for_ever(settings: Any) -> None:
    settings.EMAIL_URL = ""
    mail = after(a_mail())
    assert mail.state == State.REFUSED
    assert "EMAIL_URL" in mail.reason


def test_a_worker_that_died_before_sending_left_nothing_behind(sink: Sink) -> None:
    mail = a_mail(state=State.CLAIMED, attempts=1, lease_until=clock.real() - timedelta(seconds=1))
    assert outbox.waiting()
    assert after(mail).state == State.ACCEPTED
    assert len(sink.mails) == 1


def test_a_mail_that_kills_its_workers_is_given_up(sink: Sink) -> None:
    mail = a_mail(state=State.CLAIMED, attempts=6, lease_until=clock.real() - timedelta(seconds=1))
    assert after(mail).state == State.REFUSED
    assert not sink.mails


def test_a_worker_that_died_while_sending_leaves_it_uncertain(sink: Sink) -> None:
    mail = a_mail(state=State.SENDING, attempts=1, lease_until=clock.real() - timedelta(seconds=1))
    assert after(mail).state == State.UNKNOWN
    assert mail.reason == "A worker died while sending"
    assert not sink.mails
    assert outbox.send() == 0


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING])
def test_a_living_worker_keeps_its_mail(sink: Sink, state: str) -> None:
    mail = a_mail(state=state, attempts=1, lease_until=clock.real() + timedelta(seconds=30))
    assert after(mail).state == state
    assert not outbox.waiting()


def test_who_lost_the_lease_sends_nothing(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    mail, original = a_mail(), letter.message

    def taken_over(*arguments: Any) -> Any:
        Delivery.objects.update(lease_until=clock.real() + timedelta(seconds=99))
        return original(*arguments)

    monkeypatch.setattr(letter, "message", taken_over)
    assert after(mail).state == State.CLAIMED
    assert not sink.mails


def test_a_channel_that_raises_leaves_it_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(demo_inbox, "keep", failing)
    assert after(a_mail()).state == State.UNKNOWN


def test_what_nothing_carries_is_refused_at_once(sink: Sink) -> None:
    text = after(intended(outgoing.a_reader("sms", "+14155550100"), "sms"))
    assert (text.state, text.reason) == (State.REFUSED, sending.NOBODY)
    assert not sink.mails


def statements(count: int) -> AbstractContextManager[CaptureQueriesContext]:
    for number in range(count):
        a_mail(a_reader(number))
    return CaptureQueriesContext(connection)


def test_a_full_batch_takes_at_most_three_statements_a_mail(sink: Sink) -> None:
    with statements(50) as captured:
        assert outbox.send() == 50
    assert Delivery.objects.filter(state=State.ACCEPTED).count() == 50
    assert len(sink.connections) == 1
    assert len(captured) <= 3 * 50


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once(sink: Sink) -> None:
    for number in range(20):
        a_mail(a_reader(number))
    frozen_at = clock.now()

    def work() -> None:
        with clock.frozen(frozen_at):
            while outbox.send(limit=3):
                pass
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(mail["To"] for mail in sink.mails) == sorted(
        f"ana{number}@acme.test" for number in range(20)
    )
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.ACCEPTED}


@pytest.mark.parametrize(("sandbox", "left"), [(True, False), (False, True)])
def test_mail_to_the_demos_own_customers_never_leaves_a_sandbox(
    sink: Sink, settings: Any, sandbox: bool, left: bool
) -> None:
    settings.SANDBOX = sandbox
    nobody = a_person(email="sim-u1@Insightify.test", consent=("email",))
    mails = [a_mail(nobody), a_mail(a_reader())]
    assert {after(mail).state for mail in mails} == {State.ACCEPTED}
    expected = {"ana1@acme.test"} | ({"sim-u1@Insightify.test"} if left else set())
    assert {str(mail["To"]) for mail in sink.mails} == expected
    assert DemoMail.objects.filter(to="sim-u1@Insightify.test").exists() is not left
