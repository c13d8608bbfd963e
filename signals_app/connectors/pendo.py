"""Pendo webhooks: guides shown, answers to NPS surveys and polls, and what is done in the app.

Source: support.pendo.io "Webhooks" (360032285012) and its tech note with example bodies of guides and polls.
Unverified: the encoding of the signature (hex and base64 are taken), the names of the fields that hold answers, and
the names of events other than those of guides, polls and NPS (page loads, track events, unsubscriptions). Pendo also
tells of clicks on features and of visitors and accounts that it sees for the first time: what those say is documented
nowhere that we could read, so they are answered and not taken.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from signals_app.connectors.base import (
    HookRequest,
    Parsed,
    elements,
    first_words,
    from_number,
    members,
    points,
    present,
    words,
)
from signals_app.connectors.shared import guidance
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_any
from signals_app.incoming import MAX_NAME, Incoming
from upsell_project.lib import signing

SCORES = ("rating", "npsRating", "score", "numericalRating", "value")
TEXTS = ("reason", "npsReason", "comment", "text", "qualitativeResponse", "feedback")
Said = dict[str, Any]


class Pendo(JsonConnector):
    kind: ClassVar[str] = "pendo"
    label: ClassVar[str] = "Pendo"
    beta: ClassVar[str] = (
        "How Pendo encodes its signature and names the answers to surveys could not be confirmed: both encodings and "
        "several names are taken. Clicks on features are not taken."
    )
    setup: ClassVar[str] = (
        "In Pendo add a URL webhook with this URL for guides, polls, NPS and track events, and enter its secret here."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get("x-pendo-signature", "").strip()
        check_any(
            secrets,
            [given, given.lower()],
            lambda secret: [signing.hex_mac(secret, request.body), signing.base64_mac(secret, request.body)],
        )

    def read(self, said: Said, arrival: Arrival) -> Parsed:
        happened = _happened(words(said.get("event")), members(said.get("properties")))
        return Parsed([_item(said, *happened, arrival)] if happened else [])


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


def _item(said: Said, kind: str, name: str, properties: Said, arrival: Arrival) -> Incoming:
    item = guidance.happened(
        arrival,
        name,
        properties,
        id=words(said.get("uniqueId")),
        at=from_number(said.get("timestamp")),
        user=said.get("visitorId"),
        account=said.get("accountId"),
        email=first_words(members(said.get("properties")), "email", "emailAddress"),
    )
    event = words(said.get("event"))
    return replace(item, kind=kind, active=event != "emailUnsubscribed", proven=event not in RELAYED)
