"""Writing down what people said."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from consent_app import ledger, permission
from consent_app.models import Pause, Suppression
from people_app.models import ContactPoint
from tests.consent.people import NOON, a_person
from tests.databases import WAITING
from upsell_project.lib import clock

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_it_works() -> None:
    person = a_person(email="a@corp.test")
    with clock.frozen(NOON):
        (record,) = ledger.grant(
            person,
            channels=["email"],
            how="api",
            wording_version="v2",
            proof={"form": 7},
            collected_at=NOON - HOUR,
        )
    held = person.permissions.get()
    assert (held.granted, held.since, held.record_id) == (True, NOON - HOUR, record.pk)
    assert (record.wording_version, record.proof, record.recorded_at) == ("v2", {"form": 7}, NOON)


@pytest.mark.django_db
def test_an_older_yes_that_arrives_after_a_no_does_not_reopen() -> None:
    person = a_person(email="a@corp.test")
    with clock.frozen(NOON):
        ledger.withdraw(person, channel="email", how="one_click")
    with clock.frozen(NOON + HOUR):
        ledger.grant(person, channels=["email"], how="api", collected_at=NOON - HOUR)
        assert permission.of(person.pk, clock.now()).no("email", "upgrades")
    assert person.consent_records.count() == 2


@pytest.mark.django_db
def test_a_yes_dated_in_the_future_does_not_outlive_a_no() -> None:
    person = a_person(email="a@corp.test")
    with clock.frozen(NOON):
        ledger.grant(person, channels=["email"], how="api", collected_at=NOON + 1000 * HOUR)
        ledger.withdraw(person, how="one_click")
        assert permission.of(person.pk, clock.now()).no("email", "upgrades")


@pytest.mark.django_db
def test_a_no_counts_even_when_the_sandbox_clock_was_set_back() -> None:
    person = a_person(email="a@corp.test")
    with clock.frozen(NOON + 100 * HOUR):
        ledger.grant(person, channels=["email"], how="page")
    with clock.frozen(NOON):
        ledger.withdraw(person, channel="email", how="page")
        assert permission.of(person.pk, NOON).no("email", "upgrades")
        ledger.grant(person, channels=["email"], how="page")
        assert permission.of(person.pk, NOON).no("email", "upgrades") is None


@pytest.mark.django_db
def test_withdrawing_twice_changes_nothing_more() -> None:
    person = a_person()
    with clock.frozen(NOON):
        ledger.withdraw(person, how="one_click")
        ledger.withdraw(person, how="one_click")
        assert permission.of(person.pk, NOON).no("sms", "anything")
    assert person.permissions.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("channels", "basis", "sentence"),
    [
        (["*"], "consent", "not a channel"),
        (["fax"], "consent", "fax"),
        (["email"], "objection", "not a basis"),
        (["email"], "soft_opt_in", "collected_in_sale"),
    ],
)
def test_a_yes_that_proves_nothing_is_refused(channels: list[str], basis: str, sentence: str) -> None:
    person = a_person()
    with pytest.raises(ledger.Refused, match=sentence):
        ledger.grant(person, channels=channels, basis=basis, how="api", collected_at=NOON)
    assert not person.consent_records.exists()


@pytest.mark.django_db
def test_a_snooze_never_shortens_the_one_before_and_resume_ends_it() -> None:
    person = a_person()
    with clock.frozen(NOON):
        ledger.snooze(person, 90, "page")
        assert ledger.snooze(person, 7, "widget").until == NOON + timedelta(days=90)
        ledger.do_not_disturb(person, NOON + timedelta(days=21), "no_engagement")
        assert ledger.resume(person)
        assert not ledger.resume(person)
    assert person.pauses.get().kind == Pause.Kind.DO_NOT_DISTURB


@pytest.mark.django_db
def test_an_address_is_suppressed_once_and_not_stored() -> None:
    assert ledger.suppress("email", "a@corp.test", "complaint")
    assert not ledger.suppress("email", "A@corp.test ", "hard_bounce")
    kept = Suppression.objects.get()
    assert kept.reason == "complaint" and "corp" not in kept.address_hash
    with pytest.raises(ledger.Refused):
        ledger.suppress("email", " ", "complaint")


@pytest.mark.django_db
def test_a_merge_keeps_the_longer_pause() -> None:
    one, other = a_person(), a_person()
    with clock.frozen(NOON):
        ledger.snooze(one, 7, "page")
        ledger.snooze(other, 30, "page")
        ledger.merge(one, other)
    assert one.pauses.get().until == NOON + timedelta(days=30)
    assert not other.pauses.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reachable", [True, False])
def test_an_opt_out_waits_for_whoever_holds_the_contact_points(reachable: bool) -> None:
    person = a_person(email="a@corp.test")
    if not reachable:
        person.contact_points.all().delete()
    done = threading.Event()

    def opt_out() -> None:
        ledger.withdraw(person, how="one_click")
        done.set()
        connections.close_all()

    other = threading.Thread(target=opt_out)
    with transaction.atomic():
        ledger._lock([person.pk])
        other.start()
        _until_someone_waits()
        assert not done.is_set() and not person.consent_records.exists()
    other.join(10)
    assert done.is_set() and person.consent_records.count() == 1


def _until_someone_waits() -> None:
    deadline = clock.real() + timedelta(seconds=10)
    while clock.real() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            row = cursor.fetchone()
        if row and row[0]:
            return
    raise AssertionError("nobody waited for the lock")


@pytest.mark.django_db
def test_the_contact_points_are_locked_in_the_order_of_their_ids() -> None:
    one, other = a_person(email="a@corp.test"), a_person(email="b@corp.test", sms="+1")
    statements: list[str] = []
    with connection.execute_wrapper(_Recorder(statements)), transaction.atomic():
        ledger._lock([other.pk, one.pk])
    (statement,) = statements
    assert "FOR UPDATE" in statement and f'ORDER BY "{ContactPoint._meta.db_table}"."id" ASC' in statement


class _Recorder:
    def __init__(self, statements: list[str]) -> None:
        self.statements = statements

    def __call__(self, execute: object, sql: str, params: object, many: bool, context: object) -> object:
        if "SAVEPOINT" not in sql:
            self.statements.append(sql)
        return execute(sql, params, many, context)  # type: ignore[operator]
