"""OneSignal as its own library speaks to it, and what its answers lead to."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns_app.channels.base import Accepted, Message, Outcome, Refused, Unknown
from campaigns_app.channels.onesignal import OneSignal
from campaigns_app.models import ChannelAccount, Delivery
from people_app.models import ContactPoint
from tests.channels import captured
from tests.http_double import LOST, Asked, Double
from tests.outgoing import TEXT, a_reader, after, an_account_at, due_again, intended

APP, KEY = "4f0b9f6e-0000-4000-8000-000000000000", "os_v2_app_x"
GIVEN = {"app_id": APP}
ID = "6d1c5a9e-3f1f-4f51-9b0e-0f2b6f0f9a11"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOBODY = "OneSignal has no device of this person that takes pushes"
State = Delivery.State


class OneSignalDouble(Double):
    """Takes one way of targeting, an English text, known fields; makes one notification of each key."""

    nobodys: frozenset[str] = frozenset({"u_unknown"})

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"Key {KEY}":
            return 403, {"errors": ["Access denied."]}
        if asked.path != "/notifications":
            return 404, {}
        if asked.method == "GET":
            return (200, {"notifications": []}) if asked.query.get("app_id") == APP else (400, {})
        return self._take(asked.said)

    def _take(self, said: dict[str, Any]) -> tuple[int, Any]:
        known = {"app_id", "include_aliases", "target_channel", "headings", "contents"}
        known |= {"data", "url", "idempotency_key", "ttl"}
        if said.keys() - known or said["app_id"] != APP or said["target_channel"] != "push":
            return 400, {"errors": ["bad"]}
        if "en" not in said["contents"] or not isinstance(said.get("ttl", 0), int):
            return 400, {"errors": ["Message Notifications must have English language content"]}
        uuid.UUID(said["idempotency_key"])
        (user,) = said["include_aliases"]["external_id"]
        if user in self.nobodys:
            return 200, {"id": "", "errors": {"invalid_aliases": {"external_id": [user]}}}
        sent = [one for one in self.ledger if one["idempotency_key"] == said["idempotency_key"]]
        if not sent:
            sent = [{**said, "id": str(uuid.uuid4())}]
            self.ledger.extend(sent)
        return 200, {"id": sent[0]["id"], "external_id": None}


@pytest.fixture
def onesignal(serve: Callable[[Double], Double]) -> Double:
    return serve(OneSignalDouble())


def account(double: Double, key: str = KEY) -> ChannelAccount:
    return an_account_at("onesignal", "push", double.url, given=GIVEN, secrets={"api_key": key})


def channel(url: str = "") -> OneSignal:
    return OneSignal("push", {**GIVEN, "api_key": KEY}, url)


def a_message(**fields: Any) -> Message:
    given = {
        "delivery_id": ID,
        "to": "device:x",
        "at": NOW,
        "channel": "push",
        "text": "hi",
        "user_id": "u_1",
    }
    return Message(**{**given, **fields})


def test_a_push_reads_as_its_library_writes_it() -> None:
    theirs = captured.of("onesignal")[0]
    ours = channel().request(
        a_message(
            subject="Almost there",
            text="19 of 20 exports used",
            url="https://app.example.com/upgrade",
            expires_at=NOW + timedelta(hours=1),
        )
    )
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    names = ("authorization", "content-type")
    assert captured.head(ours, *names) == captured.head(theirs, *names)
    said, expected = captured.said(ours), captured.said(theirs)
    assert (said.pop("ttl"), said.pop("data"), expected.pop("data")) == (
        3600,
        {"delivery_id": ID},
        {"offer_id": "off_1"},
    )
    assert said == expected


def test_who_has_no_user_id_is_nobody_there() -> None:
    sent = channel().send(a_message(user_id=""))
    assert sent == Refused("OneSignal knows people by their user id, and this one has none", retry=False)


@pytest.mark.django_db
@pytest.mark.usefixtures("pack", "time")
class TestByTheOutbox:
    def test_it_is_sent_and_kept_with_its_id(self, onesignal: Double) -> None:
        by = account(onesignal)
        reader = a_reader("push", "device:" + "ab" * 32)
        sent = after(intended(reader, "push"))
        assert (sent.state, sent.provider, sent.via) == (State.ACCEPTED, "onesignal", by)
        (kept,) = onesignal.ledger
        assert sent.provider_ref == kept["id"]
        assert kept["include_aliases"] == {"external_id": [reader.user_id]}
        assert (kept["headings"], kept["contents"]) == ({"en": TEXT["title"]}, {"en": TEXT["body"]})
        assert (kept["url"], kept["data"]["delivery_id"]) == (TEXT["url"], str(sent.pk))

    def test_a_lost_answer_is_asked_again_under_the_same_key(self, onesignal: Double) -> None:
        account(onesignal)
        onesignal.troubles = [LOST]
        unsure = after(intended(a_reader("push", "fcm:token-01"), "push"))
        assert unsure.state == State.INTENDED and unsure.unsure_at
        due_again(unsure)
        assert (after(unsure).state, unsure.provider_ref) == (State.ACCEPTED, onesignal.ledger[0]["id"])
        assert (len(onesignal.ledger), len(onesignal.posts("/notifications"))) == (1, 2)

    def test_who_has_no_device_there_may_have_one_elsewhere(self, onesignal: Double) -> None:
        account(onesignal)
        reader = a_reader("push", "fcm:token-01", user_id="u_unknown")
        refused = after(intended(reader, "push"))
        assert (refused.state, refused.reason) == (State.REFUSED, NOBODY)
        assert ContactPoint.objects.get(person=reader, channel="push").dead_at is None

    def test_a_key_that_is_refused_stops_the_account(self, onesignal: Double) -> None:
        by = account(onesignal, "wrong")
        waits = after(intended(a_reader("push", "fcm:token-01"), "push"))
        by.refresh_from_db()
        assert by.broken_at and (waits.state, waits.attempts) == (State.INTENDED, 0)


ANSWERS: list[tuple[int, Any, dict[str, str], Outcome]] = [
    (200, {"id": "n1"}, {}, Accepted("n1")),
    (200, {"id": "n1", "errors": {"invalid_aliases": {"external_id": ["x"]}}}, {}, Accepted("n1")),
    (
        200,
        {"id": "", "errors": ["All included players are not subscribed"]},
        {},
        Refused(NOBODY, retry=False),
    ),
    (200, {"id": "", "errors": ["Something else"]}, {}, Refused("OneSignal sent nothing", retry=False)),
    (200, "ok", {}, Refused("OneSignal sent nothing", retry=False)),
    (400, {"errors": ["bad"]}, {}, Refused("400", retry=False)),
    (401, {}, {}, Refused("the key was refused: 401", retry=True, broken=True)),
    (429, {}, {"Retry-After": "7"}, Refused("429", retry=True, retry_after=7.0, down=True)),
    (500, {}, {}, Unknown("500")),
    (503, {}, {}, Refused("503", retry=True, down=True)),
]


@pytest.mark.parametrize(("status", "body", "headers", "outcome"), ANSWERS)
def test_each_answer_means_what_onesignal_says(
    onesignal: Double,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    body: Any,
    headers: dict[str, str],
    outcome: Outcome,
) -> None:
    monkeypatch.setattr(onesignal, "answer", lambda _: (status, body))
    onesignal.headers = headers
    assert channel(onesignal.url).send(a_message()) == outcome


def test_it_is_tried_without_sending(onesignal: Double) -> None:
    ours = channel(onesignal.url)
    answer = ours.asked(ours.test())
    assert not isinstance(answer, Refused | Unknown) and ours.tested(answer) is None
    assert onesignal.ledger == []
