"""How a template would read for one person, by the code that sends it. Nothing is stored."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from offers_app import claims, decide, limits, mail_layout, wording
from offers_app.decide import Ask, Catalog
from offers_app.models import Offer, Treatment
from people_app.models import Account, Channel, Person

CONTROLS = ("cta", "secondary", "not_now", "no_more", "why", "unsubscribe")


@dataclass(slots=True)
class Shown:
    """One channel's text, or the sentence that says why there is none. `html` is a whole page, of a mail."""

    treatment: Treatment
    content: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    length: str = ""
    html: str = ""
    sources: Sequence[Mapping[str, str]] = ()


def channels(
    typed: Treatment,
    offer: Offer,
    person: Person,
    account: Account,
    evidence: Mapping[str, Any],
    now: datetime,
) -> list[Shown]:
    """Each channel of the template of this text, which need not be saved, in the language that the person would get."""
    asks = [
        Ask(person, account, [offer.slug], typed.template.slug, channel, evidence)
        for channel in Channel.values
    ]
    known = decide.catalog(asks, now, typed)
    return [shown for ask in asks if (shown := _shown(ask, known, known.offers[offer.slug]))]


def _shown(ask: Ask, known: Catalog, offer: Offer) -> Shown | None:
    treatment, _ = known.text(ask)
    if treatment is None:
        return None
    context = known.fields(ask, offer, treatment, ask.evidence)
    try:
        content = wording.proposition_content(
            treatment, offer, context, channel=ask.channel, proposition_id=str(uuid.UUID(int=0))
        )
    except wording.WordingError as error:
        return Shown(treatment, error=f"Nothing would be sent: {error}.")
    length = limits.told(ask.channel, wording.parts(ask.channel, content))
    mailed = ask.channel == Channel.EMAIL
    html = mail_layout.page(content, dict.fromkeys(CONTROLS, "#"))[0] if mailed else ""
    return Shown(treatment, content, length=length, html=html, sources=claims.used(context))
