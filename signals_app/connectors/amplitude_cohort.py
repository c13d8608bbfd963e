"""Amplitude's cohort webhook: who is in a cohort, and who left it.

Source: amplitude.com/docs, "Cohort webhooks". The body is the customer's template; we ask for `{"cohort_id",
"cohort_name", "in_cohort", "users": [{"user_id"}]}`, and each of `users` may also say `device_id`, `email` and its
own `in_cohort`. Nothing is signed; a fixed header should carry the source's secret.

Amplitude names no delivery: the same person entering the same cohort twice within a (UTC) day is one event.

Unverified: written from the documentation, no delivery was captured.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, ClassVar

from signals_app.connectors.base import HookRequest, Parsed, from_iso, identifier, words
from signals_app.connectors.shared import cohort
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_token
from signals_app.incoming import Incoming, Rejected


class AmplitudeCohort(JsonConnector):
    kind: ClassVar[str] = "amplitude_cohort"
    label: ClassVar[str] = "Amplitude (cohorts)"
    beta: ClassVar[str] = "Written from Amplitude's documentation; no delivery of theirs was seen."
    setup: ClassVar[str] = (
        "In Amplitude: Cohort destinations, Webhook. Paste the URL, add the header X-Upsell-Token with the secret and"
        ' the body {"cohort_id": ..., "cohort_name": ..., "in_cohort": true or false, "users": [{"user_id": ...}]}.'
    )
    needs_secret: ClassVar[bool] = False
    lists: ClassVar[tuple[str, ...]] = ("users",)

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        check_token(request, secrets)

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        if not identifier(said.get("cohort_id")):
            return arrival.unusable("cohort_id is missing", "cohort_id")
        users = said.get("users")
        if not isinstance(users, list):
            return arrival.unusable("users is not an array", "users")
        return cohort.changes("users", users, lambda user: _change(said, user, arrival))


def _change(said: dict[str, Any], user: Any, arrival: Arrival) -> Incoming | Rejected:
    user = user if isinstance(user, dict) else {"user_id": user}
    user_id, device_id, email = (identifier(user.get(name)) for name in ("user_id", "device_id", "email"))
    inside = user.get("in_cohort", said.get("in_cohort", True))
    if not isinstance(inside, bool):
        return Rejected(0, "in_cohort is neither true nor false", "in_cohort")
    if not (user_id or device_id or email):
        return Rejected(0, "user_id is missing", "user_id")
    cohort_id, state = identifier(said["cohort_id"]), "in" if inside else "out"
    return cohort.change(
        f"{cohort_id}:{user_id or device_id or email}:{state}:{arrival.received_at.astimezone(UTC):%Y-%m-%d}",
        arrival.at(from_iso(said.get("time"))),
        inside=inside,
        cohort=(cohort_id, words(said.get("cohort_name"))),
        who=(user_id, device_id, email),
    )
