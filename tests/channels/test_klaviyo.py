"""Klaviyo as its own library speaks to it: an event of which its flow makes the message, and what the flow reports."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from campaigns_app.channels.base import Accepted, Outcome, Refused, Unknown
from campaigns_app.channels.klaviyo import Klaviyo
from campaigns_app.models import ChannelAccount, Delivery
from consent_app import permission
from tests.channels import captured
from tests.channels.mails import CONTENT, OURS, UNSUBSCRIBE, a_mail, reported
from tests.conftest import Time
from tests.connectors import resign
from tests.http_double import LOST, Asked, Double
from tests.outgoing import TEXT, a_reader, after, an_account_at, due_again, intended
from upsell_project.lib import clock

KEY = "pk_test"
State = Delivery.State
SUBSCRIBING = ("profile-subscription", "profile-import", "/lists")


class KlaviyoDouble(Double):
    """Takes what Klaviyo takes: key, revision, JSON:API, known members, a profile that can be found, texts of 100 KB.
    Of one profile and metric it keeps each `unique_id` once."""

    def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("authorization") != f"Klaviyo-API-Key {KEY}":
            return 401, _error("not_authenticated")
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", asked.headers.get("revision", "")):
            return 400, _error("invalid_revision")
        assert not any(path in asked.path for path in SUBSCRIBING)
        if asked.path == "/api/accounts":
            return 200, {"data": []}
        if (asked.method, asked.path) != ("POST", "/api/events"):
            return 404, _error("not_found")
        kind = asked.headers["content-type"]
        if kind != "application/vnd.api+json" or asked.said["data"]["type"] != "event":
            return 415, _error("unsupported_media_type")
        return self._take(asked.said["data"]["attributes"])

    def _take(self, event: dict[str, Any]) -> tuple[int, Any]:
        if event.keys() - {"properties", "time", "value", "unique_id", "backfill", "metric", "profile"}:
            return 400, _error("invalid")
        profile = event["profile"]["data"]["attributes"]
        if not profile.keys() & {"email", "phone_number", "external_id", "id"}:
            return 400, _error("invalid")
        if datetime.fromisoformat(event["time"]) > datetime.now(UTC) + timedelta(days=365):
            return 400, _error("invalid")
        texts = event["properties"].values()
        if len(event["properties"]) > 400 or any(len(str(text).encode()) > 100_000 for text in texts):
            return 400, _error("invalid")
        name = event["metric"]["data"]["attributes"]["name"]
        key = (name, tuple(sorted(profile.items())), event["unique_id"])
        if key not in [one["key"] for one in self.ledger]:
            self.ledger.append({"key": key, "metric": name, "profile": profile, **event["properties"]})
        return 202, ""


def _error(code: str) -> dict[str, Any]:
    return {"errors": [{"id": "e1", "status": 400, "code": code, "title": "t", "detail": "ana@example.com"}]}


@pytest.fixture
def klaviyo(serve: Callable[[Double], Double]) -> Double:
    return serve(KlaviyoDouble())


def account(double: Double, channel: str = "email", **fields: Any) -> ChannelAccount:
    return an_account_at(
        "klaviyo", channel, double.url, **{"secrets": {"api_key": KEY}, "given": {}, **fields}
    )


def provider(url: str = "", channel: str = "email", **given: str) -> Klaviyo:
    return Klaviyo(channel, {"api_key": KEY, **given}, url)


def to_ana() -> Delivery:
    return intended(a_reader("email", "ana@example.com"), "email", CONTENT)


def test_an_event_reads_as_its_library_writes_it() -> None:
    (theirs,) = captured.of("klaviyo")
    ours = provider().request(a_mail(expires_at=datetime(2026, 3, 9, 9, 30, tzinfo=UTC)))
    assert (ours.method, ours.path) == (theirs["method"], theirs["path"])
    names = ("authorization", "content-type", "accept", "revision")
    assert captured.head(ours, *names) == captured.head(theirs, *names)
    said, expected = captured.said(ours), captured.said(theirs)
    said["data"]["attributes"]["unique_id"] = expected["data"]["attributes"]["unique_id"]
    expected["data"]["attributes"]["properties"] = {
        "delivery_id": OURS,
        "channel": "email",
        "subject": "Almost out of exports",
        "text": "Hi",
        "html": "<p>Hi</p>",
        "unsubscribe_url": UNSUBSCRIBE,
        "locale": "en",
        "expires_at": "2026-03-09T09:30:00+00:00",
    }
    assert said == expected


def test_the_metric_is_what_staff_name_it_and_the_key_is_the_delivery() -> None:
    event = captured.said(provider(metric="Upsell").request(a_mail()))["data"]["attributes"]
    assert event["metric"]["data"]["attributes"] == {"name": "Upsell"}
    assert event["unique_id"] == OURS


def test_a_text_is_told_of_a_number() -> None:
    request = provider(channel="sms").request(a_mail(channel="sms", to="+14155550100", user_id=""))
    who = captured.said(request)["data"]["attributes"]["profile"]["data"]["attributes"]
    assert who == {"phone_number": "+14155550100"}


def test_a_mail_that_is_too_long_for_it_is_not_sent() -> None:
    sent = provider().send(a_mail(html="ä" * 50_001))
    assert sent == Refused("Klaviyo takes no text of more than 100000 bytes: html", retry=False)


ANSWERS: list[tuple[int, Any, Outcome]] = [
    (202, "", Accepted()),
    (400, _error("invalid"), Refused("400 invalid", retry=False)),
    (
        401,
        _error("not_authenticated"),
        Refused("the key was refused: 401 not_authenticated", True, broken=True),
    ),
    (
        403,
        _error("permission_denied"),
        Refused("the key was refused: 403 permission_denied", True, broken=True),
    ),
    (409, _error("conflict"), Refused("409 conflict", retry=False)),
    (429, _error("throttled"), Refused("429 throttled", retry=True, retry_after=3.0, down=True)),
    (500, {}, Unknown("500")),
    (503, {}, Refused("503", retry=True, retry_after=3.0, down=True)),
]


@pytest.mark.parametrize(("status", "body", "outcome"), ANSWERS)
def test_each_answer_means_what_klaviyo_says(
    klaviyo: Double, monkeypatch: pytest.MonkeyPatch, status: int, body: Any, outcome: Outcome
) -> None:
    klaviyo.headers = {"Retry-After": "3"}
    monkeypatch.setattr(klaviyo, "answer", lambda _: (status, body))
    assert provider(klaviyo.url).send(a_mail()) == outcome


@pytest.mark.django_db
@pytest.mark.usefixtures("pack")
class TestByTheOutbox:
    def test_the_flow_has_all_it_writes_with(self, klaviyo: Double, settings: Any) -> None:
        by, mail = account(klaviyo), to_ana()
        sent = after(mail)
        assert (sent.state, sent.via) == (State.ACCEPTED, by)
        (event,) = klaviyo.ledger
        assert event["delivery_id"] == str(mail.pk) and event["metric"] == "Offer Ready"
        assert event["subject"] == CONTENT["subject"] and "<p" in event["html"]
        assert event["unsubscribe_url"].startswith(f"{settings.PUBLIC_URL}/u/")

    def test_a_text_of_a_phone_goes_as_an_event_too(self, klaviyo: Double) -> None:
        account(klaviyo, "sms")
        assert after(intended(a_reader("sms", "+14155550100"), "sms")).state == State.ACCEPTED
        assert klaviyo.ledger[0]["text"] == TEXT["body"] and klaviyo.ledger[0]["url"] == TEXT["url"]

    def test_what_the_flow_reports_finds_the_message(self, klaviyo: Double, time: Time) -> None:
        account(klaviyo)
        sent = after(to_ana())
        time.move(minutes=1)
        reported("klaviyo", told_by_the_flow(klaviyo, "received_email"), BY_HEADER)
        sent.refresh_from_db()
        assert (sent.state, sent.delivered_at) == (State.ACCEPTED, time.now)

    def test_what_the_flow_did_not_send_was_not_shown(self, klaviyo: Double) -> None:
        account(klaviyo)
        sent = after(to_ana())
        reported("klaviyo", told_by_the_flow(klaviyo, "dropped_email"), BY_HEADER)
        sent.refresh_from_db()
        assert sent.state == State.REFUSED

    def test_who_unsubscribes_there_is_out_here(self, klaviyo: Double) -> None:
        account(klaviyo)
        sent = after(to_ana())
        reported("klaviyo", told_by_the_flow(klaviyo, "unsubscribed_from_email_marketing"), BY_HEADER)
        assert permission.of(sent.person_id, clock.now()).no("email", "upgrades")

    def test_a_lost_answer_is_told_again_under_the_same_key(self, klaviyo: Double) -> None:
        account(klaviyo)
        klaviyo.troubles = [LOST]
        unsure = after(to_ana())
        assert unsure.state == State.INTENDED and unsure.unsure_at
        due_again(unsure)
        assert after(unsure).state == State.ACCEPTED
        assert (len(klaviyo.posts("/api/events")), len(klaviyo.ledger)) == (2, 1)


BY_HEADER = {"X-Api-Key": resign.secret("klaviyo", "first-secret")}


def told_by_the_flow(double: Double, metric: str) -> Any:
    """The body that docs/channels.md gives to the flow's Webhook action, with what Klaviyo fills in."""
    page = (Path(__file__).parents[2] / "docs/channels.md").read_text(encoding="utf-8")
    (body,) = re.findall(r'```json\n(\{"event": "received_email".*?)\n```', page, re.DOTALL)
    (event,) = double.ledger
    filled = {
        "event.delivery_id": event["delivery_id"],
        "person.email": event["profile"]["email"],
        "person.external_id": event["profile"].get("external_id", ""),
    }
    for name, value in filled.items():
        body = body.replace(f"{{{{ {name} }}}}", value)
    assert "{{" not in body
    return json.loads(body.replace('"received_email"', f'"{metric}"'))
