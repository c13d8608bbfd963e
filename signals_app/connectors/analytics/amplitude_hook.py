"""Amplitude's streaming webhook: each event that Amplitude received, sent on to us.

Source: amplitude.com/docs, destination catalog, "Webhooks". Nothing is signed; Amplitude can send up to five fixed
headers, of which one should carry the source's secret. Its body is what the customer's template yields: one event or an
array, with the fields of the HTTP API (`event_time` for `time`, `$insert_id` for `insert_id`, or only a `uuid`).

Unverified: written from the documentation, no delivery was captured.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from signals_app.connectors.analytics import amplitude
from signals_app.connectors.analytics.dialect import judged
from signals_app.connectors.base import Connector, HookRequest, Parsed, unusable
from signals_app.connectors.shared.signatures import check_token
from upsell_project.lib import strict_items
from upsell_project.lib.strict_json import Refused

LIMITS = strict_items.Limits(item=256 * 1024, items=20_000)


class AmplitudeHook(Connector):
    kind: ClassVar[str] = "amplitude"
    label: ClassVar[str] = "Amplitude (streaming webhook)"
    beta: ClassVar[str] = "Written from Amplitude's documentation; no delivery of theirs was seen."
    setup: ClassVar[str] = (
        "In Amplitude: Data, Destinations, Webhook. Paste the URL, add the header X-Upsell-Token with the secret, and"
        " keep the default body."
    )
    needs_secret: ClassVar[bool] = False
    relays: ClassVar[bool] = True
    lists: ClassVar[tuple[str, ...]] = ("",)
    most: ClassVar[int] = LIMITS.items

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        check_token(request, secrets)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            found = strict_items.alone(body, LIMITS)
        except Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        return judged(found, (), lambda index, item: amplitude.built(index, item, None, received_at))
