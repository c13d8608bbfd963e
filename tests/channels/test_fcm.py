"""Firebase as its own library speaks to it, and what its answers lead to."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from campaigns_app.channels import fcm
from campaigns_app.channels.base import Accepted, Gone, Message, Outcome, Refused, Unknown
from campaigns_app.channels.fcm import Fcm
from campaigns_app.models import ChannelAccount, Delivery
from people_app.models import ContactPoint
from tests.channels import captured
from tests.http_double import LOST, Asked, Double
from tests.outgoing import TEXT, a_reader, after, an_account_at, intended
from upsell_project.lib import clock

DEVICE = "fcm:devtok-01"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROBOT = "push@p1.iam.gserviceaccount.example"
State = Delivery.State


@cache
def a_key(_which: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@dataclass
class Google(Double):
    """Google's token endpoint, and FCM's of the project p1: checks the grant's signature, the token and each field."""

    live: set[str] = field(default_factory=lambda: {"devtok-01"})
    token: str = "ya29.test"
    grants: int = 0

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.path == "/token":
            return self._grant(asked.said)
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return problem(401, "UNAUTHENTICATED")
        if asked.path != "/v1/projects/p1/messages:send" or asked.method != "POST":
            return problem(404, "NOT_FOUND")
        return self._take(asked.said)

    def _grant(self, said: dict[str, str]) -> tuple[int, Any]:
        self.grants += 1
        if said.keys() != {"grant_type", "assertion"} or said["grant_type"] != fcm.GRANT:
            return 400, {"error": "unsupported_grant_type"}
        try:
            claims = jwt.decode(
                said["assertion"], a_key("").public_key(), ["RS256"], audience=f"{self.url}/token"
            )
        except jwt.PyJWTError:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        if claims["iss"] != ROBOT or claims["scope"] != fcm.SCOPE or claims["exp"] - claims["iat"] > 3600:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"}

    def _take(self, body: dict[str, Any]) -> tuple[int, Any]:
        message = body["message"]
        known = {"token", "topic", "notification", "data", "android", "apns"}
        if body.keys() - {"message", "validate_only"} or message.keys() - known:
            return problem(400, "INVALID_ARGUMENT")
        if len(message.keys() & {"token", "topic", "fid", "condition"}) != 1:
            return problem(400, "INVALID_ARGUMENT")
        texts = [message["notification"], message.get("data", {}), message.get("apns", {}).get("headers", {})]
        if not all(isinstance(value, str) for text in texts for value in text.values()):
            return problem(400, "INVALID_ARGUMENT")
        if not re.fullmatch(r"\d+s", message.get("android", {}).get("ttl", "0s")):
            return problem(400, "INVALID_ARGUMENT")
        if body.get("validate_only"):
            return 200, {"name": "projects/p1/messages/fake_message_id"}
        if message["token"] not in self.live:
            return problem(404, "NOT_FOUND", "UNREGISTERED")
        self.ledger.append(message)
        return 200, {"name": f"projects/p1/messages/0:{len(self.ledger)}"}


def problem(status: int, said: str, code: str = "") -> tuple[int, Any]:
    kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
    details = [{"@type": kind, "errorCode": code}] if code else []
    return status, {"error": {"code": status, "message": "...", "status": said, "details": details}}


@pytest.fixture
def google(serve: Callable[[Double], Double]) -> Google:
    fcm._TOKENS.clear()
    found = serve(Google())
    assert isinstance(found, Google)
    return found


def key_file(url: str, which: str = "", **fields: Any) -> str:
    pem = a_key(which).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    given = {
        "type": "service_account",
        "project_id": "p1",
        "private_key_id": "k1",
        "private_key": pem,
        "client_email": ROBOT,
        "token_uri": f"{url}/token",
    }
    return json.dumps({**given, **fields})


def account(google: Double, secret: str | None = None) -> ChannelAccount:
    secrets = {"service_account": key_file(google.url) if secret is None else secret}
    return an_account_at("fcm", "push", google.url, secrets=secrets)


def channel(google: Double, **fields: Any) -> Fcm:
    return Fcm("push", {"service_account": key_file(google.url, **fields)}, google.url)


def a_message(**fields: Any) -> Message:
    given = {"delivery_id": "off_1", "to": DEVICE, "at": NOW, "channel": "push", "text": "hi"}
    return Message(**{**given, **fields})


def test_a_push_reads_as_its_library_writes_it(google: Google) -> None:
    theirs = captured.of("fcm")[0]
    ours = channel(google)
    assert isinstance(
        ours.send(
            a_message(
                to="fcm:devtok",
                subject="Almost there",
                text="19 of 20 exports used",
                url="https://app.example.com/upgrade",
                expires_at=NOW + timedelta(hours=1),
            )
        ),
        Refused,
    ), "there is no such device"
    asked = google.asked[-1]
    assert (asked.method, asked.path) == (theirs["method"], theirs["path"])
    assert {name: asked.headers[name] for name in theirs["headers"]} == theirs["headers"]
    said, expected = asked.said, captured.said(theirs)
    until = int(said["message"]["apns"]["headers"].pop("apns-expiration"))
    assert 0 <= clock.real().timestamp() + 3600 - until < 60
    expected["message"]["data"]["delivery_id"] = expected["message"]["data"].pop("offer_id")
    assert said == expected


def test_one_access_token_serves_until_shortly_before_it_ends(google: Google) -> None:
    for _ in range(3):
        assert isinstance(channel(google).send(a_message()), Accepted)
    assert google.grants == 1
    digest = channel(google)._digest()
    assert fcm._TOKENS[digest][1] < clock.real() + timedelta(minutes=55)
    fcm._TOKENS[digest] = ("ya29.old", clock.real())
    assert isinstance(channel(google).send(a_message()), Accepted)
    assert google.grants == 2


def test_it_is_tried_without_sending(google: Google) -> None:
    ours = channel(google)
    answer = ours.asked(ours.test())
    assert not isinstance(answer, Refused | Unknown) and ours.tested(answer) is None
    assert google.ledger == []
    with pytest.raises(ValueError, match="invalid_grant"):
        channel(google, which="another").test()


@pytest.mark.django_db
@pytest.mark.usefixtures("pack", "time")
class TestByTheOutbox:
    def test_it_is_sent_and_kept_with_its_name(self, google: Google) -> None:
        by = account(google)
        sent = after(intended(a_reader("push", DEVICE), "push"))
        assert (sent.state, sent.provider, sent.via) == (State.ACCEPTED, "fcm", by)
        assert sent.provider_ref == "projects/p1/messages/0:1"
        message = google.ledger[0]
        assert message["notification"] == {"title": TEXT["title"], "body": TEXT["body"]}
        assert (message["data"]["delivery_id"], message["data"]["url"]) == (str(sent.pk), TEXT["url"])
        assert message["android"]["ttl"] == f"{7 * 86_400}s"

    def test_an_app_that_was_removed_is_not_tried_again(self, google: Google) -> None:
        account(google)
        reader = a_reader("push", "fcm:uninstalled-02")
        first = intended(reader, "push")
        assert (after(first).state, first.reason) == (
            State.REFUSED,
            "UNREGISTERED: the app is no longer there",
        )
        assert ContactPoint.objects.get(person=reader, channel="push").dead_at
        again = after(intended(reader, "push", run=first.enrollment, occurrence=2))
        assert again.state == State.SKIPPED
        assert len(google.asked) == 2, "the token and one push"

    @pytest.mark.parametrize("secret", ["", "no json", "{}", '{"client_email": 1, "private_key": "x"}'])
    def test_a_key_file_that_is_none_stops_the_account_and_burns_nothing(
        self, google: Google, secret: str
    ) -> None:
        by = account(google, secret)
        waits = after(intended(a_reader("push", DEVICE), "push"))
        by.refresh_from_db()
        assert by.broken_at and by.error == "the service account is no JSON key file of Google's"
        assert (waits.state, waits.attempts, google.asked) == (State.INTENDED, 0, [])

    def test_so_does_a_key_that_google_no_longer_knows(self, google: Google) -> None:
        by = account(google, key_file(google.url, which="another"))
        waits = after(intended(a_reader("push", DEVICE), "push"))
        by.refresh_from_db()
        assert by.broken_at and by.error == "no access token: 400 invalid_grant"
        assert (waits.state, google.ledger) == (State.INTENDED, [])

    @pytest.mark.parametrize("trouble", [503, LOST])
    def test_without_an_access_token_nothing_was_sent(self, google: Google, trouble: int) -> None:
        by = account(google)
        google.troubles = [trouble]
        waits = after(intended(a_reader("push", DEVICE), "push"))
        by.refresh_from_db()
        assert (waits.state, waits.unsure_at, by.broken_at) == (State.INTENDED, None, None)
        assert by.down_until and google.ledger == []

    def test_a_lost_answer_waits_for_a_human(self, google: Google) -> None:
        account(google)
        google.troubles = [0, LOST]
        unsure = after(intended(a_reader("push", DEVICE), "push"))
        assert (unsure.state, unsure.retry_at, len(google.ledger)) == (State.UNKNOWN, None, 1)


ANSWERS: list[tuple[tuple[int, Any], Outcome]] = [
    (
        problem(404, "NOT_FOUND", "UNREGISTERED"),
        Refused("UNREGISTERED: the app is no longer there", retry=False, gone=Gone.NOBODY),
    ),
    (problem(404, "NOT_FOUND"), Refused("404: there is no such project", retry=True, broken=True)),
    (problem(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"), Refused("400 INVALID_ARGUMENT", retry=False)),
    (
        problem(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
        Refused("SENDER_ID_MISMATCH: the token is another project's", retry=False),
    ),
    (
        problem(403, "PERMISSION_DENIED"),
        Refused("the key was refused: 403 PERMISSION_DENIED", retry=True, broken=True),
    ),
    (
        problem(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
        Refused("the key was refused: 401 THIRD_PARTY_AUTH_ERROR", retry=True, broken=True),
    ),
    (
        problem(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
        Refused("429 QUOTA_EXCEEDED", retry=True, retry_after=60.0, down=True),
    ),
    (problem(500, "INTERNAL", "INTERNAL"), Unknown("500 INTERNAL")),
    (problem(503, "UNAVAILABLE", "UNAVAILABLE"), Refused("503 UNAVAILABLE", retry=True, down=True)),
    ((200, {"name": "projects/p1/messages/1"}), Accepted("projects/p1/messages/1")),
]


@pytest.mark.parametrize(("answer", "outcome"), ANSWERS)
def test_each_answer_means_what_google_says(
    google: Google, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, Any], outcome: Outcome
) -> None:
    ours = channel(google)
    assert ours._signed_in() is None
    monkeypatch.setattr(google, "answer", lambda _: answer)
    assert ours.send(a_message()) == outcome
    assert (ours._digest() in fcm._TOKENS) == (answer[0] != 401)


def test_it_waits_as_long_as_google_asks(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = channel(google)
    assert ours._signed_in() is None
    google.headers = {"Retry-After": "90"}
    monkeypatch.setattr(google, "answer", lambda _: problem(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"))
    refused = ours.send(a_message())
    assert isinstance(refused, Refused) and refused.retry_after == 90


def test_what_is_larger_than_google_takes_is_not_sent(google: Google) -> None:
    refused = channel(google).send(a_message(text="x" * 4_097))
    assert isinstance(refused, Refused) and "at most 4096" in refused.reason
    assert not google.posts("/v1/projects/p1/messages:send")
