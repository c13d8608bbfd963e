"""Web push as pywebpush speaks it, read by a browser, and what the answers of push services lead to."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command

from campaigns_app.channels.base import Accepted, Gone, Message, Outcome, Refused, Unknown
from campaigns_app.channels.web_push import WebPush
from campaigns_app.models import ChannelAccount, Delivery
from people_app.models import ContactPoint
from tests.channels import captured
from tests.http_double import LOST, Asked, Double
from tests.outgoing import TEXT, a_reader, after, an_account_at, intended
from tests.push_browser import Browser
from upsell_project.lib import clock, web_push

THEIRS = captured.of("web_push")[0]
KEY = THEIRS["vapid_private"]
BROWSER = Browser(THEIRS["subscription"]["private"], THEIRS["subscription"]["auth"])
GIVEN = {"subject": "mailto:ops@example.com"}
ID = "6d1c5a9e-3f1f-4f51-9b0e-0f2b6f0f9a11"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
State = Delivery.State


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def vapid(header: str, audience: str) -> dict[str, Any]:
    """As a push service checks it. Raises where it is not sound."""
    found = re.fullmatch(r"vapid t=([\w.-]+), ?k=([\w-]{87})", header)
    assert found
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(found[2]))
    said: dict[str, Any] = jwt.decode(found[1], point, ["ES256"], audience=audience)
    assert said["exp"] - clock.real().timestamp() <= 86_400
    assert said["sub"].startswith(("mailto:", "https:"))
    return said | {"k": found[2]}


@dataclass
class PushService(Double):
    """Takes what RFC 8030 and 8292 ask for, of subscriptions that were made with this key; hands it to the browser."""

    public: str = web_push.public_text(web_push.private_key(KEY))
    live: set[str] = field(default_factory=lambda: {"/wp/sub1", "/wp/sub2"})

    def read(self, body: str, kind: str) -> Any:
        return body.encode("utf-8", "surrogateescape")

    def answer(self, asked: Asked) -> tuple[int, Any]:
        heads = asked.headers
        if asked.path not in self.live:
            return 410, "gone"
        if heads.get("content-encoding") != "aes128gcm" or not heads.get("ttl", "").isdecimal():
            return 400, "bad"
        if not re.fullmatch(r"[\w-]{1,32}", heads.get("topic", "-")) or heads["urgency"] != "normal":
            return 400, "bad"
        if len(asked.said) > 4096:
            return 413, ""
        if vapid(heads["authorization"], self.url)["k"] != self.public:
            return 403, "another key"
        self.ledger.append({"ttl": int(heads["ttl"]), **json.loads(BROWSER.reads(asked.said))})
        self.headers = {"Location": f"/m/{len(self.ledger)}"}
        return 201, ""


@pytest.fixture
def service(serve: Callable[[Double], Double]) -> PushService:
    found = serve(PushService())
    assert isinstance(found, PushService)
    return found


def address(service: Double, path: str = "/wp/sub1") -> str:
    return f"{service.url}{path}#{BROWSER.p256dh}.{BROWSER.auth}"


def account(key: str = KEY) -> ChannelAccount:
    return an_account_at("web_push", "push", "", given=GIVEN, secrets={"private_key": key})


def channel(**given: str) -> WebPush:
    return WebPush("push", {**GIVEN, "private_key": KEY, **given})


def a_message(to: str, **fields: Any) -> Message:
    return Message(**{"delivery_id": ID, "to": to, "at": NOW, "channel": "push", "text": "hi", **fields})


def test_a_request_reads_as_pywebpush_writes_it() -> None:
    host = THEIRS["headers"]["host"]
    shown = {"subject": "Almost there", "text": "19 of 20 exports used"}
    to = f"http://{host}{THEIRS['path']}#{BROWSER.p256dh}.{BROWSER.auth}"
    ours = channel().request(a_message(to, **shown, expires_at=NOW + timedelta(hours=1)))
    assert (ours.method, ours.path) == (THEIRS["method"], f"http://{host}{THEIRS['path']}")
    names = ("content-encoding", "ttl", "urgency")
    assert captured.head(ours, *names) == captured.head(THEIRS, *names)
    assert captured.head(ours, "topic") == {"topic": ID.replace("-", "")}
    said = json.loads(BROWSER.reads(ours.body or b""))
    assert said.pop("delivery_id") == ID
    assert said == json.loads(BROWSER.reads(base64.b64decode(THEIRS["body_base64"])))


def test_who_we_are_reads_as_pywebpush_writes_it() -> None:
    host = THEIRS["headers"]["host"]
    to = f"http://{host}{THEIRS['path']}#{BROWSER.p256dh}.{BROWSER.auth}"
    ours = captured.head(channel().request(a_message(to)), "authorization")["authorization"]
    theirs, _, key = THEIRS["headers"]["authorization"].removeprefix("vapid t=").partition(",k=")
    assert jwt.get_unverified_header(theirs) == jwt.get_unverified_header(ours.split("t=")[1].split(",")[0])
    claims = jwt.decode(theirs, options={"verify_signature": False})
    said = vapid(ours, f"http://{host}")
    assert said.pop("k") == key
    assert said.keys() == claims.keys()
    assert {name: said[name] for name in ("aud", "sub")} == {name: claims[name] for name in ("aud", "sub")}


@pytest.mark.django_db
@pytest.mark.usefixtures("pack", "time")
class TestByTheOutbox:
    def test_the_browser_reads_it(self, service: PushService) -> None:
        by = account()
        sent = after(intended(a_reader("push", address(service)), "push"))
        assert (sent.state, sent.provider, sent.via, sent.provider_ref) == (
            State.ACCEPTED,
            "web_push",
            by,
            "/m/1",
        )
        assert service.ledger[0].pop("stop_url").startswith("http")
        assert service.ledger == [
            {
                "ttl": 7 * 86_400,
                "title": TEXT["title"],
                "body": TEXT["body"],
                "url": TEXT["url"],
                "delivery_id": str(sent.pk),
            }
        ]

    def test_a_subscription_that_ended_is_not_asked_again(self, service: PushService) -> None:
        account()
        reader = a_reader("push", address(service, "/wp/old"))
        refused = after(intended(reader, "push"))
        assert (refused.state, refused.reason) == (State.REFUSED, "410: the browser no longer subscribes")
        assert ContactPoint.objects.get(person=reader, channel="push").dead_at

    @pytest.mark.parametrize("trouble", [401, 403, 413, 500])
    def test_what_one_browser_brings_about_stops_no_other(self, service: PushService, trouble: int) -> None:
        by = account()
        service.troubles = [trouble]
        reader = a_reader("push", address(service))
        after(intended(reader, "push"))
        assert ContactPoint.objects.get(person=reader, channel="push").dead_at is None
        by.refresh_from_db()
        assert (by.broken_at, by.down_until) == (None, None)
        other = a_reader("push", address(service, "/wp/sub2"))
        assert after(intended(other, "push")).state == State.ACCEPTED

    def test_a_key_of_ours_that_is_none_stops_the_account(self, service: PushService) -> None:
        by = account(key="none")
        waits = after(intended(a_reader("push", address(service)), "push"))
        by.refresh_from_db()
        assert (waits.state, by.error) == (
            State.INTENDED,
            "the VAPID private key is not base64url of 32 bytes",
        )
        assert not service.asked

    def test_a_lost_answer_waits_for_a_human(self, service: PushService) -> None:
        account()
        service.troubles = [LOST]
        unsure = after(intended(a_reader("push", address(service)), "push"))
        assert (unsure.state, unsure.retry_at, len(service.ledger)) == (State.UNKNOWN, None, 1)


GONE = "the browser no longer subscribes"
KEYS = "the subscription was made with another VAPID key, or ours is refused"
ANSWERS: list[tuple[int, dict[str, str], Outcome]] = [
    (201, {"Location": "https://push.test/m/1"}, Accepted("https://push.test/m/1")),
    (202, {}, Accepted("")),
    (400, {}, Refused("400", retry=False)),
    (403, {}, Refused(f"403: {KEYS}", retry=False)),
    (404, {}, Refused(f"404: {GONE}", retry=False, gone=Gone.NOBODY)),
    (410, {}, Refused(f"410: {GONE}", retry=False, gone=Gone.NOBODY)),
    (413, {}, Refused("413", retry=False)),
    (429, {"Retry-After": "120"}, Refused("429", retry=True, retry_after=120.0)),
    (502, {}, Unknown("502")),
    (503, {}, Refused("503", retry=True)),
]


@pytest.mark.parametrize(("status", "headers", "outcome"), ANSWERS)
def test_each_answer_means_what_push_services_say(
    service: PushService,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    headers: dict[str, str],
    outcome: Outcome,
) -> None:
    monkeypatch.setattr(service, "answer", lambda _: (status, ""))
    service.headers = headers
    assert channel().send(a_message(address(service))) == outcome


def test_a_forbidden_address_is_refused_alone() -> None:
    to = f"https://127.0.0.1/x#{BROWSER.p256dh}.{BROWSER.auth}"
    outcome = channel().send(a_message(to))
    assert isinstance(outcome, Refused)
    assert not (outcome.retry or outcome.broken or outcome.down or outcome.gone)


def test_what_does_not_fit_is_not_sent(service: PushService) -> None:
    outcome = channel().send(a_message(address(service), text="x" * 4_000))
    assert isinstance(outcome, Refused) and "at most 3993" in outcome.reason and not outcome.retry
    assert not service.asked


def test_the_printed_keys_are_a_pair(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_vapid_keys")
    private, public = (line.split()[1] for line in capsys.readouterr().out.splitlines())
    assert web_push.public_text(web_push.private_key(private)) == public
