"""Slack: buttons and slash commands of our own staff. Nothing that comes from there is about a customer.

Source: slack_sdk `SignatureVerifier`; api.slack.com, url_verification, interactivity and slash commands.
Unverified: the headers of repeated events (they are not read: the event's own id tells), how often Slack repeats, and
that it waits three seconds for an answer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qs

import msgspec

from signals_app.connectors.base import (
    Answer,
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    elements,
    from_unix,
    identifier,
    members,
    printable,
    unusable,
    words,
)
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Incoming, Rejected, digest, short_id
from upsell_project.lib import signing, strict_json

_MAX_TEXT = 2_000
# What one press brings is one; a message holds no more of them.
_MOST_ACTIONS = 25
_TOO_MANY = f"the press holds more than {_MOST_ACTIONS} actions: those after them were not read"


class Slack(Connector):
    kind: ClassVar[str] = "slack"
    label: ClassVar[str] = "Slack"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)
    beta: ClassVar[str] = (
        "How Slack marks the events that it repeats is from general knowledge; nothing depends on it."
    )
    setup: ClassVar[str] = (
        "api.slack.com > your app: enter this URL under Interactivity, Slash Commands and Event Subscriptions. The "
        "secret is the app's signing secret (Basic Information)."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
            raise BadSignature("no readable request timestamp")
        signed = (b"v0:", timestamp.encode(), b":", request.body)
        given = request.headers.get("x-slack-signature", "").strip()
        check_mac(secrets, [given], lambda secret: "v0=" + signing.hex_mac(secret, *signed))
        self.refuse_stale(int(timestamp), now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        fallback = f"sha256:{digest(body.decode(errors='replace'))}"
        try:
            form = _form(body)
            said = form if _plain(form) else strict_json.loads(form.get("payload", body))
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if not isinstance(said, dict):
            return unusable(body, "the body is neither a form nor a JSON object")
        commands = _commands(said)
        left = elements(said.get("actions"))[_MOST_ACTIONS:] if commands else []
        return Parsed(
            [
                Incoming(
                    kind="track",
                    message_id=short_id(f"{words(said.get('trigger_id')) or fallback}:{position}"),
                    occurred_at=min(happened_at or received_at, received_at),
                    name="Staff Command",
                    properties=properties,
                    active=False,
                )
                for position, (properties, happened_at) in enumerate(commands, start=1)
            ],
            [Rejected(_MOST_ACTIONS, _TOO_MANY, "actions", printable(body))] if left else [],
        )

    def answer(self, request: HookRequest) -> Answer:
        """The challenge that proves who we are; else nothing, as whatever we said would be shown in the channel."""
        try:
            said = strict_json.loads(request.body)
        except strict_json.Refused:
            said = None
        challenge = words(members(said).get("challenge"))
        if members(said).get("type") == "url_verification" and challenge:
            return Answer(msgspec.json.encode({"challenge": challenge}))
        return Answer(b"", "text/plain")


def _form(body: bytes) -> dict[str, str]:
    """The fields of a form; empty for JSON."""
    text = body.decode(errors="replace").replace("\x00", "\ufffd")
    if text.lstrip()[:1] in ("{", "["):
        return {}
    try:
        return {name: values[0] for name, values in parse_qs(text, max_num_fields=100).items()}
    except ValueError:
        return {}


def _plain(form: Mapping[str, str]) -> bool:
    """A slash command, or Slack's own check of our certificate."""
    return "payload" not in form and ("command" in form or "ssl_check" in form)


def _commands(said: Mapping[str, Any]) -> list[tuple[dict[str, str], datetime | None]]:
    """A slash command, or each button that was pressed. Events of channels say nothing here."""
    who = {
        "staff_id": identifier(said.get("user_id")) or identifier(members(said.get("user")).get("id")),
        "team_id": identifier(said.get("team_id")) or identifier(members(said.get("team")).get("id")),
    }
    if words(said.get("command")):
        action, _, value = words(said.get("text"))[:_MAX_TEXT].partition(" ")
        return [
            (_present(who | {"command": identifier(said["command"]), "action": action, "value": value}), None)
        ]
    if said.get("type") not in ("block_actions", "interactive_message"):
        return []
    return [
        (
            _present(
                who
                | {
                    "command": str(said["type"]),
                    "action": identifier(pressed.get("action_id")) or identifier(pressed.get("name")),
                    "value": _value(pressed),
                }
            ),
            _moment(pressed.get("action_ts")),
        )
        for pressed in map(members, elements(said.get("actions"))[:_MOST_ACTIONS])
        if pressed
    ]


def _value(pressed: dict[str, Any]) -> str:
    chosen = members(pressed.get("selected_option")).get("value")
    return (words(pressed.get("value")) or words(chosen))[:_MAX_TEXT]


def _moment(text: Any) -> datetime | None:
    """Slack writes moments as text: `1772443790.123456`."""
    try:
        return from_unix(float(words(text)))
    except ValueError:
        return None


def _present(properties: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in properties.items() if value}
