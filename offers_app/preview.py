"""How a template would read for one person, by the code that sends it. Nothing is stored."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from offers_app import claims, decide, limits, locales, mail_layout, payback, personalize, wording
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
    treatments: Sequence[Treatment],
    offer: Offer,
    person: Person,
    account: Account | None,
    evidence: Mapping[str, Any],
    locale: str,
    default: str,
    now: datetime,
) -> list[Shown]:
    """Each channel of a template, in the language that this person would get."""
    chain = locales.chain(locale or person.locale, default)
    known = claims.load([person.pk], now.date())
    found = []
    for channel in Channel.values:
        treatment = decide.localized([one for one in treatments if one.channel == channel], chain)
        if treatment:
            found.append(_shown(treatment, offer, person, account, evidence, known, now))
    return found


def _shown(
    treatment: Treatment,
    offer: Offer,
    person: Person,
    account: Account | None,
    evidence: Mapping[str, Any],
    known: claims.Known,
    now: datetime,
) -> Shown:
    locale = treatment.locale
    context = personalize.context(person, account, offer, evidence, now, locale)
    doubt = treatment.template.hesitation
    context |= claims.fields(known, person, account, evidence, locale, doubt, offer.product_id)
    context |= payback.fields(context, personalize.spoken(person.locale, locale))
    try:
        content = wording.proposition_content(
            treatment, offer, context, channel=treatment.channel, proposition_id=str(uuid.UUID(int=0))
        )
    except wording.WordingError as error:
        return Shown(treatment, error=f"Nothing would be sent: {error}.")
    length = limits.told(treatment.channel, wording.parts(treatment.channel, content))
    html = (
        mail_layout.page(content, dict.fromkeys(CONTROLS, "#"))[0]
        if treatment.channel == Channel.EMAIL
        else ""
    )
    return Shown(treatment, content, length=length, html=html, sources=claims.used(context))
