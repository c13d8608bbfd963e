"""Appcues webhooks: flows, checklists, NPS and forms, one event a request.

Source: docs.appcues.com/webhooks-management (the list of events; the page's section on security and its example bodies
could not be read).
Unverified: everything but that list, also repeats. Nothing is known to be signed, so a secret is checked as a token;
what is read are `name`, `user_id`, `group_id`, `attributes` and `timestamp`, and events are known by their last
words.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from signals_app.connectors.base import (
    HookRequest,
    Parsed,
    first_words,
    from_iso,
    from_number,
    members,
)
from signals_app.connectors.shared import guidance
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_token

EVENTS = {
    "flow started": "Guide Started",
    "flow completed": "Guide Completed",
    "flow skipped": "Guide Dismissed",
    "flow aborted": "Guide Dismissed",
    "checklist started": "Guide Started",
    "checklist completed": "Guide Completed",
    "checklist dismissed": "Guide Dismissed",
    "checklist skipped": "Guide Dismissed",
    "nps score": "NPS Submitted",
    "nps feedback": "NPS Submitted",
    "form submitted": "Survey Answered",
    "step interacted form": "Survey Answered",
}
NAMES = guidance.Names(
    text=("feedback", "nps_feedback", "value", "response", "text", "comment"),
    title=("flowName", "flow_name", "checklistName", "checklist_name", "name"),
    id=("flowId", "flow_id", "checklistId", "checklist_id", "id"),
    question=("label", "question", "formName", "form_name"),
    score=("score", "nps_score"),
)


class Appcues(JsonConnector):
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

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        name = EVENTS.get(_plain(first_words(said, "name", "event", "event_name")))
        if name is None:
            return Parsed()
        attributes = members(said.get("attributes")) or members(said.get("properties"))
        item = guidance.happened(
            arrival,
            name,
            guidance.properties(name, attributes, NAMES),
            id=first_words(said, "id", "event_id"),
            at=from_iso(said.get("timestamp")) or from_number(said.get("timestamp")),
            user=said.get("user_id"),
            account=said.get("group_id"),
            email=first_words(attributes, "email") or first_words(members(said.get("identity")), "email"),
        )
        return Parsed([item])


def _plain(name: str) -> str:
    """`appcues:nps:nps_score` -> `nps score`."""
    return guidance.spoken(name).removeprefix("appcues ").replace("nps nps ", "nps ")
