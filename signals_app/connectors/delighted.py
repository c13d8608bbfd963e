"""Delighted surveys: scores, comments and people who want no more of them.

Source: delighted.com/docs/api/webhooks; public verifiers.
Unverified: the name of the event of an unsubscription (two are read), whether and when a delivery is repeated, and
whether the service still exists: as far as we remember, its end was announced for the middle of 2026.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from signals_app.connectors.base import (
    LATER,
    HookRequest,
    Parsed,
    from_unix,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Incoming
from upsell_project.lib import signing

_ANSWERED = ("survey_response.created", "survey_response.updated")
_UNSUBSCRIBED = ("unsubscribe.created", "survey_response.unsubscribed")


class Delighted(JsonConnector):
    kind: ClassVar[str] = "delighted"
    label: ClassVar[str] = "Delighted"
    beta: ClassVar[str] = (
        "The event of an unsubscription has two reported names; both are read. Whether the service still exists could "
        "not be checked."
    )
    setup: ClassVar[str] = (
        "Settings > Webhooks: enter this URL. The secret is the project's API key. Give people the properties "
        "`user_id` and `account_id`, so that answers find them."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get("x-delighted-webhook-signature", "").strip()
        check_mac(secrets, [given], lambda secret: "sha256=" + signing.hex_mac(secret, request.body))

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        kind, data = words(said.get("event_type")), members(said.get("event_data"))
        if not kind:
            return arrival.unusable("the body is not an event: it has no event_type", "event_type")
        if kind not in _ANSWERED + _UNSUBSCRIBED:
            return Parsed()
        name, properties = _answered(data) if kind in _ANSWERED else ("Unsubscribed", {"channel": "email"})
        item = _addressed(data)
        if kind in _UNSUBSCRIBED:
            item = replace(item, hinted_user="", account_ids={}, proven=True)
        if not (item.hinted_user or item.lookup or item.person_ids):
            return arrival.unusable("the event names no person", "event_data.person")
        item.name, item.properties = name, properties
        item.occurred_at = arrival.at(from_unix(data.get("updated_at")), from_unix(data.get("created_at")))
        item.message_id = arrival.id(words(said.get("event_id")))
        return Parsed([item])


def _answered(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Only NPS has its scale of 0 to 10; the score of another survey is that survey's own."""
    score, text = data.get("score"), words(data.get("comment"))
    survey = identifier(data.get("survey_type")) or "nps"
    number = score if isinstance(score, int | float) and not isinstance(score, bool) else None
    told = present(response_id=identifier(data.get("id")), text=text)
    if survey == "nps":
        return "NPS Submitted", told | present(score=number)
    return "Survey Answered", told | present(survey=f"delighted {survey}", answer=number)


def _addressed(data: dict[str, Any]) -> Incoming:
    """Whoever answers may have written the properties into the link of the survey. The address is Delighted's word: who
    unsubscribed is told by that alone."""
    person = members(data.get("person")) or data
    own = members(data.get("person_properties")) or members(person.get("properties"))
    email, person_id = identifier(person.get("email")).lower(), identifier(person.get("id"))
    account = identifier(own.get("account_id"))
    return Incoming(
        kind="track",
        message_id="",
        occurred_at=LATER,
        hinted_user=identifier(own.get("user_id")),
        account_ids={"group_id": account} if account else {},
        lookup={"email": email} if email else {},
        person_ids={"delighted_person_id": person_id} if person_id and person is not data else {},
        active=False,
        proven=False,
    )
