"""Userpilot webhooks: flows, checklists, NPS, forms, feature tags and tracked buttons.

Source: docs.userpilot.com/article/257-webhooks (which events there are, and that a "secret token" can be set).
Unverified: the shape of the body, which is not published, how often a delivery is repeated, and where the token
travels: it is looked for in every header and under `secret`, `secret_token` and `token` in the body.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    HookRequest,
    Parsed,
    first_words,
    from_iso,
    from_number,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared import guidance
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.incoming import MAX_NAME, Incoming
from upsell_project.lib import signing, strict_json

ENDINGS = {
    "started": "Guide Started",
    "completed": "Guide Completed",
    "dismissed": "Guide Dismissed",
}
TOKENS = ("secret", "secret_token", "token")
NAMES = guidance.Names(
    text=("feedback", "comment", "text", "answer", "response"),
    title=("flow_name", "checklist_name", "form_name", "survey_name", "title", "name"),
    id=("flow_id", "checklist_id", "content_id", "form_id"),
    question=("question",),
)
Said = dict[str, Any]


class Userpilot(JsonConnector):
    kind: ClassVar[str] = "userpilot"
    label: ClassVar[str] = "Userpilot"
    needs_secret: ClassVar[bool] = False
    relays: ClassVar[bool] = True
    beta: ClassVar[str] = (
        "Userpilot publishes neither the shape of its webhooks nor where their secret token travels: fields are taken "
        "by likely names, the token is looked for in headers and body."
    )
    setup: ClassVar[str] = (
        "In Userpilot create a webhook with this URL, with the secret token that is the secret here, and let it send "
        "the properties `user_id`, `email` and `company_id`."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        if not secrets:
            return
        given = [part for value in request.headers.values() for part in (value.strip(), value.split(" ")[-1])]
        try:
            said = members(strict_json.loads(request.body))
        except strict_json.Refused:
            said = {}
        given += [words(said.get(name)) for name in TOKENS]
        if not signing.any_same(signing.usable(secrets), [token for token in given if token]):
            raise BadSignature("the secret token is missing or wrong")

    def read(self, said: Said, arrival: Arrival) -> Parsed:
        detail = _detail(said)
        name = _name(first_words(said, "event_name", "event", "event_type", "type", "name"), detail)
        if not name:
            return Parsed()
        item = _item(said, detail, name, arrival)
        named = item.user_id or item.lookup or item.group_id
        return Parsed([item]) if named else arrival.unusable("the body names no user", "user_id")


def _detail(said: Said) -> Said:
    holders = ("metadata", "data", "properties", "attributes")
    return {key: value for holder in holders for key, value in members(said.get(holder)).items()}


def _name(event: str, detail: Said) -> str:
    """`Flow Completed`, `flow_completed` or `flow` with an action beside it."""
    said = guidance.spoken(event)
    action = first_words(detail, "action", "status").lower()
    if said.startswith("nps"):
        return "" if "dismiss" in said or action == "dismissed" else "NPS Submitted"
    if said.startswith(("form", "survey")):
        return "Survey Answered" if "submit" in f"{said} {action}" else ""
    if said.startswith(("flow", "checklist")):
        return ENDINGS.get(said.rpartition(" ")[2], ENDINGS.get(action, ""))
    if said.startswith("feature"):
        return "Feature Used"
    if said.startswith(("tracked", "track", "button")):
        return first_words(detail, "event_name", "name", "title")[:MAX_NAME]
    return ""


def _item(said: Said, detail: Said, name: str, arrival: Arrival) -> Incoming:
    user, company = members(said.get("user")), members(said.get("company"))
    at = next((said[key] for key in ("timestamp", "occurred_at", "inserted_at") if said.get(key)), None)
    return guidance.happened(
        arrival,
        name,
        _properties(name, detail or said),
        id=first_words(said, "id", "event_id"),
        at=from_iso(at) or from_number(at),
        user=identifier(said.get("user_id")) or user.get("user_id") or user.get("id"),
        account=identifier(said.get("company_id")) or company.get("id"),
        email=first_words(said, "email") or first_words(user, "email"),
    )


def _properties(name: str, detail: Said) -> Said:
    if name == "Feature Used":
        return present(feature=first_words(detail, *NAMES.title))
    told = name in ("NPS Submitted", "Survey Answered", *ENDINGS.values())
    return guidance.properties(name, detail, NAMES) if told else {}
