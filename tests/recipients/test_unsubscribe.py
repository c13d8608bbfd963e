"""One click in the mail: RFC 8058."""

from uuid import uuid4

import pytest
from django.test import Client

from campaigns_app.models import Enrollment, Interaction
from consent_app import ledger, links, permission
from consent_app.models import ConsentRecord
from offers_app.models import Proposition
from people_app.models import Person
from tests.conftest import Time
from upsell_project.lib import clock

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def path(proposition: Proposition) -> str:
    return f"/u/{links.make_unsubscribe(proposition.person_id, proposition.pk)}"


def open_to(person: Person, channel: str = "email", topic: str = "upgrades") -> bool:
    return permission.of(person.pk, clock.now()).open_to(channel, topic, "DE", clock.now())


def test_it_works(browser: Client, person: Person, proposition: Proposition) -> None:
    answer = browser.post(path(proposition), ONE_CLICK)
    assert answer.status_code == 200 and not answer.cookies
    assert not open_to(person) and not open_to(person, "in_app", "anything")
    record = person.consent_records.get(granted=False)
    assert (record.channel, record.topic, record.how) == ("*", "*", "one_click")
    assert record.proof["proposition"] == str(proposition.pk)


def test_the_running_sequence_ends(browser: Client, proposition: Proposition) -> None:
    browser.post(path(proposition), ONE_CLICK)
    run = Enrollment.objects.get(pk=proposition.enrollment_id or 0)
    assert (run.state, run.end_reason) == ("finished", "opted_out")


def test_the_offer_that_led_here_gets_its_answer_once(browser: Client, proposition: Proposition) -> None:
    browser.post(path(proposition), ONE_CLICK)
    browser.post(path(proposition), ONE_CLICK)
    act = Interaction.objects.get(proposition=proposition)
    proposition.refresh_from_db()
    assert (act.kind, act.how, proposition.answer) == ("opted_out", "one_click", "opted_out")


@pytest.mark.parametrize(
    "body", [b"", b"List-Unsubscribe=One-Click", b'{"a": 1}', b"\xff\xfe", b"--broken\r\n"]
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_any_body_will_do_with_and_without_the_slash(
    browser: Client, person: Person, proposition: Proposition, body: bytes, slash: str
) -> None:
    answer = browser.post(path(proposition) + slash, body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 200 and not open_to(person)


def test_a_hundred_looks_change_nothing(browser: Client, person: Person, proposition: Proposition) -> None:
    for _ in range(100):
        answer = browser.get(path(proposition))
        browser.head(path(proposition))
    assert answer.status_code == 200 and not answer.cookies
    assert open_to(person) and not ConsentRecord.objects.filter(granted=False).exists()
    assert answer.content.count(b"<button") == 1 and path(proposition).encode() in answer.content


def test_repeating_it_writes_no_second_record(
    browser: Client, person: Person, proposition: Proposition
) -> None:
    answers = [browser.post(path(proposition), ONE_CLICK).status_code for _ in range(3)]
    assert answers == [200, 200, 200]
    assert person.consent_records.filter(granted=False).count() == 1


def test_it_works_again_after_coming_back(
    browser: Client, person: Person, proposition: Proposition, time: Time
) -> None:
    browser.post(path(proposition), ONE_CLICK)
    time.move(days=1)
    ledger.grant(person, channels=["email"], how="api")
    assert open_to(person)
    time.move(days=60)
    browser.post(path(proposition), ONE_CLICK)
    assert not open_to(person)


def test_whoever_was_merged_is_found(browser: Client, person: Person, proposition: Proposition) -> None:
    old = Person.objects.create(merged_into=person, first_seen_at=clock.now(), last_seen_at=clock.now())
    answer = browser.post(f"/u/{links.make_unsubscribe(old.pk, proposition.pk)}", ONE_CLICK)
    assert answer.status_code == 200 and not open_to(person)


def test_whoever_was_erased_gets_the_same_quiet_answer(browser: Client, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(erased_at=clock.now())
    for person_id in (person.pk, 987_654_321):
        answer = browser.post(f"/u/{links.make_unsubscribe(person_id, uuid4())}", ONE_CLICK)
        assert answer.status_code == 200 and b"We hold nothing about you" in answer.content
    assert not ConsentRecord.objects.filter(granted=False).exists()


def test_a_link_that_is_not_ours_is_not_found(browser: Client, person: Person) -> None:
    for token in (
        "x",
        links.make_preferences(person.pk),
        links.make_unsubscribe(person.pk, None)[:-2] + "AA",
    ):
        assert browser.post(f"/u/{token}", ONE_CLICK).status_code == 404
    assert open_to(person)


def test_other_methods_are_refused(browser: Client, person: Person, proposition: Proposition) -> None:
    assert browser.delete(path(proposition)).status_code == 405
    assert open_to(person)
