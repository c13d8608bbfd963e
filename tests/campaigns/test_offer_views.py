"""What the widget calls: every gate met again, nothing told to anybody else, never a 500."""

import json
import time as wall
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import jwt
import pytest
from django.http import HttpResponse
from django.test import Client

from campaigns_app.models import Interaction
from consent_app import ledger
from offers_app.models import Proposition
from people_app.models import Account, Membership, Person
from signals_app.models import Source, Ticket
from tests.build import a_person, a_source, an_account
from tests.campaigns.gates import bar
from tests.conftest import Time
from tests.engine import MORNING, account_of, begun, offer_of, receive, somebody
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


@pytest.fixture
def web() -> Source:
    return a_source("web", origins=["https://app.test"])


def token(web: Source, user: object, **claims: Any) -> str:
    said = {"sub": user, "exp": int(wall.time()) + 600, **claims}
    return jwt.encode(
        {name: value for name, value in said.items() if value is not None}, web.signing_secret, "HS256"
    )


def get(client: Client, web: Source, bearer: str, query: str = "", **headers: str) -> HttpResponse:
    sent = {"X-Write-Key": web.write_key, "Authorization": f"Bearer {bearer}", **headers}
    return client.get(f"/v1/offers{query}", headers=sent)  # type: ignore[return-value]


def shown(
    client: Client, web: Source, person: Person, query: str = "", **claims: Any
) -> list[dict[str, Any]]:
    answer = get(client, web, token(web, person.user_id, **claims), query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = json.loads(answer.content)["offers"]
    return found


def post(client: Client, web: Source, person: Person, body: Any) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body)
    headers = {"X-Write-Key": web.write_key, "Authorization": f"Bearer {token(web, person.user_id)}"}
    return client.post("/v1/interactions", raw, content_type="application/json", headers=headers)  # type: ignore[return-value]


def an_act(proposition: Proposition, kind: str = "viewed", **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "proposition_id": str(proposition.pk), "kind": kind, **fields}


def test_it_works(client: Client, web: Source) -> None:
    person = somebody()
    offer = offer_of(begun(person))
    (found,) = shown(client, web, person, "?placement=app-banner&limit=1")
    assert found["proposition_id"] == str(offer.pk)
    assert (found["offer"], found["placement"], found["format"]) == ("pro-plan", "app-banner", "banner")
    assert found["why"] == "You've exported 17 of 20 reports this month"
    assert found["controls"] == ["dismiss", "snooze", "opt_out"]
    assert found["terms"]["price"] == "49.00"
    answer = get(client, web, token(web, person.user_id))
    assert json.loads(answer.content)["poll_after_s"] == 60
    assert answer["Cache-Control"] == "private, no-store"


def test_fetching_takes_two_statements_and_changes_nothing(
    client: Client, web: Source, django_assert_max_num_queries: Any
) -> None:
    person = somebody()
    offer = offer_of(begun(person))
    shown(client, web, person)
    with django_assert_max_num_queries(2):
        shown(client, web, person)
    offer.refresh_from_db()
    assert (offer.viewed_at, Interaction.objects.count()) == (None, 0)


GATES: dict[str, Callable[[Person], object]] = {
    **{
        code: partial(bar, code)
        for code in (
            "erased",
            "opted_out",
            "snoozed",
            "do_not_disturb",
            "cancelling",
            "unpaid",
            "problem_ticket",
            "holdout",
            "offer_off",
        )
    },
    "subscription unpaid": lambda person: Account.objects.filter(pk=account_of(person).pk).update(
        subscription_status="unpaid"
    ),
    "person's ticket": lambda person: Ticket.objects.create(
        source=a_source(), external_id="1", problem=True, opened_at=MORNING, person=person
    ),
    "expired": lambda person: Proposition.objects.update(expires_at=MORNING),
    "answered": lambda person: Proposition.objects.update(state="answered"),
}


@pytest.mark.parametrize("gate", GATES)
def test_each_gate_is_met_again_when_it_is_fetched(client: Client, web: Source, gate: str) -> None:
    person, other = somebody(), somebody()
    begun(person)
    begun(other)
    assert shown(client, web, person)
    GATES[gate](person)
    assert shown(client, web, person) == []
    if gate not in ("offer_off", "expired", "answered"):
        assert shown(client, web, other), "others are not concerned"


def test_a_strict_deployment_needs_an_opt_in_for_in_app_too(
    client: Client, web: Source, settings: Any
) -> None:
    person = somebody()
    begun(person)
    settings.IN_APP_STRICT = True
    assert shown(client, web, person) == []
    ledger.grant(person, channels=["in_app"], how="test")
    assert shown(client, web, person)


@pytest.mark.parametrize(
    "query", ["?placement=app-modal", "?placement=nowhere", "?placement=%00", "?placement="]
)
def test_another_placement_shows_nothing(client: Client, web: Source, query: str) -> None:
    person = somebody()
    begun(person)
    assert shown(client, web, person, query) == []


@pytest.mark.parametrize("limit", ["0", "11", "-1", "x", "1.5", "", "9" * 5000, "¹"])
def test_a_limit_that_is_none_is_a_400(client: Client, web: Source, limit: str) -> None:
    answer = get(client, web, token(web, "u"), f"?limit={limit}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["errors"][0]["pointer"] == "?limit"


def test_of_a_person_in_two_accounts_what_bars_one_bars_both(client: Client, web: Source) -> None:
    person = somebody()
    first = offer_of(begun(person))
    second = an_account("second")
    Membership.objects.create(person=person, account=second, joined_at=MORNING)
    other = Proposition.objects.get(pk=first.pk)
    other.pk, other.account, other.ready_at = uuid.uuid4(), second, MORNING + timedelta(minutes=1)
    other.save(force_insert=True)
    assert [o["proposition_id"] for o in shown(client, web, person, "?limit=5")] == [
        str(first.pk),
        str(other.pk),
    ]
    assert len(shown(client, web, person)) == 1, "one is the default"
    assert [o["proposition_id"] for o in shown(client, web, person, account="second")] == [str(other.pk)]
    assert shown(client, web, person, account="third") == []
    Account.objects.filter(pk=first.account_id or 0).update(cancelling=True)
    assert shown(client, web, person, "?limit=5") == []
    assert shown(client, web, person, account="second") == []


def test_a_merged_person_is_still_found_by_the_former_id(client: Client, web: Source) -> None:
    person = a_person("former")
    newer = somebody()
    offer = offer_of(begun(newer))
    receive(a_source(), {"type": "alias", "userId": newer.user_id, "previousId": "former"})
    assert shown(client, web, person)[0]["proposition_id"] == str(offer.pk)
    assert post(client, web, person, an_act(offer)).status_code == 202


def test_what_they_did_is_recorded_before_the_answer(client: Client, web: Source, time: Time) -> None:
    person = somebody()
    run = begun(person)
    time.move(minutes=5)
    answer = post(client, web, person, an_act(offer_of(run), "dismissed"))
    assert answer.status_code == 202
    found = Interaction.objects.get()
    assert (found.kind, found.at, found.how) == ("dismissed", clock.now(), "widget")
    assert shown(client, web, person) == []


def test_an_id_that_names_another_act_is_a_409(client: Client, web: Source) -> None:
    person = somebody()
    sent = an_act(offer_of(begun(person)))
    assert [post(client, web, person, sent).status_code for _ in range(2)] == [202, 202]
    answer = post(client, web, person, sent | {"kind": "declined"})
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert Interaction.objects.get().kind == sent["kind"]


def test_another_persons_offer_answers_exactly_like_an_unknown_one(client: Client, web: Source) -> None:
    offer, thief = offer_of(begun(somebody())), somebody()
    theirs = post(client, web, thief, an_act(offer, "accepted"))
    unknown = post(client, web, thief, an_act(offer, "accepted") | {"proposition_id": str(uuid.uuid4())})
    nobody = post(client, web, Person(user_id="nobody-we-know"), an_act(offer, "accepted"))
    bodies = [json.loads(a.content) for a in (theirs, unknown, nobody)]
    for body in bodies:
        body.pop("request_id")
    assert [a.status_code for a in (theirs, unknown, nobody)] == [404] * 3
    assert bodies[0] == bodies[1] == bodies[2]
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": "x"}, "#/id"),
        ({"id": None}, "#/id"),
        ({"proposition_id": 7}, "#/proposition_id"),
        ({"kind": "converted"}, "#/kind"),
        ({"kind": "ignored"}, "#/kind"),
        ({"kind": "replied"}, "#/kind"),
        ({"kind": ["viewed"]}, "#/kind"),
        ({"at": "yesterday"}, "#/at"),
        ({"at": {}}, "#/at"),
        ({"kind": "snoozed", "snooze_days": 8}, "#/snooze_days"),
        ({"kind": "snoozed", "snooze_days": [7]}, "#/snooze_days"),
        ({"kind": "feedback"}, "#/answer"),
        ({"kind": "feedback", "answer": "great"}, "#/answer"),
    ],
)
def test_what_is_wrong_is_named(client: Client, web: Source, change: dict[str, Any], pointer: str) -> None:
    person = somebody()
    body = an_act(offer_of(begun(person))) | change
    answer = post(client, web, person, {k: v for k, v in body.items() if v is not None})
    assert answer.status_code == 400
    assert [error["pointer"] for error in json.loads(answer.content)["errors"]] == [pointer]
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b'{"id":"\\u0000"}', b"\xff"])
def test_a_body_that_is_none_is_a_400(client: Client, web: Source, body: bytes) -> None:
    assert post(client, web, somebody(), body).status_code == 400


def test_a_body_that_is_too_large_is_a_413(client: Client, web: Source) -> None:
    assert post(client, web, somebody(), {"pad": "x" * 9000}).status_code == 413


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01"])
def test_a_time_at_the_end_of_the_calendar_stops_nothing(client: Client, web: Source, at: str) -> None:
    person = somebody()
    answer = post(client, web, person, an_act(offer_of(begun(person)), at=at))
    assert answer.status_code in (202, 400)
    for found in Interaction.objects.all():
        assert MORNING <= found.at <= clock.now()
