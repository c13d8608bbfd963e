"""Appcues webhooks: flows, checklists, NPS and forms, one event a request.

Source: docs.appcues.com/webhooks-management (the list of events; the page's section on security and its example bodies
could not be read).
Unverified: everything but that list. Nothing is known to be signed, so a secret is checked as a token; what is read are
`name`, `user_id`, `group_id`, `attributes` and `timestamp`, and events are known by their last words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    Connector,
    HookRequest,
    Parsed,
    check_token,
    first_words,
    from_iso,
    from_number,
    identifier,
    members,
    points,
    present,
    unusable,
)
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib import strict_json

# `appcues:flow_completed`, `Flow Completed` and `flow.completed` are the same event.
EVENTS = {
    "flow_started": "Guide Started",
    "flow_completed": "Guide Completed",
    "flow_skipped": "Guide Dismissed",
    "flow_aborted": "Guide Dismissed",
    "checklist_started": "Guide Started",
    "checklist_completed": "Guide Completed",
    "checklist_dismissed": "Guide Dismissed",
    "checklist_skipped": "Guide Dismissed",
    "nps_score": "NPS Submitted",
    "nps_feedback": "NPS Submitted",
    "form_submitted": "Survey Answered",
    "step_interacted_form": "Survey Answered",
}
Said = dict[str, Any]


class Appcues(Connector):
    kind: ClassVar[str] = "appcues"
    label: ClassVar[str] = "Appcues"
    needs_secret: ClassVar[bool] = False
    relays: ClassVar[bool] = True
    beta: ClassVar[str] = (
        "Appcues' example bodies and its webhook security could not be read: fields are taken by the names that its "
        "events are known to have."
    )
    setup: ClassVar[str] = (
        "In Appcues add a webhook with this URL under Integrations, for flows, NPS and forms."
    )

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
        name = EVENTS.get(_plain(first_words(said, "name", "event", "event_name")))
        return Parsed([_item(said, name, body, received_at)] if name else [])


def _plain(name: str) -> str:
    """`appcues:nps:nps_score` -> `nps_score`."""
    spaced = name.lower().rpartition("appcues:")[2].replace("nps:nps_", "nps_")
    return "_".join(spaced.replace(":", " ").replace(".", " ").replace("_", " ").replace("-", " ").split())


def _item(said: Said, name: str, body: bytes, received_at: datetime) -> Incoming:
    attributes = members(said.get("attributes")) or members(said.get("properties"))
    at = said.get("timestamp")
    email = first_words(attributes, "email") or first_words(members(said.get("identity")), "email")
    return Incoming(
        kind="track",
        message_id=short_id(
            first_words(said, "id", "event_id") or f"sha256:{digest(body.decode(errors='replace'))}"
        ),
        occurred_at=min(from_iso(at) or from_number(at) or received_at, received_at),
        name=name,
        user_id=identifier(said.get("user_id")) or None,
        group_id=identifier(said.get("group_id")) or None,
        properties=_properties(name, attributes),
        lookup={"email": email.lower()} if identifier(email) else {},
    )


def _properties(name: str, attributes: Said) -> Said:
    text = first_words(attributes, "feedback", "nps_feedback", "value", "response", "text", "comment")
    guide = first_words(attributes, "flowName", "flow_name", "checklistName", "checklist_name", "name")
    if name == "NPS Submitted":
        score = points(next((attributes[key] for key in ("score", "nps_score") if key in attributes), None))
        return present(score=score, text=text)
    if name == "Survey Answered":
        question = first_words(attributes, "label", "question", "formName", "form_name")
        return present(survey=guide, question=question, answer=text, text=text)
    guide_id = first_words(attributes, "flowId", "flow_id", "checklistId", "checklist_id", "id")
    return present(guide_id=guide_id, guide=guide)
