"""A host application's page and the widget's server, on two origins, with answers that a test scripts."""

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STATIC = Path(__file__).resolve().parents[2] / "static"
WRITE_KEY = "wk_test"

OFFER: dict[str, Any] = {
    "proposition_id": "prop-1",
    "offer": "pro-plan",
    "placement": "app-banner",
    "format": "banner",
    "headline": "You are close to your export limit",
    "body_html": "<p>You have exported <strong>17 of 20</strong> reports.</p>",
    "why": "You've exported 17 of 20 reports this month",
    "cta": {"label": "Upgrade", "url": "/upgrade"},
    "secondary": {"label": "Chat with us", "url": "/chat"},
    "terms": {
        "price": "49.00",
        "currency": "EUR",
        "period": "month",
        "renews": True,
        "cancel_anytime": True,
        "trial_days": 14,
        "incentive": {"kind": "percent", "value": 20, "ends_at": None},
    },
    "media": None,
    "controls": ["dismiss", "snooze", "opt_out"],
    "locale": "en",
    "expires_at": None,
}

# No inline script: the host page runs under a policy that allows the widget's origin and nothing else.
QUEUE_JS = """
window.seen = []; window.violations = []
document.addEventListener('securitypolicyviolation',
  event => violations.push(event.violatedDirective + ' ' + event.blockedURI))
window.upsell = function () { (upsell.q = upsell.q || []).push(arguments) }
for (const name of ['show', 'viewed', 'clicked', 'dismissed', 'declined', 'snoozed', 'opted_out', 'feedback',
  'empty', 'error', 'gone']) {
  upsell('on', name, detail => { seen.push(name); window['last_' + name] = detail })
}
"""

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<script src="{api}/queue.js"></script>
<script src="{api}/static/upsell.js" async data-key="{key}" {attributes}></script>
<main><h1>Reports</h1><button id="first">First</button> {body}</main></html>"""


def token(person: str = "ada") -> str:
    """Shaped like a person token; the scripted server does not verify it."""
    claims = base64.urlsafe_b64encode(json.dumps({"sub": person}).encode()).decode().rstrip("=")
    return f"e30.{claims}.signature"


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class Site:
    """Set the answers, look at what was received. `statuses` maps a path to the status it answers."""

    offers: list[dict[str, Any]] = field(default_factory=list)
    poll_after_s: float = 60
    statuses: dict[str, int] = field(default_factory=dict)
    received: list[Request] = field(default_factory=list)
    early_js: str = ""
    scripts: dict[str, str] = field(default_factory=dict)
    """By path."""
    body: str = ""
    attributes: str = ""
    policy: str = ""
    api: str = ""
    host: str = ""

    def to(self, path: str) -> list[Request]:
        return [request for request in self.received if request.path == path]

    @property
    def interactions(self) -> list[dict[str, Any]]:
        return [request.body for request in self.to("/v1/interactions")]

    def kinds(self) -> list[str]:
        return [body["kind"] for body in self.interactions]

    def answer(self, request: Request) -> tuple[int, str, bytes]:
        """(status, content type, body)"""
        path = request.path
        if path in ("/v1/offers", "/v1/interactions", "/v1/t", "/v1/i"):
            return self.answer_api(request)
        if path in self.scripts:
            return 200, "text/javascript", self.scripts[path].encode()
        if path == "/queue.js":
            return 200, "text/javascript", (QUEUE_JS + self.early_js).encode()
        if path.startswith("/static/") and (file := STATIC / path.removeprefix("/static/")).is_file():
            kind = "text/javascript" if file.suffix in (".js", ".mjs") else "text/plain"
            return 200, kind, file.read_bytes()
        page = PAGE.format(api=self.api, key=WRITE_KEY, attributes=self.attributes, body=self.body)
        return 200, "text/html; charset=utf-8", page.encode()

    def answer_api(self, request: Request) -> tuple[int, str, bytes]:
        self.received.append(request)
        answer: dict[str, Any] = {}
        status = 202 if request.path == "/v1/interactions" else 200
        if request.path == "/v1/offers":
            status, answer = 200, {"offers": self.offers[:1], "poll_after_s": self.poll_after_s}
        return self.statuses.get(request.path, status), "application/json", json.dumps(answer).encode()


def handler_for(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def serve(self) -> None:
            url = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else {}
            request = Request(self.command, url.path, url.query, dict(self.headers.items()), body)
            self.reply(*((204, "text/plain", b"") if self.command == "OPTIONS" else site.answer(request)))

        def reply(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "authorization, content-type, x-write-key")
            self.send_header("Access-Control-Max-Age", "600")
            if site.policy and kind.startswith("text/html"):
                self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = serve

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


def start(site: Site) -> list[ThreadingHTTPServer]:
    """Serves both origins until each returned server is shut down."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), handler_for(site)) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    site.api, site.host = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    return servers
