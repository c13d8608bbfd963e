"""Optimizely: which project's flags and experiments changed, and in which environment.

Source: docs.developers.optimizely.com, configure webhooks: `sha1=` and a hex HMAC-SHA1 of the body. The header has the
name that Intercom's has: the URL tells them apart. Full Stack (legacy) was retired in July 2024.
Unverified: the events beside `project.datafile_updated`, and how often a delivery is repeated.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    elements,
    from_unix,
    identifier,
    members,
    unusable,
    words,
)
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import signing, strict_json

_HEADER = "x-hub-signature"
_PREFIX = "sha1="
_MOST = 100


class Optimizely(Connector):
    kind: ClassVar[str] = "optimizely"
    label: ClassVar[str] = "Optimizely Feature Experimentation"
    beta: ClassVar[str] = (
        "Only the event about a changed datafile is documented; other events are kept as they come."
    )
    setup: ClassVar[str] = (
        "Under Settings, Webhooks, create a webhook with this URL and store the secret that is generated here."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        usable = signing.usable(secrets)
        expected = [_PREFIX + signing.hex_mac(secret, request.body, algorithm="sha1") for secret in usable]
        if not signing.any_same(expected, [request.headers.get(_HEADER, "").strip()]):
            raise BadSignature("no active secret made this signature")

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            said = members(strict_json.loads(body))
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        event, project = words(said.get("event")), identifier(said.get("project_id"))
        if not event or not project:
            return unusable(body, "the body names no event or no project", "project_id" if event else "event")
        at = min(from_unix(said.get("timestamp")) or received_at, received_at)
        # Feature Experimentation also sends one object instead of a list.
        given = said.get("data")
        changes = [members(one) for one in elements(given)] or [members(given)]
        items = [_item(event, project, at, change, said) for change in changes[:_MOST]]
        for position, item in enumerate(items[1:], start=2):
            item.message_id = short_id(f"{item.message_id}:{position}")
        return Parsed(items)


def _item(event: str, project: str, at: datetime, change: dict[str, Any], said: dict[str, Any]) -> Incoming:
    revision, environment = words(change.get("revision")), identifier(change.get("environment"))
    key = f"{project}:{event}:{words(said.get('timestamp'))}:{environment}:{revision or identifier(change.get('id'))}"
    found = {
        "project": project,
        "environment": environment,
        "action": identifier(event),
        "revision": revision,
        "flag": identifier(change.get("key")) or identifier(change.get("name")),
    }
    return Incoming(
        kind="track",
        message_id=short_id(key),
        occurred_at=at,
        name="Flag Changed" if event.startswith("flag") else "Experiment Changed",
        properties={name: value for name, value in found.items() if value},
        active=False,
    )
