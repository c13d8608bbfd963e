"""Mixpanel's cohort sync by webhook: the first full list of a cohort's members, then who was added and removed.

Source: docs.mixpanel.com, "Cohort sync: webhooks". Authenticated by HTTP Basic when the source has a secret
(`user:password`, or only the password). Mixpanel wants its `action` back with `"status": "success"`.

`mixpanel_distinct_id` is a user id, `$device:<id>` an anonymous one; `email` finds a known person where that is all.
A page of a sync that is sent again has the same session, page and action: it changes nothing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    Answer,
    Connector,
    HookRequest,
    Parsed,
    check_token,
    identifier,
    members,
    unusable,
    words,
)
from signals_app.incoming import Incoming, Rejected, short_id
from upsell_project.lib import strict_json

NAMES = {"members": "Cohort Entered", "add_members": "Cohort Entered", "remove_members": "Cohort Left"}
_DEVICE = "$device:"


class MixpanelCohort(Connector):
    kind: ClassVar[str] = "mixpanel_cohort"
    label: ClassVar[str] = "Mixpanel (cohorts)"
    setup: ClassVar[str] = (
        "In Mixpanel: Data Management, Integrations, Custom Webhook. Paste the URL and give the secret as user name and"
        " password (user:password), then sync cohorts to it."
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
        action, parameters = words(said.get("action")), members(said.get("parameters"))
        if action not in NAMES:
            return Parsed()
        if not isinstance(parameters.get("members"), list):
            return unusable(body, "parameters.members is not an array", "parameters.members")
        if not identifier(parameters.get("mixpanel_cohort_id")):
            return unusable(body, "parameters.mixpanel_cohort_id is missing", "parameters.mixpanel_cohort_id")
        return _parsed(action, parameters, received_at.astimezone(UTC))

    def answer(self, request: HookRequest) -> Answer:
        try:
            action = words(members(strict_json.loads(request.body)).get("action"))
        except strict_json.Refused:
            action = ""
        return Answer(json.dumps({"action": action[:100], "status": "success"}).encode())


def _parsed(action: str, parameters: dict[str, Any], received_at: datetime) -> Parsed:
    parsed = Parsed()
    seen: set[str] = set()
    for index, member in enumerate(parameters["members"]):
        item = _item(action, parameters, members(member), received_at)
        if item is None:
            path = f"parameters.members[{index}].mixpanel_distinct_id"
            parsed.rejected.append(Rejected(index, "mixpanel_distinct_id is missing", path))
        elif item.message_id not in seen:
            seen.add(item.message_id)
            parsed.items.append(item)
    return parsed


def _item(
    action: str, parameters: dict[str, Any], member: dict[str, Any], received_at: datetime
) -> Incoming | None:
    distinct, email = identifier(member.get("mixpanel_distinct_id")), identifier(member.get("email"))
    if not (distinct.removeprefix(_DEVICE) or email):
        return None
    cohort = identifier(parameters.get("mixpanel_cohort_id"))
    page = words(members(parameters.get("page_info")).get("page_count"))
    # Without a session nothing tells a repeated page from a later sync, except the day.
    session = words(parameters.get("mixpanel_session_id")) or f"{received_at:%Y-%m-%d}"
    device = distinct.startswith(_DEVICE)
    return Incoming(
        kind="track",
        message_id=short_id(f"{cohort}:{session}:{page}:{action}:{distinct or email}"),
        occurred_at=received_at,
        name=NAMES[action],
        user_id=None if device else distinct or None,
        anonymous_id=distinct.removeprefix(_DEVICE) or None if device else None,
        properties={"cohort_id": cohort, "cohort": words(parameters.get("mixpanel_cohort_name"))},
        lookup={"email": email} if email else {},
        active=False,
    )
