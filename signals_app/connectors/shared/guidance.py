"""What tools for in-app guidance have in common: guides that are shown, scores and forms that are answered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from signals_app.connectors.base import first_words, identifier, points, present
from signals_app.connectors.shared.json_body import Arrival
from signals_app.incoming import Incoming

_MARKS = re.compile(r"[\s_.:-]+")


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names a tool's details are looked for, the likeliest first."""

    text: tuple[str, ...]
    title: tuple[str, ...]
    id: tuple[str, ...]
    question: tuple[str, ...]
    score: tuple[str, ...] = ("score",)


def spoken(event: str) -> str:
    """`Flow Completed`, `flow_completed` and `flow.completed` are the same event."""
    return _MARKS.sub(" ", event.lower()).strip()


def properties(name: str, detail: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Of an answer to NPS, of another answer, or of a guide."""
    text, title = first_words(detail, *names.text), first_words(detail, *names.title)
    if name == "NPS Submitted":
        scores = (points(detail.get(one)) for one in names.score)
        return present(score=next((score for score in scores if score is not None), None), text=text)
    if name == "Survey Answered":
        question = first_words(detail, *names.question)
        return present(survey=title, question=question, answer=text, text=text)
    return present(guide_id=first_words(detail, *names.id), guide=title)


def happened(
    arrival: Arrival,
    name: str,
    about: dict[str, Any],
    *,
    id: str,
    at: datetime | None,
    user: Any,
    account: Any,
    email: str,
) -> Incoming:
    """The event, of whoever these name: ids as the tool has them, from the customer's own product."""
    return Incoming(
        kind="track",
        message_id=arrival.id(id),
        occurred_at=arrival.at(at),
        name=name,
        user_id=identifier(user) or None,
        group_id=identifier(account) or None,
        properties=about,
        lookup={"email": email.lower()} if identifier(email) else {},
    )
