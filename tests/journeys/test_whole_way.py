"""One person's whole way over real HTTP, PostgreSQL, Redis, SMTP and a browser: from a third-party SDK's events to
an offer on a host page, a mail twelve hours later, one click, and silence."""

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jwt
import pytest
from playwright.sync_api import sync_playwright
from segment.analytics.client import Client

from tests.browser.conftest import ARGS
from tests.running_stack import Answer, Stack, ask, running, until
from tests.smtp_sink import Sink

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.timeout(600)]

USER, ACCOUNT, ADDRESS = "ana", "initech", "ana@initech.test"
WHY = "You've exported 17 of 20 reports this month"
# Twelve hours after 10:00 UTC it is a working afternoon there, so the mail need not wait for the morning.
ZONE = "America/New_York"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Insightify</title>
<link rel="icon" href="data:,">
<script>window.upsell = function () { (upsell.q = upsell.q || []).push(arguments) }
upsell('identify', '%(token)s'); upsell('show', 'app-banner')</script>
<script src="%(api)s/static/upsell.js" async data-key="%(key)s"></script><h1>Reports</h1></html>"""


class HostPage(ThreadingHTTPServer):
    """Another company's page, on an origin of its own."""

    html = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: HostPage

    def do_GET(self) -> None:
        body = self.server.html.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def host() -> Iterator[HostPage]:
    server = HostPage(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def stack(tmp_path: Path, sink: Sink) -> Iterator[Stack]:
    """Running, at 10:00 UTC of a day in the middle of a month, so that the month lasts for the whole walk."""
    with running(tmp_path, sink) as (stack, _):
        stack.start_all()
        now = datetime.now(UTC)
        month = (now.replace(day=1) + timedelta(days=32)).replace(day=10, hour=10, minute=0)
        stack.manage("sandbox_clock", "--advance", f"{(month - now) // timedelta(minutes=1)}m")
        yield stack


def arrive(sdk: Client) -> None:
    context = {"groupId": ACCOUNT, "timezone": ZONE}
    traits = {"email": ADDRESS, "first_name": "Ana", "country": "DE"}
    sdk.identify(USER, traits, context)
    sdk.group(USER, ACCOUNT, {"name": "Initech", "plan": "free", "limits": {"exports": 20}}, context)
    sdk.flush()


def export(sdk: Client, times: int) -> None:
    for _ in range(times):
        sdk.track(USER, "Report Exported", {"format": "pdf"}, {"groupId": ACCOUNT})
    sdk.flush()


def consent(stack: Stack, source: dict[str, Any]) -> None:
    said = {
        "userId": USER,
        "purpose": "marketing",
        "channels": {"email": True},
        "wording_version": "signup-3",
        "proof": {"form": "/signup"},
    }
    answer = ask(f"{stack.url}/v1/consents", json.dumps(said).encode(), X_Write_Key=source["write_key"])
    assert answer.status == 200, answer


def token(web: dict[str, Any]) -> str:
    return jwt.encode({"sub": USER, "exp": int(time.time()) + 3_000}, web["signing_secret"], "HS256")


def offers(stack: Stack, web: dict[str, Any]) -> Any:
    answer = ask(f"{stack.url}/v1/offers", X_Write_Key=web["write_key"], Authorization=f"Bearer {token(web)}")
    assert answer.status == 200, answer
    return answer.json["offers"]


def look_at_the_banner(host: HostPage) -> str:
    """Visit the host page until the banner was seen; return what it said."""
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        page = browser.new_page()
        with page.expect_response(
            lambda answer: "/v1/interactions" in answer.url and answer.request.method == "POST",
            timeout=60_000,
        ) as recorded:
            page.goto(host.origin)
            banner = page.locator("upsell-offer [part~=offer]")
            banner.wait_for(timeout=60_000)
            text = banner.inner_text()
        assert recorded.value.status == 202
        assert json.loads(recorded.value.request.post_data or "{}")["kind"] == "viewed"
        browser.close()
    return text


def unsubscribe_url(mail: EmailMessage) -> str:
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = str(mail["List-Unsubscribe"])
    assert url.startswith("<http") and url.endswith(">") and "\n" not in url
    return url[1:-1]


def assert_personal(mail: EmailMessage) -> None:
    assert (mail["To"], mail["Subject"]) == (ADDRESS, "Almost out of reports: keep your workflow going")
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        text = part.get_content()
        for words in ("Hi Ana", "exported 17 of 20 reports this month", "leaves 3 before"):
            assert words in text, text
        assert unsubscribe_url(mail) in text


def told(stack: Stack, kind: str) -> list[dict[str, Any]]:
    """The person's time line, newest first."""
    entries = stack.api(f"people/{USER}/timeline/?limit=1000")["results"]
    assert [entry["at"] for entry in entries] == sorted((entry["at"] for entry in entries), reverse=True)
    return [entry for entry in entries if entry["kind"] == kind]


def one_click(url: str) -> Answer:
    return ask(url, b"List-Unsubscribe=One-Click", Content_Type="application/x-www-form-urlencoded")


def test_from_an_sdk_to_a_banner_to_a_mail_to_silence(stack: Stack, sink: Sink, host: HostPage) -> None:
    server, web = stack.source("http"), stack.source("web", host.origin)
    errors: list[Any] = []
    sdk = Client(server["write_key"], host=stack.url, on_error=lambda error, _: errors.append(error))
    arrive(sdk)
    consent(stack, server)
    export(sdk, 15)
    until(lambda: stack.read() and len(told(stack, "event")) == 17, "the events are stored")
    assert offers(stack, web) == []
    export(sdk, 2)
    until(lambda: offers(stack, web), "an offer is ready")

    host.html = PAGE % {"api": stack.url, "key": web["write_key"], "token": token(web)}
    assert WHY in look_at_the_banner(host)
    assert [entry["data"]["kind"] for entry in told(stack, "interaction")] == ["viewed"]
    assert sink.mails == []

    stack.manage("sandbox_clock", "--advance", "12h")
    assert len(sink.mails) == 1
    assert_personal(sink.mails[0])

    url, consents = unsubscribe_url(sink.mails[0]), told(stack, "consent")
    assert ask(url).status == 200
    assert told(stack, "consent") == consents
    gone = one_click(url)
    assert (gone.status, gone.url) == (200, url)
    assert len(told(stack, "consent")) > len(consents)

    for times, span in ((4, "3d"), (0, "30d"), (18, "1d")):
        export(sdk, times)
        stack.manage("sandbox_clock", "--advance", span)
        assert offers(stack, web) == []
    assert len(sink.mails) == 1
    assert errors == []
    assert_told(stack)
    assert_explained(stack)


def assert_told(stack: Stack) -> None:
    """The time line tells all of it, oldest first here."""
    assert [(e["data"]["channel"], e["data"]["state"]) for e in reversed(told(stack, "delivery"))] == [
        ("in_app", "accepted"),
        ("email", "accepted"),
    ]
    assert [e["summary"] for e in reversed(told(stack, "enrollment"))] == [
        "Entered Power user upsell, version 1",
        "Left Power user upsell: opted out",
        "Entered Power user upsell, version 1",
        "Left Power user upsell: opted out",
    ]
    assert [(e["data"]["granted"], e["data"]["how"]) for e in reversed(told(stack, "consent"))] == [
        (True, "api"),
        (False, "one_click"),
    ]
    kinds = [e["data"]["kind"] for e in reversed(told(stack, "interaction"))]
    assert kinds == ["viewed", "ignored", "opted_out"]
    found = [e["data"]["definition"] for e in told(stack, "signal")]
    assert found.count("usage-limit-near") == 2, found
    assert len(told(stack, "event")) == 2 + 17 + 4 + 18


def assert_explained(stack: Stack) -> None:
    """Why twice an offer, and why not again when the next month's limit was near."""
    found = list(reversed(stack.api(f"explain/?person={USER}")["evaluations"]))
    assert [(one["channel"], one["outcome"], one["gate"]) for one in found] == [
        ("in_app", "delivered", ""),
        ("email", "delivered", ""),
        ("in_app", "excluded", "opted_out"),
    ]
    for one in found[:2]:
        assert all(gate["passed"] for gate in one["gates"])
        evidence = next(gate["input"] for gate in one["gates"] if gate["gate"] == "no_evidence")
        assert evidence == {"resource": "exports", "used": 17, "cap": 20}


def move(stack: Stack, hours: float) -> datetime:
    """The sandbox clock over HTTP, as staff move it."""
    assert stack.api_key
    body = json.dumps({"advance_seconds": int(hours * 3600)}).encode()
    headers = {"Authorization": f"Bearer {stack.api_key}", "Content_Type": "application/json"}
    answer = ask(f"{stack.url}/api/sandbox/clock/", body, **headers)
    assert answer.status == 200, answer
    return datetime.fromisoformat(answer.json["now"])


def touched(stack: Stack, user: str) -> dict[str, str]:
    return {row["channel"]: row["state"] for row in stack.all("deliveries", person=user)}


def test_a_vip_at_the_limit_gets_the_mail_in_the_morning_then_a_chat_then_quiet(
    stack: Stack, sink: Sink
) -> None:
    server, user, context = stack.source("http"), "ben", {"groupId": "vandelay", "timezone": "Europe/Berlin"}
    company = {"name": "Vandelay", "plan": "free", "tier": "vip", "limits": {"exports": 20}}
    traits = {"email": "ben@vandelay.test", "first_name": "Ben", "country": "DE"}
    call = {"userId": user, "context": context}
    stack.send(server, call | {"type": "identify", "traits": traits})
    stack.send(server, call | {"type": "group", "groupId": "vandelay", "traits": company})
    said = {"userId": user, "purpose": "marketing", "channels": {"email": True, "chat": True}}
    body = json.dumps(said | {"proof": {"form": "/signup"}}).encode()
    assert ask(f"{stack.url}/v1/consents", body, X_Write_Key=server["write_key"]).status == 200
    stack.send(server, *[call | {"type": "track", "event": "Report Exported"}] * 20)
    until(lambda: touched(stack, user) == {"in_app": "accepted"}, "the banner is ready")

    assert move(stack, 12).hour in (21, 22), "it is night in Berlin"
    assert touched(stack, user) == {"in_app": "accepted", "email": "held"}
    assert sink.mails == []
    move(stack, 10)
    (mail,) = stack.all("deliveries", person=user, channel="email")
    assert mail["state"] == "accepted", mail
    berlin = datetime.fromisoformat(mail["sent_at"]).astimezone(ZoneInfo("Europe/Berlin"))
    assert (berlin.hour, berlin.minute <= 3) == (8, True), berlin
    assert [one["Subject"] for one in sink.mails] == [
        "You've reached your plan's limit: keep your workflow going"
    ]

    assert stack.all("staff-tasks", person=user) == []
    move(stack, 27)
    (task,) = stack.all("staff-tasks", person=user)
    assert (task["channel"], "Ben" in task["title"], "20 of 20" in task["body"]) == ("chat", True, True)
    move(stack, 72)
    ((until_when,),) = stack.rows("SELECT until FROM consent_app_pause WHERE kind = 'do_not_disturb'")
    assert until_when > move(stack, 1)

    used = {"type": "track", "event": "Feature Used", "properties": {"feature": "Cohorts", "tier": "premium"}}
    stack.send(server, *[call | used] * 6)
    until(lambda: outcomes(stack, user)[-1][0] == "", "the new signal was considered")
    said_of = {one[:2] for one in outcomes(stack, user)}
    assert {("in_app", "delivered"), ("email", "held"), ("chat", "delivered")} <= said_of
    _, outcome, gate = outcomes(stack, user)[-1]
    assert outcome == "excluded"
    assert gate in ("do_not_disturb", "cooldown", "reentry")
    assert len(sink.mails) == 1


def outcomes(stack: Stack, user: str) -> list[tuple[str, str, str]]:
    """What `explain` says, oldest first: channel, outcome, gate."""
    found = reversed(stack.api(f"explain/?person={user}")["evaluations"])
    return [(one["channel"], one["outcome"], one["gate"]) for one in found]
