"""What was begun at a provider is read by the API: which offer, where, how it stands; nothing of who pays."""

import json
from typing import Any

import pytest

from offers_app.models import CheckoutAccount
from tests.api.caller import Caller, a_checkout, a_delivery
from tests.build import a_person, an_account
from tests.conftest import Time

pytestmark = pytest.mark.django_db
PATH = "/api/checkouts/"


def rows(viewer: Caller, query: str) -> list[Any]:
    return [row["proposition"] for row in json.loads(viewer.get(f"{PATH}?{query}").content)["results"]]


def test_it_tells_how_it_stands_and_nothing_personal(viewer: Caller, time: Time) -> None:
    delivery = a_delivery(a_person("ana", an_account("acme"), email="ana@example.test"))
    asked = {"customer_email": "ana@example.test"}
    a_checkout(delivery, request=asked, external_id="cs_1", error="No such ana@example.test", attempts=1)
    said = json.loads(viewer.get(f"{PATH}{delivery.proposition_id}/").content)
    assert said == {
        "proposition": str(delivery.proposition_id),
        "offer": "pro-plan",
        "person": "ana",
        "account": "acme",
        "provider": "stripe",
        "state": "wanted",
        "unsure": False,
        "attempts": 1,
        "asked_at": "2026-03-10T10:00:00Z",
        "expires_at": None,
        "ended_at": None,
    }


def test_they_are_found(viewer: Caller) -> None:
    one, other = a_delivery(a_person("u_1", an_account("acme"))), a_delivery(a_person("u_2"), "seats")
    a_checkout(one, state="completed")
    paddle = CheckoutAccount.objects.create(name="Paddle", provider="paddle")
    a_checkout(other, account=paddle)
    for query in ("person=u_1", "account=acme", "offer=pro-plan", "provider=stripe", "state=completed"):
        assert rows(viewer, query) == [str(one.proposition_id)], query
    assert rows(viewer, "from=2099-01-01") == []
    assert viewer.get(f"{PATH}?state=paid").status_code == 400


def test_nobody_writes_one(admin: Caller) -> None:
    assert admin.post(PATH, {}).status_code == 405
    assert admin.patch(f"{PATH}{'0' * 8}-0000-0000-0000-{'0' * 12}/", {}).status_code == 405


def test_the_last_asked_comes_first_page_by_page(viewer: Caller, time: Time) -> None:
    made = [a_delivery(a_person(f"u_{n}")) for n in range(3)]
    for one in made:
        a_checkout(one)
        time.move(hours=1)
    told = [row["proposition"] for row in viewer.all(PATH, 2)]
    assert told == [str(one.proposition_id) for one in reversed(made)]
