"""Pendo webhooks: guides shown, answers to NPS surveys and polls, and what is done in the app.

Source: support.pendo.io "Webhooks" (360032285012) and its tech note with example bodies of guides and polls.
Unverified: the encoding of the signature (hex and base64 are taken), the names of the fields that hold answers, and the
names of events other than those of guides, polls and NPS.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    elements,
    first_words,
    from_number,
    identifier,
    members,
    points,
    present,
    unusable,
    words,
)
from signals_app.incoming import MAX_NAME, Incoming, digest, short_id
from upsell_project.lib import signing, strict_json

SCORES = ("rating", "npsRating", "score", "numericalRating", "value")
TEXTS = ("reason", "npsReason", "comment", "text", "qualitativeResponse", "feedback")
Said = dict[str, Any]


class Pendo(Connector):
    kind: ClassVar[str] = "pendo"
    label: ClassVar[str] = "Pendo"
    beta: ClassVar[str] = (
        "How Pendo encodes its signature and names the answers to surveys could not be confirmed: both encodings and "
        "several names are taken."
    )
    setup: ClassVar[str] = (
        "In Pendo add a URL webhook with this URL for guides, polls, NPS and track events, and enter its secret here."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get("x-pendo-signature", "").strip()
        usable = signing.usable(secrets)
        expected = [signing.hex_mac(secret, request.body) for secret in usable]
        expected += [signing.base64_mac(secret, request.body) for secret in usable]
        if not given or not signing.any_same(expected, [given, given.lower()]):
            raise BadSignature("no active secret made this signature")

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            said = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if not isinstance(said, dict):
            return unusable(body, "the body is not a JSON object")
        happened = _happened(words(said.get("event")), members(said.get("properties")))
        return Parsed([_item(said, *happened, body, received_at)] if happened else [])


RELAYED = ("track", "trackEvent", "trackEventReceived")
"""Events that a page named as it liked."""


def _happened(event: str, properties: Said) -> tuple[str, str, Said] | None:
    """Kind, name and properties; None when it says nothing to us."""
    if event == "npsSubmitted":
        return "track", "NPS Submitted", {**_answer(properties), **_guide(properties)}
    if event == "pollSubmitted":
        return "track", "Survey Answered", {**_poll(properties), **_guide(properties)}
    if event == "guideDisplayed":
        return "track", "Guide Started", _guide(properties)
    if event == "emailUnsubscribed":
        return "track", "Unsubscribed", {"channel": "email"}
    if event in RELAYED:
        name = first_words(properties, "trackEventName", "eventName", "name", "trackTypeName")[:MAX_NAME]
        return ("track", name, members(properties.get("eventProperties"))) if name else None
    if event in ("pageLoaded", "pageLoad"):
        return "page", first_words(properties, "pageName", "name")[:MAX_NAME], {}
    return None


def _guide(properties: Said) -> Said:
    guide = members(properties.get("guideProperties"))
    return present(
        guide_id=first_words(properties, "guideId"),
        guide=first_words(guide, "name") or first_words(properties, "guideName"),
        step_id=first_words(properties, "guideStepId"),
        language=first_words(properties, "language"),
    )


def _answer(properties: Said) -> Said:
    answers = [properties, *map(members, elements(properties.get("pollResponses")))]
    scores = (answer.get(name) for answer in answers for name in SCORES)
    score = next((number for value in scores if (number := points(value)) is not None), None)
    text = next((found for answer in answers if (found := first_words(answer, *TEXTS))), "")
    return present(score=score, text=text)


def _poll(properties: Said) -> Said:
    answers = [properties, *map(members, elements(properties.get("pollResponses")))]
    names = ("pollResponse", "response", "answer", "value", *TEXTS)
    answer = next((found for one in answers if (found := first_words(one, *names))), "")
    question = next((found for one in answers if (found := first_words(one, "question", "pollQuestion"))), "")
    survey = first_words(members(properties.get("guideProperties")), "name") or first_words(
        properties, "pollId", "guideId"
    )
    return present(survey=survey, question=question, answer=answer, text=answer)


def _item(said: Said, kind: str, name: str, properties: Said, body: bytes, received_at: datetime) -> Incoming:
    happened_at = from_number(said.get("timestamp")) or received_at
    email = first_words(members(said.get("properties")), "email", "emailAddress").lower()
    return Incoming(
        kind=kind,
        message_id=short_id(words(said.get("uniqueId")) or f"sha256:{digest(body.decode(errors='replace'))}"),
        occurred_at=min(happened_at, received_at),
        name=name,
        user_id=identifier(said.get("visitorId")) or None,
        group_id=identifier(said.get("accountId")) or None,
        properties=properties,
        lookup={"email": email} if identifier(email) else {},
        active=said.get("event") != "emailUnsubscribed",
        proven=words(said.get("event")) not in RELAYED,
    )
