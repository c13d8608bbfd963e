"""Nothing about a person is taken from anywhere but a sound token of their own."""

import json
import time as wall
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.http import HttpResponse
from django.test import Client

from signals_app.models import Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import MORNING

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


BAD_TOKENS: dict[str, Any] = {
    "none at all": lambda web: "",
    "not a token": lambda web: "abc",
    "expired": lambda web: token(web, "u", exp=int(wall.time()) - 61),
    "longer than an hour": lambda web: token(web, "u", exp=int(wall.time()) + 3700),
    "without an end": lambda web: token(web, "u", exp=None),
    "without a person": lambda web: token(web, None),
    "a number as person": lambda web: token(web, 7),
    "a person that cannot be": lambda web: token(web, "a\x00b"),
    "nobody": lambda web: token(web, ""),
    "a blank": lambda web: token(web, "  "),
    "longer than an id": lambda web: token(web, "u" * 201),
    "an account longer than an id": lambda web: token(web, "u", account="a" * 201),
    "half a surrogate": lambda web: token(web, "a\ud800b"),
    "an endless end": lambda web: token(web, "u", exp=1e999),
    "unsigned": lambda web: jwt.encode({"sub": "u", "exp": int(wall.time()) + 60}, None, "none"),  # type: ignore[arg-type]
    "another algorithm": lambda web: jwt.encode(
        {"sub": "u", "exp": int(wall.time()) + 60}, web.signing_secret + "x" * 64, "HS512"
    ),
    "HS512 with our secret": lambda web: jwt.encode(
        {"sub": "u", "exp": int(wall.time()) + 60}, web.signing_secret, "HS512"
    ),
    "another secret": lambda web: jwt.encode({"sub": "u", "exp": int(wall.time()) + 60}, "s" * 32, "HS256"),
}


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
@pytest.mark.parametrize("case", BAD_TOKENS)
def test_a_token_that_proves_nothing_is_a_401(client: Client, web: Source, case: str) -> None:
    answer = get(client, web, BAD_TOKENS[case](web))
    assert answer.status_code == 401
    assert json.loads(answer.content)["detail"].endswith(".")
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("ahead", [3600, -59])
def test_a_clock_that_is_a_little_off_is_forgiven(client: Client, web: Source, ahead: int) -> None:
    assert get(client, web, token(web, "u", exp=int(wall.time()) + ahead)).status_code == 200


def test_the_sandbox_clock_does_not_age_tokens(client: Client, web: Source, time: Time) -> None:
    time.set(MORNING + timedelta(days=4000))
    assert get(client, web, token(web, "u")).status_code == 200


def test_a_rotated_secret_still_counts(client: Client) -> None:
    web = a_source("web", previous_secret="the_secret_that_was_used_before_it")
    old = jwt.encode({"sub": "u", "exp": int(wall.time()) + 60}, web.previous_secret, "HS256")
    assert get(client, web, old).status_code == 200


def test_a_secret_that_can_sign_no_token_is_said_to_be_one(client: Client) -> None:
    web = a_source("web", signing_secret="ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ")
    answer = get(client, web, jwt.encode({"sub": "u", "exp": int(wall.time()) + 60}, "s" * 32, "HS256"))
    assert answer.status_code == 401
    assert "HMAC" in json.loads(answer.content)["detail"]


@pytest.mark.parametrize("key", ["", "wk_unknown", "wk_\xff"])
def test_an_unknown_key_is_a_401(client: Client, web: Source, key: str) -> None:
    assert client.get("/v1/offers", {"key": key}).status_code == 401


def test_a_server_key_is_no_browsers_key(client: Client) -> None:
    server = a_source("http")
    assert get(client, server, token(server, "u")).status_code == 401


def test_the_key_may_come_in_the_query(client: Client, web: Source) -> None:
    answer = client.get(
        "/v1/offers/", {"key": web.write_key}, headers={"Authorization": f"Bearer {token(web, 'u')}"}
    )
    assert answer.status_code == 200


def test_other_origins_are_told_nothing(client: Client, web: Source) -> None:
    mine = get(client, web, token(web, "u"), Origin="https://app.test")
    assert (mine.status_code, mine["Access-Control-Allow-Origin"]) == (200, "https://app.test")
    other = get(client, web, token(web, "u"), Origin="https://app.test.evil.example")
    assert other.status_code == 403
    assert "Access-Control-Allow-Origin" not in other
    assert client.options("/v1/offers", headers={"Origin": "https://app.test"}).status_code == 204
    assert client.post("/v1/offers").status_code == 405


def test_a_page_of_this_deployment_may_under_each_of_its_names(
    client: Client, web: Source, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    sent = {"X-Write-Key": web.write_key, "Authorization": f"Bearer {token(web, 'u')}"}
    for host in ("localhost:8000", "127.0.0.1:8000"):
        own = client.get("/v1/offers", headers={**sent, "Host": host, "Origin": f"http://{host}"})
        assert (own.status_code, own["Access-Control-Allow-Origin"]) == (200, f"http://{host}")
    other = client.get("/v1/offers", headers={**sent, "Host": "localhost", "Origin": "http://localhost:1"})
    assert other.status_code == 403
    forged = client.get("/v1/offers", headers={**sent, "Host": "evil.test", "Origin": "http://evil.test"})
    assert forged.status_code == 400
