"""Delighted surveys: scores, comments and people who want no more of them.

Source: delighted.com/docs/api/webhooks; public verifiers. Unverified: the name of the event of an unsubscription
(two are read), and whether the service still exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    from_unix,
    identifier,
    members,
    printable,
    unusable,
    words,
)
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib import signing, strict_json

# Set by whoever has the whole event.
_LATER = datetime.min.replace(tzinfo=UTC)
_MAX_TEXT = 10_000
_ANSWERED = ("survey_response.created", "survey_response.updated")
_UNSUBSCRIBED = ("unsubscribe.created", "survey_response.unsubscribed")


class Delighted(Connector):
    kind: ClassVar[str] = "delighted"
    label: ClassVar[str] = "Delighted"
    beta: ClassVar[str] = "The event of an unsubscription has two reported names; both are read."
    setup: ClassVar[str] = (
        "Settings > Webhooks: enter this URL. The secret is the project's API key. Give people the properties "
        "`user_id` and `account_id`, so that answers find them."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get("x-delighted-webhook-signature", "").strip()
        expected = ["sha256=" + signing.hex_mac(secret, request.body) for secret in signing.usable(secrets)]
        if not signing.any_same(expected, [given]):
            raise BadSignature("no active secret made this signature")

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            said = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        kind, data = words(members(said).get("event_type")), members(members(said).get("event_data"))
        if not kind:
            return unusable(body, "the body is not an event: it has no event_type", "event_type")
        if kind not in _ANSWERED + _UNSUBSCRIBED:
            return Parsed()
        name, properties = _answered(data) if kind in _ANSWERED else ("Unsubscribed", {"channel": "email"})
        item = _addressed(data)
        if kind in _UNSUBSCRIBED:
            item = replace(item, hinted_user="", account_ids={}, proven=True)
        if not (item.hinted_user or item.lookup or item.person_ids):
            return unusable(body, "the event names no person", "event_data.person")
        happened_at = from_unix(data.get("updated_at")) or from_unix(data.get("created_at")) or received_at
        item.name, item.properties = name, properties
        item.occurred_at = min(happened_at, received_at)
        item.message_id = short_id(words(said.get("event_id")) or f"sha256:{digest(printable(body))}")
        return Parsed([item])


def _answered(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Only NPS has its scale of 0 to 10; the score of another survey is that survey's own."""
    score, text = data.get("score"), words(data.get("comment"))[:_MAX_TEXT]
    survey = identifier(data.get("survey_type")) or "nps"
    properties: dict[str, Any] = {"response_id": identifier(data.get("id")), "text": text}
    number = score if isinstance(score, int | float) and not isinstance(score, bool) else None
    if survey == "nps":
        properties |= {"score": number}
    else:
        properties |= {"survey": f"delighted {survey}", "answer": number}
    kept = {name: value for name, value in properties.items() if value not in ("", None)}
    return ("NPS Submitted" if survey == "nps" else "Survey Answered"), kept


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
        occurred_at=_LATER,
        hinted_user=identifier(own.get("user_id")),
        account_ids={"group_id": account} if account else {},
        lookup={"email": email} if email else {},
        person_ids={"delighted_person_id": person_id} if person_id and person is not data else {},
        active=False,
        proven=False,
    )
