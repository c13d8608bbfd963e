"""A POST with an `Idempotency-Key` acts once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from campaigns_app.models import IdempotencyKey
from offers_app.models import Offer
from signals_app.models import Source
from tests.api.caller import Caller
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db

OFFER = {"slug": "seats", "name": "Seats", "trial_days": 14}


def test_the_second_one_gets_the_first_answer(editor: Caller) -> None:
    first = editor.post("/api/offers/", OFFER, Idempotency_Key="one")
    second = editor.post("/api/offers", OFFER, Idempotency_Key="one")
    assert first.status_code == second.status_code == 201
    assert json.loads(first.content) == json.loads(second.content)
    assert second["Idempotent-Replayed"] == "true"
    assert Offer.objects.count() == 1


def test_the_order_of_members_does_not_matter(editor: Caller) -> None:
    editor.post("/api/offers/", OFFER, Idempotency_Key="one")
    turned = dict(reversed(OFFER.items()))
    assert editor.post("/api/offers/", turned, Idempotency_Key="one").status_code == 201


def test_a_refused_request_may_be_corrected_under_the_same_key(editor: Caller) -> None:
    assert editor.post("/api/offers/", {"slug": "seats"}, Idempotency_Key="one").status_code == 400
    assert editor.post("/api/offers/", OFFER, Idempotency_Key="one").status_code == 201


def test_keys_of_two_callers_do_not_meet(editor: Caller, admin: Caller) -> None:
    assert editor.post("/api/offers/", OFFER, Idempotency_Key="one").status_code == 201
    assert admin.post("/api/offers/", {**OFFER, "slug": "more"}, Idempotency_Key="one").status_code == 201


def test_a_key_is_forgotten_after_a_day(editor: Caller) -> None:
    editor.post("/api/offers/", OFFER, Idempotency_Key="one")
    IdempotencyKey.objects.update(created_at=clock.real() - timedelta(hours=25))
    assert editor.post("/api/offers/", {**OFFER, "slug": "more"}, Idempotency_Key="one").status_code == 201


def test_an_unusable_key_is_refused(editor: Caller) -> None:
    for key in ("", "two words", "x" * 256):
        assert editor.post("/api/offers/", OFFER, Idempotency_Key=key).status_code == 400


def test_a_kept_secret_is_encrypted(admin: Caller) -> None:
    first = json.loads(admin.post("/api/sources/", {"kind": "web"}, Idempotency_Key="one").content)
    again = json.loads(admin.post("/api/sources/", {"kind": "web"}, Idempotency_Key="one").content)
    assert again == first
    assert first["signing_secret"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM campaigns_app_idempotencykey")
        assert first["signing_secret"] not in cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_acts() -> None:
    admin = Caller("admin")

    def post(_: int) -> str:
        try:
            return admin.post("/api/sources/", {"kind": "http"}, Idempotency_Key="one").content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(post, range(6)))
    assert len({json.dumps(json.loads(answer), sort_keys=True) for answer in answers}) == 1
    assert Source.objects.count() == 1
