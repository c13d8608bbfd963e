"""LaunchDarkly: audit log entries about flags, so that a running experiment's offers can be told from before and after.

Source: launchdarkly.com webhooks documentation by way of public verifiers (getsentry/sentry flag webhook tests): a
bare hex HMAC-SHA256 of the body, only when the integration is set to sign. Nothing orders deliveries but `date`.
Unverified: how often a delivery is repeated, and whether some are dropped.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from signals_app.connectors.base import (
    HookRequest,
    Parsed,
    elements,
    from_number,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import signing

_HEADER = "x-ld-signature"


class LaunchDarkly(JsonConnector):
    kind: ClassVar[str] = "launchdarkly"
    label: ClassVar[str] = "LaunchDarkly"
    beta: ClassVar[str] = "LaunchDarkly's repeats are from general knowledge; it may drop deliveries."
    setup: ClassVar[str] = (
        "Under Integrations, Webhooks, add this URL, tick Sign this webhook and store its secret here. A policy for "
        "flags of the production environment keeps the noise away."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get(_HEADER, "").strip()
        check_mac(secrets, [given], lambda secret: signing.hex_mac(secret, request.body))

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        id = words(said.get("_id"))
        if not id:
            return arrival.unusable("the entry has no _id", "_id")
        if said.get("kind") != "flag":
            return Parsed()
        item = Incoming(
            kind="track",
            message_id=short_id(id),
            occurred_at=arrival.at(from_number(said.get("date"))),
            name="Flag Changed",
            properties=_change(said),
            active=False,
        )
        return Parsed([item])


def _change(entry: dict[str, Any]) -> dict[str, Any]:
    accesses = [members(one) for one in elements(entry.get("accesses"))]
    actions = list(dict.fromkeys(filter(None, (identifier(one.get("action")) for one in accesses))))
    place = _place(words(accesses[0].get("resource")) if accesses else "")
    return present(
        flag=place.get("flag") or identifier(entry.get("name")),
        environment=place.get("env"),
        project=place.get("proj"),
        action=actions[0] if actions else identifier(entry.get("titleVerb")),
        actions=actions[:20] if len(actions) > 1 else None,
    )


def _place(resource: str) -> dict[str, str]:
    """`proj/default:env/production:flag/pro-offer-copy;tag` by its parts, without tags."""
    parts = (part.partition("/") for part in resource.split(":"))
    return {name: identifier(value.partition(";")[0]) for name, _, value in parts}
