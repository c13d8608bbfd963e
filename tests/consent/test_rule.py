"""The rule of `permission`, against a reference that reads the whole ledger and knows no shortcut."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent_app import ledger, permission
from consent_app.models import ConsentRecord, Permission
from people_app.models import Person
from tests.consent.people import NOON, a_person
from upsell_project.lib import clock

CHANNELS, TOPICS = ("in_app", "email", "sms"), ("upgrades", "training")
scopes = st.tuples(st.sampled_from(("*", *CHANNELS)), st.sampled_from(("*", *TOPICS)))
acts = st.lists(
    st.tuples(
        st.sampled_from(("consent", "soft_opt_in", "withdraw", "withdraw")),
        scopes,
        st.integers(0, 6),  # how many hours late it arrives
    ),
    max_size=9,
)
patiently = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def do(person: Person, history: list[tuple[str, tuple[str, str], int]], start: int = 0) -> None:
    for hour, (kind, (channel, topic), late) in enumerate(history, start):
        now = NOON + timedelta(hours=hour)
        with clock.frozen(now):
            if kind == "withdraw":
                ledger.withdraw(person, channel=channel, topic=topic, how="page")
            else:
                ledger.grant(
                    person,
                    channels=CHANNELS if channel == "*" else [channel],
                    topic=topic,
                    basis=kind,
                    how="api",
                    proof={"collected_in_sale": "1"},
                    collected_at=now - timedelta(hours=late),
                )


def covers(record: ConsentRecord, channel: str, topic: str) -> bool:
    return record.channel in ("*", channel) and record.topic in ("*", topic)


def barred(records: list[ConsentRecord], channel: str, topic: str) -> bool:
    about = [record for record in records if covers(record, channel, topic)]
    for no in (record for record in about if not record.granted):
        comebacks = [
            yes
            for yes in about
            if yes.granted and yes.basis == "consent" and yes.collected_at > no.collected_at
            # within the scope of the no: the same or less
            and no.channel in ("*", yes.channel) and no.topic in ("*", yes.topic)
        ]  # fmt: skip
        if not comebacks:
            return True
    return False


def grounded(records: list[ConsentRecord], channel: str, topic: str, now: datetime) -> bool:
    return any(
        record.granted
        and covers(record, channel, topic)
        and not (record.expires_at and record.expires_at <= now)
        for record in records
    )


def verdicts(person: Person, now: datetime) -> dict[tuple[str, str], tuple[bool, bool]]:
    standing = permission.of(person.pk, now)
    return {
        (channel, topic): (
            standing.no(channel, topic) is not None,
            standing.open_to(channel, topic, person.country, now),
        )
        for channel in CHANNELS
        for topic in (*TOPICS, "brand-new")
    }


@pytest.mark.django_db
@patiently
@given(history=acts, country=st.sampled_from(("DE", "CA")), years=st.sampled_from((0, 3)))
def test_the_current_state_says_what_the_whole_ledger_says(
    history: list[tuple[str, tuple[str, str], int]], country: str, years: int
) -> None:
    person, now = a_person(country=country), NOON + timedelta(days=1 + 365 * years)
    do(person, history)
    records = list(ConsentRecord.objects.filter(person=person))
    for (channel, topic), (no, is_open) in verdicts(person, now).items():
        assert no == barred(records, channel, topic)
        ground = channel == "in_app" or grounded(records, channel, topic, now)
        assert is_open == (ground and not no)


@pytest.mark.django_db
@patiently
@given(history=acts)
def test_the_state_can_be_rebuilt_from_the_ledger_in_any_order(
    history: list[tuple[str, tuple[str, str], int]],
) -> None:
    person = a_person()
    do(person, history)
    columns = ("channel", "topic", "granted", "basis", "since", "expires_at")
    before = set(Permission.objects.filter(person=person).values_list(*columns))
    Permission.objects.filter(person=person).delete()
    ledger._count(person, ConsentRecord.objects.filter(person=person).order_by("-id"))
    assert set(Permission.objects.filter(person=person).values_list(*columns)) == before


@pytest.mark.django_db
@patiently
@given(winner=acts, loser=acts, scope=scopes)
def test_a_merge_never_reopens_what_one_of_the_two_had_stopped(
    winner: list[tuple[str, tuple[str, str], int]],
    loser: list[tuple[str, tuple[str, str], int]],
    scope: tuple[str, str],
) -> None:
    one, other, now = a_person(), a_person(), NOON + timedelta(days=1)
    do(one, winner)
    do(other, [*loser, ("withdraw", scope, 0)], start=3)
    before = [verdicts(one, now), verdicts(other, now)]
    with clock.frozen(now):
        ledger.merge(one, other)
    for cell, (no, is_open) in verdicts(one, now).items():
        assert no or not any(verdict[cell][0] for verdict in before)
        assert not is_open or any(verdict[cell][1] for verdict in before)
    assert not other.consent_records.exists() and not other.permissions.exists()
