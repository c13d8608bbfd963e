"""May we contact them: each gate, their order, and the proof."""

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from consent_app import ledger, permission
from consent_app.models import Basis
from people_app.models import Person
from tests.consent.people import NOON, a_person, point
from upsell_project.lib import clock
from upsell_project.lib.gates import Code, Gate

pytestmark = pytest.mark.django_db
ADDRESS = "ada@corp.test"


def check(person: Person, channel: str = "email", topic: str = "upgrades", days: float = 1) -> list[Gate]:
    now = NOON + timedelta(days=days)
    return permission.of(person.pk, now).check(channel, topic, point(person, channel), person.country, now)


def stopped(person: Person, channel: str = "email", topic: str = "upgrades", days: float = 1) -> Code | None:
    last = check(person, channel, topic, days)[-1]
    return None if last.passed else last.gate


def allow(
    person: Person, *channels: str, topic: str = "*", basis: str = Basis.CONSENT, days: float = 0
) -> None:
    with clock.frozen(NOON + timedelta(days=max(days, 0))):
        ledger.grant(
            person,
            channels=channels,
            topic=topic,
            basis=basis,
            how="api",
            proof={"collected_in_sale": "order-1"},
            collected_at=NOON + timedelta(days=days),
        )


def at(days: float) -> AbstractContextManager[None]:
    return clock.frozen(NOON + timedelta(days=days))


def test_it_works() -> None:
    person = a_person(email=ADDRESS)
    allow(person, "email")
    gates = check(person)
    assert [gate.gate.value for gate in gates] == [
        "no_contact_point", "opted_out", "no_consent", "suppressed", "snoozed", "do_not_disturb",
    ]  # fmt: skip
    assert all(gate.passed for gate in gates)


def test_the_passed_consent_gate_names_its_proof() -> None:
    person = a_person(email=ADDRESS)
    allow(person, "email")
    proof = check(person)[2]
    record = person.consent_records.get()
    assert proof.input == {"consent_record": record.pk, "basis": "consent", "since": NOON.isoformat()}


def test_three_statements_read_any_number_of_people(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [a_person(email=f"p{number}@corp.test") for number in range(20)]
    for person in people:
        allow(person, "email")
        ledger.snooze(person, 7, "page")
    ledger.suppress("email", "p3@corp.test", "hard_bounce")
    with django_assert_num_queries(3):
        standings = permission.load([person.pk for person in people], NOON)
    assert len(standings) == 20
    assert [person.pk for person in people if standings[person.pk].suppressions] == [people[3].pk]


def test_nobody_in_particular_gets_an_answer_too() -> None:
    assert permission.load([999_999_999], NOON)[999_999_999].words == []


def test_without_an_address_there_is_no_contact() -> None:
    assert stopped(a_person()) == Code.NO_CONTACT_POINT


def test_a_dead_address_is_none() -> None:
    person = a_person(email=ADDRESS)
    allow(person, "email")
    person.contact_points.filter(channel="email").update(dead_at=NOON)
    assert stopped(person) == Code.NO_CONTACT_POINT


def test_mail_without_a_basis_is_not_sent() -> None:
    assert stopped(a_person(email=ADDRESS)) == Code.NO_CONSENT


def test_an_unknown_country_is_as_strict_as_europe() -> None:
    assert stopped(a_person(email=ADDRESS, country="")) == Code.NO_CONSENT


def test_mail_in_the_united_states_needs_no_prior_consent() -> None:
    gates = check(a_person(email=ADDRESS, country="US"))
    assert gates[-1].passed and gates[2].input["basis"] == "not_required"


def test_texts_in_the_united_states_need_consent_and_a_sale_is_not_enough() -> None:
    person = a_person(sms="+15550100", country="US")
    allow(person, "sms", basis=Basis.SOFT_OPT_IN)
    assert stopped(person, "sms") == Code.NO_CONSENT
    allow(person, "sms")
    assert stopped(person, "sms") is None


def test_in_app_needs_no_opt_in_unless_the_deployment_is_strict() -> None:
    person = a_person()
    assert stopped(person, "in_app") is None
    with override_settings(IN_APP_STRICT=True):
        assert stopped(person, "in_app") == Code.NO_CONSENT


def test_consent_for_mail_says_nothing_about_chat() -> None:
    person = a_person(email=ADDRESS, chat="ada")
    allow(person, "email")
    assert stopped(person, "chat") == Code.NO_CONSENT


def test_consent_implied_by_a_sale_ends_after_two_years_in_canada() -> None:
    person = a_person(email=ADDRESS, country="CA")
    allow(person, "email", basis=Basis.SOFT_OPT_IN)
    assert stopped(person, days=729.9) is None
    assert stopped(person, days=730) == Code.NO_CONSENT


def test_stop_all_bars_every_channel() -> None:
    person = a_person(email=ADDRESS)
    allow(person, "email")
    with at(0.5):
        record = ledger.withdraw(person, how="one_click")
    assert stopped(person) == stopped(person, "in_app") == Code.OPTED_OUT
    bar = check(person)[-1]
    assert bar.input["consent_record"] == record.pk
    assert bar.reason == "They opted out of all offers on all channels on 2026-03-03."


def test_a_topic_stopped_everywhere_leaves_the_others() -> None:
    person = a_person(email=ADDRESS)
    allow(person, "email")
    with at(0.5):
        ledger.withdraw(person, topic="upgrades", how="widget")
    assert stopped(person) == Code.OPTED_OUT
    assert stopped(person, topic="training") is None


def test_a_yes_to_all_mail_does_not_undo_the_no_to_a_topic() -> None:
    person = a_person(email=ADDRESS)
    with at(0.1):
        ledger.withdraw(person, topic="upgrades", how="widget")
    allow(person, "email", days=0.5)
    assert stopped(person) == Code.OPTED_OUT


def test_who_left_everything_may_come_back_for_one_thing() -> None:
    person = a_person(email=ADDRESS, sms="+49301")
    allow(person, "email", "sms")
    with at(0.2):
        ledger.withdraw(person, how="one_click")
    allow(person, "email", topic="upgrades", days=0.5)
    assert stopped(person) is None
    assert stopped(person, topic="training") == stopped(person, "sms") == Code.OPTED_OUT


def test_a_sale_does_not_reopen_what_was_stopped() -> None:
    person = a_person(email=ADDRESS)
    with at(0.1):
        ledger.withdraw(person, channel="email", how="one_click")
    allow(person, "email", basis=Basis.SOFT_OPT_IN, days=0.5)
    assert stopped(person) == Code.OPTED_OUT


def test_a_suppressed_address_is_recognized_however_it_is_written() -> None:
    person = a_person(email="Ada@Corp.test", sms="+49 (30) 12-34")
    allow(person, "email", "sms")
    ledger.suppress("email", " ada@corp.TEST", "complaint")
    ledger.suppress("sms", "0049301234", "stop")
    assert stopped(person) == stopped(person, "sms") == Code.SUPPRESSED


def test_a_snooze_says_when_it_ends() -> None:
    person = a_person(email=ADDRESS)
    allow(person, "email")
    with at(0):
        ledger.snooze(person, 7, "page")
    gate = check(person, days=6.9)[-1]
    assert (gate.gate, gate.next_eligible_at) == (Code.SNOOZED, NOON + timedelta(days=7))
    assert stopped(person, days=7) is None


def test_do_not_disturb_comes_last() -> None:
    person = a_person(email=ADDRESS)
    allow(person, "email")
    ledger.do_not_disturb(person, NOON + timedelta(days=21), "no_engagement")
    assert stopped(person) == Code.DO_NOT_DISTURB
    with at(0):
        ledger.snooze(person, 30, "page")
    assert stopped(person) == Code.SNOOZED
    assert stopped(person, days=31) is None
