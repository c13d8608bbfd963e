"""LaunchDarkly: audit log entries about flags, so that a running experiment's offers can be told from before and after.

Source: launchdarkly.com webhooks documentation by way of public verifiers (getsentry/sentry flag webhook tests): a
bare hex HMAC-SHA256 of the body, only when the integration is set to sign. Nothing orders deliveries but `date`.
Unverified: how often a delivery is repeated, and whether some are dropped.
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

_HEADER = "x-ld-signature"


class LaunchDarkly(Connector):
    kind: ClassVar[str] = "launchdarkly"
    label: ClassVar[str] = "LaunchDarkly"
    beta: ClassVar[str] = "LaunchDarkly's repeats are from general knowledge; it may drop deliveries."
    setup: ClassVar[str] = (
        "Under Integrations, Webhooks, add this URL, tick Sign this webhook and store its secret here. A policy for "
        "flags of the production environment keeps the noise away."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        expected = [signing.hex_mac(secret, request.body) for secret in signing.usable(secrets)]
        if not signing.any_same(expected, [request.headers.get(_HEADER, "").strip()]):
            raise BadSignature("no active secret made this signature")

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            entry = members(strict_json.loads(body))
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        id, milliseconds = words(entry.get("_id")), entry.get("date")
        if not id:
            return unusable(body, "the entry has no _id", "_id")
        if entry.get("kind") != "flag":
            return Parsed()
        numeric = isinstance(milliseconds, int) and not isinstance(milliseconds, bool)
        at = from_unix(milliseconds / 1000) if numeric and isinstance(milliseconds, int) else None
        item = Incoming(
            kind="track",
            message_id=short_id(id),
            occurred_at=min(at or received_at, received_at),
            name="Flag Changed",
            properties=_change(entry),
            active=False,
        )
        return Parsed([item])


def _change(entry: dict[str, Any]) -> dict[str, Any]:
    accesses = [members(one) for one in elements(entry.get("accesses"))]
    actions = list(dict.fromkeys(filter(None, (identifier(one.get("action")) for one in accesses))))
    place = _place(words(accesses[0].get("resource")) if accesses else "")
    found = {
        "flag": place.get("flag") or identifier(entry.get("name")),
        "environment": place.get("env"),
        "project": place.get("proj"),
        "action": actions[0] if actions else identifier(entry.get("titleVerb")),
        "actions": actions[:20] if len(actions) > 1 else None,
    }
    return {name: value for name, value in found.items() if value}


def _place(resource: str) -> dict[str, str]:
    """`proj/default:env/production:flag/pro-offer-copy;tag` by its parts, without tags."""
    parts = (part.partition("/") for part in resource.split(":"))
    return {name: identifier(value.partition(";")[0]) for name, _, value in parts}
