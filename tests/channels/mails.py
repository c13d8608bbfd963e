"""A finished mail, what a mail's proposition holds, and what providers report of what left."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from campaigns_app import pipeline
from campaigns_app.channels.base import Message
from tests.build import a_source
from tests.connectors import resign
from upsell_project.lib import clock

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OURS = "11111111-2222-4333-8444-555555555555"
UNSUBSCRIBE = "https://app.example.com/u/tok"
CONTENT: dict[str, Any] = {
    "subject": "Almost out of exports",
    "preheader": "You've used 17 of 20 exports",
    "why": "You've used 17 of 20 exports",
    "html": "<p>Hi</p>",
    "text": "Hi",
    "cta": {"label": "Upgrade to Pro", "url": "https://app.example.com/"},
    "secondary": None,
    "terms_line": "",
    "locale": "en",
}


def a_mail(**fields: Any) -> Message:
    given: dict[str, Any] = {
        "delivery_id": OURS,
        "to": "ana@example.com",
        "at": NOW,
        "user_id": "u_1",
        "sender": "Acme <agent@example.com>",
        "subject": "Almost out of exports",
        "text": "Hi",
        "html": "<p>Hi</p>",
        "unsubscribe_url": UNSUBSCRIBE,
        "headers": {"Feedback-ID": "upgrades:s1:offer:upsell", "Reply-To": f"in+{OURS}@example.com"},
    }
    return Message(**given | fields)


def reported(kind: str, said: Any, headers: dict[str, str] | None = None) -> None:
    """The provider's webhook comes in, signed as it signs (or with these headers), and is read."""
    source = a_source(kind, signing_secret=resign.secret(kind, "first-secret"))
    plain = {"provider": kind, "headers": {}, "body": json.dumps(said), "url": source.hook_path}
    signed = headers or _signed(plain)
    with pytest.MonkeyPatch.context() as patch:
        # Both clocks agree, as in life: the door takes real time, and the distance would move what is told.
        patch.setattr(clock, "real", clock.now)
        answer = Client().post(
            source.hook_path, plain["body"], content_type="application/json", headers=signed
        )
        assert answer.status_code == 200, answer.content
        while pipeline.process(20):
            pass


def _signed(vector: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = resign.signed_at(vector, "first-secret", clock.real())["headers"]
    return found
