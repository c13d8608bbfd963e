"""Optimizely: which project's flags and experiments changed, and in which environment.

Source: docs.developers.optimizely.com, configure webhooks: `sha1=` and a hex HMAC-SHA1 of the body. The header has the
name that Intercom's has: the URL tells them apart. Full Stack (legacy) was retired in July 2024.
Unverified: the events beside `project.datafile_updated`, and how often a delivery is repeated.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    HookRequest,
    Parsed,
    elements,
    from_unix,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import signing

_HEADER = "x-hub-signature"
_PREFIX = "sha1="


class Optimizely(JsonConnector):
    kind: ClassVar[str] = "optimizely"
    label: ClassVar[str] = "Optimizely Feature Experimentation"
    beta: ClassVar[str] = (
        "Only the event about a changed datafile is documented; other events are kept as they come."
    )
    setup: ClassVar[str] = (
        "Under Settings, Webhooks, create a webhook with this URL and store the secret that is generated here."
    )
    lists: ClassVar[tuple[str, ...]] = ("data",)
    most: ClassVar[int] = 100

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get(_HEADER, "").strip()
        check_mac(
            secrets, [given], lambda one: _PREFIX + signing.hex_mac(one, request.body, algorithm="sha1")
        )

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        event, project = words(said.get("event")), identifier(said.get("project_id"))
        if not event or not project:
            missing = "project_id" if event else "event"
            return arrival.unusable("the body names no event or no project", missing)
        at = arrival.at(from_unix(said.get("timestamp")))
        # Feature Experimentation also sends one object instead of a list.
        given = said.get("data")
        changes = [members(one) for one in elements(given)] or [members(given)]
        items = [_item(event, project, at, change, said) for change in changes]
        for position, item in enumerate(items[1:], start=2):
            item.message_id = short_id(f"{item.message_id}:{position}")
        return Parsed(items)


def _item(event: str, project: str, at: datetime, change: dict[str, Any], said: dict[str, Any]) -> Incoming:
    revision, environment = words(change.get("revision")), identifier(change.get("environment"))
    key = f"{project}:{event}:{words(said.get('timestamp'))}:{environment}:{revision or identifier(change.get('id'))}"
    found = present(
        project=project,
        environment=environment,
        action=identifier(event),
        revision=revision,
        flag=identifier(change.get("key")) or identifier(change.get("name")),
    )
    return Incoming(
        kind="track",
        message_id=short_id(key),
        occurred_at=at,
        name="Flag Changed" if event.startswith("flag") else "Experiment Changed",
        properties=found,
        active=False,
    )
