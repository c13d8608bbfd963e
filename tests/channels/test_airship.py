"""Airship as its own library speaks to it, and what its answers lead to."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns_app.channels.airship import Airship
from campaigns_app.channels.base import Accepted, Message, Outcome, Refused, Unknown
from campaigns_app.models import ChannelAccount, Delivery
from tests.channels import captured
from tests.http_double import LOST, Asked, Double
from tests.outgoing import TEXT, a_reader, after, an_account_at, intended

KEY, SECRET = "k" * 22, "s" * 22
GIVEN = {"app_key": KEY}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
State = Delivery.State


class AirshipDouble(Double):
    """Takes version 3 alone, the app's key, known fields, devices that it knows; the door beside it only checks."""

    def answer(self, asked: Asked) -> tuple[int, Any]:
        heads = asked.headers
        expected = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        if heads.get("authorization") != expected and (
            (heads.get("authorization"), heads.get("x-ua-appkey")) != ("Bearer bearertok", KEY)
        ):
            return 401, {"ok": False, "error": "Unauthorized", "error_code": 40101}
        if heads.get("accept") != "application/vnd.urbanairship+json; version=3;":
            return 406, {"ok": False}
        if asked.path not in ("/api/push/", "/api/push/validate/"):
            return 404, {"ok": False}
        return self._take(asked.said, sends=asked.path == "/api/push/")

    def _take(self, said: dict[str, Any], *, sends: bool) -> tuple[int, Any]:
        wrong = 400, {"ok": False, "error": "Could not parse request body.", "error_code": 40000}
        if said.keys() - {"audience", "device_types", "notification", "options"}:
            return wrong
        if said["audience"].keys() != {"named_user"} or not said["audience"]["named_user"]:
            return wrong
        if not said["device_types"] or set(said["device_types"]) - {"ios", "android", "web", "amazon"}:
            return wrong
        shown = said["notification"]
        if shown.keys() - {"alert", "actions", *said["device_types"]} or not isinstance(shown["alert"], str):
            return wrong
        if not isinstance(said.get("options", {}).get("expiry", 0), int):
            return wrong
        if not sends:
            return 200, {"ok": True}
        self.ledger.append(said)
        return 202, {"ok": True, "operation_id": "op", "push_ids": [f"p{len(self.ledger)}"]}


@pytest.fixture
def airship(serve: Callable[[Double], Double]) -> Double:
    return serve(AirshipDouble())


def account(double: Double, secret: str = SECRET) -> ChannelAccount:
    return an_account_at("airship", "push", double.url, given=GIVEN, secrets={"master_secret": secret})


def channel(url: str = "", **given: str) -> Airship:
    return Airship("push", {**GIVEN, "master_secret": SECRET, **given}, url)


def a_message(**fields: Any) -> Message:
    given = {"delivery_id": "d1", "to": "device:x", "at": NOW, "channel": "push", "user_id": "u_1"}
    text = {"text": "You have used 19 of 20 exports", "url": "https://app.example.com/upgrade"}
    return Message(**{**given, **text, **fields})


@pytest.mark.parametrize(("place", "given"), [(0, {}), (1, {"token": "bearertok"})])
def test_a_push_reads_as_its_library_writes_it(place: int, given: dict[str, str]) -> None:
    """But for title and extras, which its capture has not."""
    theirs = captured.of("airship")[place]
    ours = channel(**given).request(a_message(subject="Almost", expires_at=NOW + timedelta(hours=1)))
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    names = tuple(theirs["headers"])
    assert captured.head(ours, *names) == captured.head(theirs, *names)
    said = captured.said(ours)
    own = {"title": "Almost", "extra": {"delivery_id": "d1"}}
    assert [said["notification"].pop(device) for device in ("ios", "android")] == [own, own]
    assert said.pop("options") == {"expiry": 3600}
    assert said == captured.said(theirs)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ({}, "https://go.urbanairship.com"),
        ({"region": "eu"}, "https://go.airship.eu"),
        ({"token": "t"}, "https://api.asnapius.com"),
        ({"token": "t", "region": "eu"}, "https://api.asnapieu.com"),
    ],
)
def test_it_goes_to_the_project_s_own_region(given: dict[str, str], host: str) -> None:
    assert channel(**given).base_url == host


def test_other_kinds_of_devices_get_their_own_title() -> None:
    said = captured.said(channel(device_types="web, amazon").request(a_message(subject="Almost")))
    assert said["device_types"] == ["web", "amazon"]
    assert said["notification"].keys() == {"alert", "actions", "web"}


@pytest.mark.django_db
@pytest.mark.usefixtures("pack", "time")
class TestByTheOutbox:
    def test_it_is_sent_and_kept_with_the_id_of_the_push(self, airship: Double) -> None:
        by = account(airship)
        reader = a_reader("push", "fcm:token-01")
        sent = after(intended(reader, "push"))
        assert (sent.state, sent.provider, sent.via) == (State.ACCEPTED, "airship", by)
        assert sent.provider_ref == "p1"
        (kept,) = airship.ledger
        assert kept["audience"] == {"named_user": reader.user_id}
        assert (kept["notification"]["alert"], kept["options"]) == (TEXT["body"], {"expiry": 7 * 86_400})

    def test_a_lost_answer_waits_for_a_human(self, airship: Double) -> None:
        account(airship)
        airship.troubles = [LOST]
        unsure = after(intended(a_reader("push", "fcm:token-01"), "push"))
        assert (unsure.state, unsure.retry_at, len(airship.ledger)) == (State.UNKNOWN, None, 1)

    def test_a_key_that_is_refused_stops_the_account(self, airship: Double) -> None:
        by = account(airship, "wrong")
        waits = after(intended(a_reader("push", "fcm:token-01"), "push"))
        by.refresh_from_db()
        assert by.error == "the key was refused: 401 40101"
        assert (waits.state, waits.attempts) == (State.INTENDED, 0)


ANSWERS: list[tuple[int, Any, dict[str, str], Outcome]] = [
    (202, {"ok": True, "push_ids": ["p1"]}, {}, Accepted("p1")),
    (202, {"ok": True, "operation_id": "op"}, {}, Accepted("op")),
    (200, {"ok": False}, {}, Refused("Airship sent nothing", retry=False)),
    (400, {"ok": False, "error_code": 40001}, {}, Refused("400 40001", retry=False)),
    (403, {}, {}, Refused("the key was refused: 403", retry=True, broken=True)),
    (406, {}, {}, Refused("406", retry=False)),
    (429, {}, {"Retry-After": "7"}, Refused("429", retry=True, retry_after=7.0, down=True)),
    (500, {}, {}, Unknown("500")),
    (503, {}, {}, Refused("503", retry=True, down=True)),
]


@pytest.mark.parametrize(("status", "body", "headers", "outcome"), ANSWERS)
def test_each_answer_means_what_airship_says(
    airship: Double,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    body: Any,
    headers: dict[str, str],
    outcome: Outcome,
) -> None:
    monkeypatch.setattr(airship, "answer", lambda _: (status, body))
    airship.headers = headers
    assert channel(airship.url).send(a_message()) == outcome


def test_it_is_tried_without_sending(airship: Double) -> None:
    ours = channel(airship.url)
    answer = ours.asked(ours.test())
    assert not isinstance(answer, Refused | Unknown) and ours.tested(answer) is None
    assert airship.ledger == []
