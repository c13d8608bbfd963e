"""Typeform answers: scores become NPS, words become feedback, the rest becomes answers of a survey.

Source: typeform.com/developers/webhooks, "Secure your webhooks".
Unverified: that the definition in a webhook tells the steps of an opinion scale (without them only 0 to 10 is taken
for NPS); in which steps Typeform repeats a delivery, and when failures make it give up a webhook.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from signals_app.connectors.base import (
    LATER,
    MAX_TEXT,
    HookRequest,
    Parsed,
    elements,
    from_iso,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import signing

_NPS_STEPS = 11
Said = tuple[str, dict[str, Any]]


class Typeform(JsonConnector):
    kind: ClassVar[str] = "typeform"
    label: ClassVar[str] = "Typeform"
    beta: ClassVar[str] = (
        "Whether an opinion scale is NPS is told by its number of steps, where Typeform sends it."
    )
    setup: ClassVar[str] = (
        "Form > Connect > Webhooks: enter this URL and a secret. Give the form the hidden fields `user_id`, "
        "`account_id` and `offer_id`, so that answers find their person."
    )
    lists: ClassVar[tuple[str, ...]] = ("form_response.answers",)
    most: ClassVar[int] = 1_000

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get("typeform-signature", "").strip()
        check_mac(secrets, [given], lambda secret: "sha256=" + signing.base64_mac(secret, request.body))

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        form = members(said.get("form_response"))
        if not form:
            return arrival.unusable("the body holds no form_response", "form_response")
        item = _addressed(form)
        if not (item.hinted_user or item.account_ids or item.lookup):
            path = "form_response.hidden"
            return arrival.unusable("the answers name nobody: give the form a hidden user_id", path)
        item.occurred_at = arrival.at(from_iso(form.get("submitted_at")))
        event_id = arrival.id(words(said.get("event_id")) or words(form.get("token")))
        about = _about(form)
        return Parsed(
            [
                replace(item, message_id=_numbered(event_id, at), name=name, properties=properties | about)
                for at, (name, properties) in enumerate(_read(form), start=1)
            ]
        )


def _numbered(event_id: str, position: int) -> str:
    return short_id(event_id if position == 1 else f"{event_id}:{position}")


def _addressed(form: dict[str, Any]) -> Incoming:
    """By the hidden fields; the address that was typed into the form is only where else to look.

    Whoever fills in the form may have written the hidden fields into its URL: they make no person, no member and no
    account.
    """
    hidden = members(form.get("hidden"))
    typed = (identifier(members(answer).get("email")).lower() for answer in elements(form.get("answers")))
    email = identifier(hidden.get("email")).lower() or next((address for address in typed if address), "")
    phones = (identifier(members(answer).get("phone_number")) for answer in elements(form.get("answers")))
    phone = next((number for number in phones if number), "")
    account = identifier(hidden.get("account_id"))
    return Incoming(
        kind="track",
        message_id="",
        occurred_at=LATER,
        hinted_user=identifier(hidden.get("user_id")),
        account_ids={"group_id": account} if account else {},
        lookup={name: value for name, value in (("email", email), ("phone", phone)) if value},
        active=False,
        proven=False,
    )


def _about(form: dict[str, Any]) -> dict[str, str]:
    title = words(members(form.get("definition")).get("title")) or words(form.get("form_id"))
    offer = identifier(members(form.get("hidden")).get("offer_id"))
    return present(survey=title[:200], response_id=identifier(form.get("token")), offer_id=offer)


def _read(form: dict[str, Any]) -> Iterator[Said]:
    """One event a score or choice. The first words explain the first score; further ones stand alone."""
    fields = {
        words(members(field).get("id")): members(field)
        for field in elements(members(form.get("definition")).get("fields"))
    }
    answers = [members(answer) for answer in elements(form.get("answers"))]
    texts = [answer for answer in answers if words(answer.get("text"))]
    explained = False
    for answer in answers:
        field = members(answer.get("field"))
        question = {**fields.get(words(field.get("id")), {}), **field}
        score = answer.get("number")
        if isinstance(score, int | float) and not isinstance(score, bool):
            name, properties = _scored(question, score)
            if name != "Survey Answered" and texts and not explained:
                properties["text"], explained = words(texts.pop(0).get("text"))[:MAX_TEXT], True
            yield name, properties
        elif chosen := _chosen(answer):
            yield "Survey Answered", _question(question) | {"answer": chosen[:MAX_TEXT]}
    for answer in texts:
        field = members(answer.get("field"))
        question = {**fields.get(words(field.get("id")), {}), **field}
        yield "Feedback Submitted", _question(question) | {"text": words(answer.get("text"))[:MAX_TEXT]}


def _scored(question: dict[str, Any], score: float) -> Said:
    """A star rating is no NPS: five of five stars would count as a detractor."""
    kind, steps = words(question.get("type")), members(question.get("properties")).get("steps")
    if kind == "nps" or (kind == "opinion_scale" and steps in (None, _NPS_STEPS) and 0 <= score <= 10):
        return "NPS Submitted", {"score": score}
    if kind in ("rating", "opinion_scale"):
        scale = {"scale": steps} if isinstance(steps, int) else {}
        return "Feedback Submitted", _question(question) | {"score": score} | scale
    return "Survey Answered", _question(question) | {"answer": score}


def _question(question: dict[str, Any]) -> dict[str, Any]:
    return present(question=words(question.get("ref"))[:200], title=words(question.get("title"))[:500])


def _chosen(answer: dict[str, Any]) -> str:
    choice = members(answer.get("choice"))
    labels = [words(label) for label in elements(members(answer.get("choices")).get("labels"))]
    yes = answer.get("boolean")
    if isinstance(yes, bool):
        return "yes" if yes else "no"
    return words(choice.get("label")) or words(choice.get("other")) or ", ".join(filter(None, labels))
