"""`POST /v1/decide`: precise about what cannot be used, once per key, never a 500."""

import gzip
import json
import os
import random
from typing import Any

import pytest
from django.test import Client

from campaigns_app import decide_body
from campaigns_app.models import Delivery, IdempotencyKey
from consent_app import ledger
from offers_app import linted
from offers_app.linter import check
from offers_app.models import Decision, Proposition, Template, Treatment
from tests.build import a_source
from tests.campaigns.deciding import Server, noticed
from tests.conftest import Time
from tests.engine import MORNING, act, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
ROUNDS = 2_000 if os.environ.get("FUZZ_SECONDS") else 150


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


@pytest.fixture
def server() -> Server:
    return Server()


def test_it_works(server: Server) -> None:
    person = noticed()
    answer = server.post({"userId": person.user_id, "placement": "app-banner", "limit": 3})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    said = json.loads(answer.content)
    (offer,) = said["offers"]
    assert (offer["offer"], offer["placement"], offer["format"]) == ("pro-plan", "app-banner", "banner")
    assert offer["why"] == "You've exported 17 of 20 reports this month"
    assert offer["controls"] == ["dismiss", "snooze", "opt_out"]
    assert (said["outcome"], said["gate"], said["reason"]) == ("delivered", "", "")
    proposition = Proposition.objects.get()
    assert (offer["proposition_id"], said["decision_id"]) == (str(proposition.pk), proposition.decision_id)
    assert Delivery.objects.get().provider == "on_request"


@pytest.mark.parametrize("kind", ["web", "stripe"])
def test_only_a_server_may_ask(kind: str) -> None:
    body = {"userId": "ana", "placement": "app-banner"}
    assert Server(a_source(kind)).post(body).status_code == 401
    assert Client().post("/v1/decide", json.dumps(body), content_type="application/json").status_code == 401
    assert Client().get("/v1/decide").status_code == 405


def test_the_key_may_stand_in_the_body_or_be_basic(server: Server) -> None:
    person = noticed()
    body = {"userId": person.user_id, "placement": "app-banner", "writeKey": server.source.write_key}
    answer = Client().post("/v1/decide/", json.dumps(body), content_type="application/json")
    assert len(json.loads(answer.content)["offers"]) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"userId": None}, "#/userId"),
        ({"userId": 7}, "#/userId"),
        ({"userId": " "}, "#/userId"),
        ({"userId": "u" * 201}, "#/userId"),
        ({"account": ["a"]}, "#/account"),
        ({"placement": "nowhere"}, "#/placement"),
        ({"placement": None}, "#/placement"),
        ({"placement": "app-banner", "channel": "email"}, "#/placement"),
        ({"placement": None, "channel": "in_app"}, "#/placement"),
        ({"channel": "pigeon"}, "#/channel"),
        ({"channel": "chat"}, "#/channel"),
        ({"channel": []}, "#/channel"),
        ({"offers": []}, "#/offers"),
        ({"offers": "pro-plan"}, "#/offers"),
        ({"offers": ["pro-plan", 7]}, "#/offers/1"),
        ({"offers": ["pro-plan", "nothing"]}, "#/offers/1"),
        ({"template": "nothing"}, "#/template"),
        ({"template": 1}, "#/template"),
        ({"limit": 0}, "#/limit"),
        ({"limit": 11}, "#/limit"),
        ({"limit": True}, "#/limit"),
        ({"limit": 1.5}, "#/limit"),
        ({"id": ""}, "#/id"),
        ({"id": "a b"}, "#/id"),
        ({"context": []}, "#/context"),
        ({"context": {"a-b": 1}}, "#/context/a-b"),
        ({"context": {"a": {"b": {"c": {"d": {}}}}}}, "#/context/a/b/c/d"),
        ({"context": {"a": "x" * 4096}}, "#/context"),
        ({"user": "ana"}, "#/user"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_decided(
    server: Server, change: dict[str, Any], pointer: str
) -> None:
    answer = server.post({"userId": "ana", "placement": "app-banner"} | change)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["pointer"] for error in json.loads(answer.content)["errors"]] == [pointer]
    assert not Decision.objects.exists()


def a_pushy_template(channel: str) -> Treatment:
    template = Template.objects.create(slug="pushy", name="Pushy")
    return Treatment.objects.create(
        template=template,
        channel=channel,
        locale="en",
        headline="Hurry, only 3 left!",
        why="{{ evidence.used }} of {{ evidence.cap }}",
        body="<p>Last chance, before it is gone forever.</p>",
        cta_label="Upgrade",
    )


def test_a_template_that_the_linter_refuses_is_refused_until_somebody_waives_it(server: Server) -> None:
    text, person = a_pushy_template("in_app"), noticed()
    body = {"userId": person.user_id, "placement": "app-banner", "template": "pushy"}
    answer = server.post(body)
    assert answer.status_code == 400
    errors = json.loads(answer.content)["errors"]
    assert {(one["pointer"], one["code"]) for one in errors} == {("#/template", "refused")}
    assert any(
        "template pushy in_app en headline" in one["message"] and "only 3 left" in one["message"]
        for one in errors
    )
    assert not Decision.objects.exists()
    linted.waive(text, "ana", "a test", {one.rule for one in check.findings(linted.draft(text))})
    assert len(json.loads(server.post(body).content)["offers"]) == 1


def test_what_it_would_say_on_another_channel_does_not_matter(server: Server) -> None:
    a_pushy_template("email")
    assert server.ask(noticed(), template="pushy")["gate"] == "no_treatment"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"userId":"\\u0000"}', 400),
        (b'{"userId":"a","userId":"b"}', 400),
        (b"\xff", 400),
        (b"[" * 10_000, 400),
        (b" " * (decide_body.MAX_BODY + 1), 413),
        (gzip.compress(b" " * 100_000), 413),
    ],
)
def test_a_body_that_is_none_is_refused(server: Server, body: bytes, status: int) -> None:
    assert server.post(body).status_code == status


def test_nothing_that_is_sent_breaks_it(server: Server) -> None:
    """Sound questions with up to three members spoiled; each is answered, or refused with what to correct."""
    person, dice, statuses = noticed(), random.Random(7), set()
    odd: list[Any] = [
        None,
        True,
        0,
        -1,
        2**53,
        1.5,
        "",
        " ",
        "x",
        "\x7f",
        "é" * 300,
        "pro-plan",
        "email",
        [],
        {},
    ]
    odd += [["pro-plan"], [[]], {"a": []}, {"a": {"b": "é"}}, {"": 1}, "\u2028", "app-modal", person.user_id]
    for number in range(ROUNDS):
        sound = {"userId": person.user_id, "placement": "app-banner", "context": {"page": "/"}, "limit": 1}
        names = dice.sample([*sorted(decide_body.MEMBERS - {"writeKey"}), "more"], dice.randint(0, 3))
        answer = server.post(sound | {name: dice.choice(odd) for name in names})
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 400, 422, 429), (number, answer.content)
        if answer.status_code == 400:
            assert json.loads(answer.content)["errors"]
    assert {200, 400} <= statuses


@pytest.mark.parametrize("named", ["header", "body"])
def test_the_same_key_gets_the_same_answer_and_no_second_proposition(server: Server, named: str) -> None:
    person = noticed()
    body: dict[str, Any] = {"userId": person.user_id, "placement": "app-banner", "context": {"page": "start"}}
    headers = {"Idempotency_Key": "page-7"} if named == "header" else {}
    body |= {} if named == "header" else {"id": "page-7"}
    first, second = server.post(body, **headers), server.post(body, **headers)
    assert len(json.loads(first.content)["offers"]) == 1
    assert json.loads(first.content) == json.loads(second.content)
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert (Proposition.objects.count(), Decision.objects.count()) == (1, 1)


def test_a_refusal_is_told_again_too(server: Server) -> None:
    person = somebody()
    first, second = (server.ask(person, id="one") for _ in range(2))
    assert first == second
    assert (first["offers"], first["gate"]) == ([], "no_evidence")
    assert Decision.objects.count() == 1


def test_a_key_that_comes_back_with_another_question_is_refused(server: Server) -> None:
    person = noticed()
    server.ask(person, id="one")
    answer = server.post({"userId": person.user_id, "placement": "app-modal", "id": "one"})
    assert answer.status_code == 422
    assert Proposition.objects.count() == 1


def test_header_and_body_must_not_name_it_differently(server: Server) -> None:
    body = {"userId": "ana", "placement": "app-banner", "id": "one"}
    assert server.post(body, Idempotency_Key="two").status_code == 400
    assert server.post(body, Idempotency_Key="one").status_code == 200
    assert server.post(body, Idempotency_Key="x" * 256).status_code == 400


def test_keys_of_different_sources_are_different(server: Server) -> None:
    person = noticed()
    server.ask(person, id="one")
    assert Server().ask(person, id="one")["gate"] == "account_busy"


def test_a_key_is_forgotten_after_a_day(server: Server) -> None:
    person = noticed()
    server.ask(person, id="one")
    IdempotencyKey.objects.update(created_at="2020-01-01T00:00:00Z")
    assert server.ask(person, id="one")["gate"] == "account_busy"


def test_what_was_answered_is_not_shown_again_by_its_key(server: Server) -> None:
    person = noticed()
    offer = server.offered(person, id="one")
    act(person, offer, "dismissed")
    again = server.ask(person, id="one")
    assert (again["offers"], again["outcome"], again["gate"]) == ([], "excluded", "no_longer_relevant")


def test_after_an_opt_out_the_same_key_shows_nothing(server: Server, time: Time) -> None:
    time.move(hours=4)
    person = noticed()
    server.offered(person, id="one", channel="email")
    ledger.withdraw(person, channel="email", how="test")
    again = server.ask(person, id="one", channel="email")
    assert (again["offers"], again["gate"]) == ([], "opted_out")


def test_whoever_is_not_known_is_asked_about_again(server: Server) -> None:
    body = {"userId": "later", "placement": "app-banner", "id": "one"}
    said = json.loads(server.post(body).content)
    assert (said["offers"], said["gate"], said["decision_id"]) == ([], "unknown_person", None)
    noticed_later = noticed()
    noticed_later.user_id = "later"
    noticed_later.save()
    assert len(json.loads(server.post(body).content)["offers"]) == 1


def test_a_source_that_asks_too_fast_waits(server: Server, settings: Any) -> None:
    settings.EVENTS_PER_SOURCE = 1
    answers = [server.post({"userId": "u", "placement": "app-banner"}) for _ in range(4)]
    assert 429 in {answer.status_code for answer in answers}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused["Retry-After"] == "1"
