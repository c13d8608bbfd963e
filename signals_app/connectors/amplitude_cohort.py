"""Amplitude's cohort webhook: who is in a cohort, and who left it.

Source: amplitude.com/docs, "Cohort webhooks". The body is the customer's template; we ask for `{"cohort_id",
"cohort_name", "in_cohort", "users": [{"user_id"}]}`, and each of `users` may also say `device_id`, `email` and its
own `in_cohort`. Nothing is signed; a fixed header should carry the source's secret.

Amplitude names no delivery: the same person entering the same cohort twice within a (UTC) day is one event.

Unverified: written from the documentation, no delivery was captured.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    Connector,
    HookRequest,
    Parsed,
    check_token,
    from_iso,
    identifier,
    unusable,
    words,
)
from signals_app.incoming import Incoming, Rejected, short_id
from upsell_project.lib import strict_json


class AmplitudeCohort(Connector):
    kind: ClassVar[str] = "amplitude_cohort"
    label: ClassVar[str] = "Amplitude (cohorts)"
    beta: ClassVar[str] = "Written from Amplitude's documentation; no delivery of theirs was seen."
    setup: ClassVar[str] = (
        "In Amplitude: Cohort destinations, Webhook. Paste the URL, add the header X-Upsell-Token with the secret and"
        ' the body {"cohort_id": ..., "cohort_name": ..., "in_cohort": true or false, "users": [{"user_id": ...}]}.'
    )
    needs_secret: ClassVar[bool] = False

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        check_token(request, secrets)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            said = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if not isinstance(said, dict):
            return unusable(body, "the body is not a JSON object")
        if not identifier(said.get("cohort_id")):
            return unusable(body, "cohort_id is missing", "cohort_id")
        users = said.get("users")
        if not isinstance(users, list):
            return unusable(body, "users is not an array", "users")
        return _parsed(said, users, received_at.astimezone(UTC))


def _parsed(said: dict[str, Any], users: list[Any], received_at: datetime) -> Parsed:
    parsed = Parsed()
    seen: set[str] = set()
    for index, user in enumerate(users):
        item = _item(said, user if isinstance(user, dict) else {"user_id": user}, received_at)
        if isinstance(item, Rejected):
            parsed.rejected.append(Rejected(index, item.reason, f"users[{index}].{item.path}"))
        elif item.message_id not in seen:
            seen.add(item.message_id)
            parsed.items.append(item)
    return parsed


def _item(said: dict[str, Any], user: dict[str, Any], received_at: datetime) -> Incoming | Rejected:
    user_id, device_id, email = (identifier(user.get(name)) for name in ("user_id", "device_id", "email"))
    inside = user.get("in_cohort", said.get("in_cohort", True))
    if not isinstance(inside, bool):
        return Rejected(0, "in_cohort is neither true nor false", "in_cohort")
    if not (user_id or device_id or email):
        return Rejected(0, "user_id is missing", "user_id")
    cohort, who = identifier(said["cohort_id"]), user_id or device_id or email
    state = "in" if inside else "out"
    return Incoming(
        kind="track",
        message_id=short_id(f"{cohort}:{who}:{state}:{received_at:%Y-%m-%d}"),
        occurred_at=min(from_iso(said.get("time")) or received_at, received_at),
        name="Cohort Entered" if inside else "Cohort Left",
        user_id=user_id or None,
        anonymous_id=device_id or None,
        properties={"cohort_id": cohort, "cohort": words(said.get("cohort_name"))},
        lookup={"email": email} if email else {},
        active=False,
    )
