"""Answers by the mail server's pipe: kept before the server may forget them, and found to be answers to our mail."""

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from email import message_from_string, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from campaigns_app import pipeline
from campaigns_app.models import Delivery, DemoMail, Enrollment, StaffTask
from signals_app import overload
from signals_app.models import Envelope, Event, Source, Ticket
from tests.build import a_source
from tests.conftest import Time
from tests.engine import MORNING, begun, somebody, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> Iterator[None]:
    settings.HOLDOUT_PERCENT = 0
    settings.EMAIL_URL = "demo://"
    time.set(MORNING)
    overload.forget()
    yield
    overload.forget()


@pytest.fixture
def source() -> Source:
    return a_source("inbound_mail", signing_secret="")


def pipe(source_id: int, mail: bytes) -> int:
    """The command's exit status."""
    try:
        call_command("receive_mail", source=source_id, mail=BytesIO(mail))
    except SystemExit as exit_:
        return int(str(exit_.code))
    return 0


def a_mail_of_ours(time: Time) -> tuple[EmailMessage, Delivery]:
    run = begun(somebody())
    time.move(hours=12)
    work()
    kept = DemoMail.objects.order_by("-pk")[0]
    return message_from_string(kept.raw, policy=policy.default), Delivery.objects.get(
        enrollment=run, channel="email"
    )


def an_answer(ours: EmailMessage, text: str, *, forgetful: bool = False) -> bytes:
    """As a mail program answers: to Reply-To, with the thread's ids, unless the mail service had changed them."""
    mail = EmailMessage()
    mail["From"], mail["To"] = ours["To"], ours["Reply-To"] or ours["From"]
    mail["Message-ID"] = "<answer-1@corp.test>"
    if not forgetful:
        mail["In-Reply-To"] = mail["References"] = ours["Message-ID"]
    mail.set_content(f"{text}\n\nOn Tue, Upsell <offers@localhost> wrote:\n> Please stop by\n")
    return mail.as_bytes()


def test_an_answer_is_kept_read_and_found_to_be_one(time: Time, source: Source) -> None:
    ours, delivery = a_mail_of_ours(time)
    assert pipe(source.pk, an_answer(ours, "Who are you?")) == 0
    assert Envelope.objects.get(source=source).state == "pending"
    while pipeline.process(20):
        pass
    event = Event.objects.get(source=source)
    assert (event.name, event.person) == ("Reply Received", delivery.person)
    assert event.properties["delivery_id"] == str(delivery.pk)
    assert event.properties["text"] == "Who are you?"


@pytest.mark.parametrize("way", ["pipe", "webhook"])
def test_a_no_stops_what_runs_and_opens_a_ticket(time: Time, client: Client, way: str) -> None:
    source = a_source("inbound_mail", signing_secret="secret-of-the-source")
    ours, delivery = a_mail_of_ours(time)
    mail = an_answer(ours, "No thanks, we are not interested.")
    if way == "pipe":
        assert pipe(source.pk, mail) == 0
    else:
        told = b64encode(b"mail:secret-of-the-source").decode()
        headers = {"Authorization": f"Basic {told}"}
        answer = client.post(source.hook_path, mail, content_type="message/rfc822", headers=headers)
        assert answer.status_code == 200
    while pipeline.process(20):
        pass
    run = Enrollment.objects.get(pk=delivery.enrollment_id or 0)
    assert (run.state, run.end_reason) == ("finished", "negative")
    assert Ticket.objects.get().person == StaffTask.objects.get().person == delivery.person


def test_the_reply_address_finds_the_mail_where_its_id_was_changed(
    time: Time, source: Source, settings: Any
) -> None:
    settings.REPLY_TO = "replies@in.upsell.test"
    ours, delivery = a_mail_of_ours(time)
    assert ours["Reply-To"] == f"replies+{delivery.pk}@in.upsell.test"
    pipe(source.pk, an_answer(ours, "Who are you?", forgetful=True))
    while pipeline.process(20):
        pass
    assert Event.objects.get(source=source).properties["delivery_id"] == str(delivery.pk)


def test_without_a_reply_address_answers_go_to_the_sender(time: Time) -> None:
    ours, _ = a_mail_of_ours(time)
    assert ours["Reply-To"] is None


def test_the_same_mail_twice_counts_once(time: Time, source: Source) -> None:
    ours, _ = a_mail_of_ours(time)
    for _ in range(2):
        pipe(source.pk, an_answer(ours, "Who are you?"))
    while pipeline.process(20):
        pass
    assert Event.objects.filter(source=source).count() == 1


def test_what_is_too_long_is_cut_and_nothing_at_all_is_nothing(source: Source) -> None:
    assert pipe(source.pk, b"From: a@corp.test\n\nhello\n" + b"x" * (11 * 1024 * 1024)) == 0
    assert len(bytes(Envelope.objects.get().body)) == 10 * 1024 * 1024
    assert pipe(source.pk, b" \n") == 0
    assert Envelope.objects.count() == 1


def test_a_wrong_source_makes_the_server_try_again_instead_of_bouncing(source: Source) -> None:
    stripe = a_source("stripe")
    Source.objects.filter(pk=source.pk).update(active=False)
    for pk in (source.pk, stripe.pk, 999_999):
        assert pipe(pk, b"From: a@corp.test\n\nhello") == os.EX_TEMPFAIL
    assert not Envelope.objects.exists()


def test_when_too_much_waits_the_server_tries_again(source: Source, settings: Any) -> None:
    settings.MAX_BACKLOG = 0
    pipe(source.pk, b"From: a@corp.test\n\nhello")
    overload.forget()
    assert pipe(source.pk, b"From: a@corp.test\n\nhello") == os.EX_TEMPFAIL


def test_without_a_database_the_process_says_try_again() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"}
    command = [sys.executable, "manage.py", "receive_mail", "--source", "1"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        input=b"From: a@corp.test\n\nhello",
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == os.EX_TEMPFAIL, done.stderr
    assert b"cannot be kept now" in done.stderr
    assert b"corp.test" not in done.stderr
