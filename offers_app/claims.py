"""Claims with their sources: which one may be said to whom, and which were said.

A text asks for `benefit`, `story` or `comparison`. Each is a record that somebody approved, that is still valid, and
that is about the reader's segment, their industry, or everybody, and about the offer's product or none. Without one the
merge field is missing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from babel.numbers import format_decimal

from offers_app import locales, personalize, terms_words
from offers_app.models import Claim
from people_app.models import Account, Person
from signals_app.models import SegmentMember

FIELDS = {
    Claim.Kind.BENEFIT: "benefit",
    Claim.Kind.CASE_STUDY: "story",
    Claim.Kind.COMPARISON: "comparison",
}
MOST = 1_000
"""Characters of a claim: it is a sentence within a message."""
MONTHLY = "monthly_"
"""With a currency behind it, the figure of what the product brings a month: `monthly_EUR`."""
DOUBTS = {"doubts_value": Claim.Hesitation.VALUE, "confused": Claim.Hesitation.EFFORT}
"""What a text of theirs said (`evidence.intent`), as the doubt that it shows. It goes before the template's."""


@dataclass(slots=True)
class Known:
    """The claims that may be said at all, and which people are in the segments that they are about."""

    claims: Sequence[Claim] = ()
    members: Mapping[int, set[str]] = field(default_factory=dict)


class Told(Mapping[str, Any]):
    """A claim as a merge field: `text`, `figures`, `source`, `date`. Knows whether a text made use of it."""

    def __init__(self, claim: Claim, fields: Mapping[str, Any]) -> None:
        self.claim, self.fields, self.used = claim, fields, False

    def __getitem__(self, name: str) -> Any:
        found = self.fields[name]
        self.used = True
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def __str__(self) -> str:
        return str(self["text"])


def load(people: Iterable[int], today: date) -> Known:
    """One statement; a second where claims are about segments."""
    valid = Claim.objects.exclude(approved_by="").filter(approved_at__isnull=False, valid_until__gte=today)
    found = list(valid.order_by("slug"))
    slugs = {claim.segment for claim in found if claim.segment}
    members: dict[int, set[str]] = defaultdict(set)
    if slugs:
        rows = SegmentMember.objects.filter(
            segment__slug__in=slugs, segment__live=True, person_id__in=set(people)
        )
        for person, slug in rows.values_list("person_id", "segment__slug"):
            members[person].add(slug)
    return Known(found, members)


def fields(
    known: Known,
    person: Person,
    account: Account | None,
    evidence: Mapping[str, Any],
    locale: str,
    hesitation: str = "",
    product: int | None = None,
) -> dict[str, Told]:
    """The merge fields `benefit`, `story`, `comparison`; one for which there is no claim is left out. `product`:
    what the offer sells."""
    doubt = DOUBTS.get(str(evidence.get("intent")), hesitation)
    told = {}
    for kind, name in FIELDS.items():
        about = [claim for claim in known.claims if claim.product_id in (None, product)]
        fitting = [claim for claim in about if claim.kind == kind]
        claim = choose(fitting, known.members.get(person.pk, set()), _industry(account), locale, doubt)
        if claim:
            told[name] = Told(claim, _said(claim, locale))
    return told


def choose(
    claims: Iterable[Claim], segments: set[str], industry: str, locale: str, hesitation: str
) -> Claim | None:
    """The one that answers the doubt, then the closest (product, segment, industry), then the newest."""
    may = [
        claim
        for claim in claims
        if (not claim.segment or claim.segment in segments)
        and (not claim.industry or claim.industry.lower() == industry)
        and locales.first(list(claim.texts), locales.same_language(locale))
    ]
    return min(may, key=lambda claim: _rank(claim, hesitation), default=None)


def _rank(claim: Claim, hesitation: str) -> tuple[bool, bool, bool, bool, int, str]:
    answers = bool(hesitation) and claim.hesitation == hesitation
    age = -claim.source_date.toordinal()
    return not answers, not claim.product_id, not claim.segment, not claim.industry, age, claim.slug


def used(context: Mapping[str, Any]) -> list[dict[str, str]]:
    """Which claims a rendered text spoke of, to be stored: `[{claim, kind, source, url, date}]`."""
    return [_record(told.claim) for told in context.values() if isinstance(told, Told) and told.used]


def _record(claim: Claim) -> dict[str, str]:
    return {
        "claim": claim.slug,
        "kind": claim.kind,
        "source": claim.source_name,
        "url": claim.source_url,
        "date": claim.source_date.isoformat(),
    }


def _industry(account: Account | None) -> str:
    return account.industry.strip().lower() if account and account.industry else ""


def _said(claim: Claim, locale: str) -> dict[str, Any]:
    text = locales.first(list(claim.texts), locales.same_language(locale))
    spoken = personalize.spoken("", locale)
    figures = {
        name: format_decimal(figure, locale=spoken)
        for name, value in claim.figures.items()
        if (figure := terms_words.number(value)) is not None
    }
    return {
        "text": claim.texts[text] if text else "",
        "figures": figures,
        "source": claim.source_name,
        "date": personalize.day(claim.source_date, spoken),
    }


def faults(claim: Claim, now: datetime) -> dict[str, str]:
    """What keeps a record from being saved, by field."""
    found = {}
    if not isinstance(claim.texts, dict) or not claim.texts:
        found["texts"] = 'Write {"en": "..."}: a sentence for each language.'
    elif wrong := list(filter(None, map(locales.fault, claim.texts))):
        found["texts"] = " ".join(wrong)
    elif wrong := [name for name, text in claim.texts.items() if not _is_plain(text)]:
        plain = f"write plain sentences of at most {MOST:,} characters, without markup, fields or line breaks"
        found["texts"] = f"{', '.join(wrong)}: {plain}."
    if not isinstance(claim.figures, dict) or any(
        terms_words.number(value) is None for value in claim.figures.values()
    ):
        found["figures"] = 'Write numbers by name: {"hours": 7}.'
    elif fault := _fault_of_monthly(claim):
        found["figures"] = fault
    if not claim.source_url.startswith("https://"):
        found["source_url"] = "Write an address that begins with https://."
    if claim.source_date and claim.source_date > now.date():
        found["source_date"] = "A source cannot be of the future."
    if claim.source_date and claim.valid_until and claim.valid_until < claim.source_date:
        found["valid_until"] = "It would end before it was published."
    return found


def _fault_of_monthly(claim: Claim) -> str:
    """What is wrong with what it says that a product brings a month; empty: nothing."""
    for name in [name for name in claim.figures if name.startswith(MONTHLY)]:
        value = terms_words.number(claim.figures[name])
        if not re.fullmatch("[A-Z]{3}", name.removeprefix(MONTHLY)) or value is None or value <= 0:
            return 'Write more than 0 of a currency: {"monthly_EUR": 160}.'
        if claim.kind != Claim.Kind.BENEFIT or not claim.product_id:
            return f"{name} is what a product brings: choose the product, and the kind Benefit."
    return ""


def _is_plain(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text.strip()) <= MOST and not set("<>{}\n\r") & set(text)
