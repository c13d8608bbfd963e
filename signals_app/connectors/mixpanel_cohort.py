"""Mixpanel's cohort sync by webhook: the first full list of a cohort's members, then who was added and removed.

Source: docs.mixpanel.com, "Cohort sync: webhooks". Authenticated by HTTP Basic when the source has a secret
(`user:password`, or only the password). Mixpanel wants its `action` back with `"status": "success"`.

`mixpanel_distinct_id` is a user id, `$device:<id>` an anonymous one; `email` finds a known person where that is all.
A page of a sync that is sent again has the same session, page and action: it changes nothing.
"""

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any, ClassVar

from signals_app.connectors.base import Answer, HookRequest, Parsed, identifier, members, words
from signals_app.connectors.shared import cohort
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_token
from signals_app.incoming import Incoming, Rejected
from upsell_project.lib import strict_json

_INSIDE = {"members": True, "add_members": True, "remove_members": False}
_DEVICE = "$device:"


class MixpanelCohort(JsonConnector):
    kind: ClassVar[str] = "mixpanel_cohort"
    label: ClassVar[str] = "Mixpanel (cohorts)"
    setup: ClassVar[str] = (
        "In Mixpanel: Data Management, Integrations, Custom Webhook. Paste the URL and give the secret as user name and"
        " password (user:password), then sync cohorts to it."
    )
    needs_secret: ClassVar[bool] = False
    lists: ClassVar[tuple[str, ...]] = ("parameters.members",)

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        check_token(request, secrets)

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        action, parameters = words(said.get("action")), members(said.get("parameters"))
        if action not in _INSIDE:
            return Parsed()
        listed = parameters.get("members")
        if not isinstance(listed, list):
            return arrival.unusable("parameters.members is not an array", "parameters.members")
        if not identifier(parameters.get("mixpanel_cohort_id")):
            path = "parameters.mixpanel_cohort_id"
            return arrival.unusable(f"{path} is missing", path)
        return cohort.changes(
            "parameters.members", listed, lambda member: _change(action, parameters, members(member), arrival)
        )

    def answer(self, request: HookRequest) -> Answer:
        try:
            action = words(members(strict_json.loads(request.body)).get("action"))
        except strict_json.Refused:
            action = ""
        return Answer(json.dumps({"action": action[:100], "status": "success"}).encode())


def _change(
    action: str, parameters: dict[str, Any], member: dict[str, Any], arrival: Arrival
) -> Incoming | Rejected:
    distinct, email = identifier(member.get("mixpanel_distinct_id")), identifier(member.get("email"))
    if not (distinct.removeprefix(_DEVICE) or email):
        return Rejected(0, "mixpanel_distinct_id is missing", "mixpanel_distinct_id")
    cohort_id = identifier(parameters.get("mixpanel_cohort_id"))
    page = words(members(parameters.get("page_info")).get("page_count"))
    # Without a session nothing tells a repeated page from a later sync, except the day.
    day = f"{arrival.received_at.astimezone(UTC):%Y-%m-%d}"
    session = words(parameters.get("mixpanel_session_id")) or day
    device = distinct.removeprefix(_DEVICE) if distinct.startswith(_DEVICE) else ""
    return cohort.change(
        f"{cohort_id}:{session}:{page}:{action}:{distinct or email}",
        arrival.received_at,
        inside=_INSIDE[action],
        cohort=(cohort_id, words(parameters.get("mixpanel_cohort_name"))),
        who=("" if distinct.startswith(_DEVICE) else distinct, device, email),
    )
