"""Receipts beside intents and beside each other, in real threads with real locks."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from campaigns_app import standing, starter_pack
from campaigns_app.models import Enrollment
from tests.campaigns.test_receipts import apply, mail_of, open_to, told
from tests.conftest import Time
from tests.databases import WAITING
from tests.engine import MORNING, begun, somebody
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def pack(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)
    starter_pack.load()


def test_an_opt_out_waits_for_an_intent_under_way() -> None:
    person = somebody()
    stored = told("Unsubscribed", to=mail_of(person))
    done = threading.Event()

    def opt_out() -> None:
        apply(stored)
        done.set()
        connections.close_all()

    other = threading.Thread(target=opt_out)
    with transaction.atomic():
        standing.lock([], [person.pk])
        other.start()
        _until_someone_waits()
        assert not done.is_set() and open_to(person)
    other.join(10)
    assert done.is_set() and not open_to(person)


def test_workers_with_the_same_people_in_another_order_do_not_block_each_other() -> None:
    people = [somebody() for _ in range(4)]
    for person in people:
        begun(person)
    batches = [
        [told(name, of=person) for person in order]
        for name in ("Unsubscribed", "Spam Reported")
        for order in (people, people[::-1])
    ]
    errors: list[Exception] = []

    def work(batch: Any) -> None:
        try:
            apply(*batch)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not errors
    assert [open_to(person) for person in people] == [False] * 4
    assert not Enrollment.objects.filter(state="active").exists()


def _until_someone_waits() -> None:
    deadline = clock.real() + timedelta(seconds=10)
    while clock.real() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            row = cursor.fetchone()
        if row and row[0]:
            return
    raise AssertionError("nobody waited for the lock")
