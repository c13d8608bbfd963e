"""The linter over stored texts: what is wrong with a treatment or an offer, and what staff waived of it."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Q

from offers_app import limits, media, whatsapp_form, wording
from offers_app.linter import check
from offers_app.linter.draft import Draft, Finding, Terms
from offers_app.models import Claim, LintWaiver, Offer, Product, Treatment
from people_app.models import Channel
from upsell_project.lib import clock

KEPT = 500
"""So many texts of which each process remembers what is wrong with them."""
IN_USE: list[Callable[[], Iterable[str]]] = []
"""What says which templates somebody may get a text of right now; the app above adds its playbooks."""
ALSO_LIVE: list[Callable[[], Iterable[str]]] = []
"""What says what else is live and refused, a sentence each; the app above adds the steps of its playbooks."""


def draft(row: Treatment | Offer) -> Draft:
    """What the linter judges of it. An offer that is not for sale has no terms to judge."""
    if isinstance(row, Offer):
        texts = {"name": row.name, **dict(_strings(row.fields, "fields"))}
        return Draft(texts, "", terms=_terms(row.product) if row.product else None)
    shown = (
        frozenset(wording.CONTROLS) if row.channel == Channel.IN_APP else None
    )  # mails have them in their layout
    texts = {name: text for name in limits.TEXTS if (text := getattr(row, name)) or name in ("body", "why")}
    return Draft(
        texts | _words(row.media) | whatsapp_form.variables(row.form), row.channel, row.locale, shown
    )


def of_claim(claim: Claim) -> list[Finding]:
    """Its errors, but that what it says of others has no source: it has."""
    drafts = [Draft({"texts": text}, "", locale) for locale, text in claim.texts.items()]
    found = [one for each in drafts for one in check.findings(each)]
    return [one for one in found if one.blocks and one.rule != "unsourced-claim"]


def _words(shown: Any) -> dict[str, str]:
    """What a picture or a video says of itself."""
    given = shown if isinstance(shown, Mapping) else {}
    return {
        f"media.{name}": text for name in media.WORDS.values() if isinstance(text := given.get(name), str)
    }


def subject(row: Treatment | Offer) -> str:
    """How a waiver names it; no key, so that the record outlives the row."""
    if isinstance(row, Offer):
        return f"offer {row.slug}"
    return f"template {row.template.slug} {row.channel} {row.locale}"


def live_rows() -> list[Treatment | Offer]:
    """All that somebody may be shown right now."""
    slugs = {slug for asked in IN_USE for slug in asked()}
    live = Offer.objects.filter(live=True).values_list("slug", flat=True)
    return rows(slugs, list(live))


def in_use(slugs: Collection[str]) -> frozenset[str]:
    """Those of these templates that a playbook sends right now."""
    return frozenset(slugs) & {slug for asked in IN_USE for slug in asked()} if slugs else frozenset()


def live(row: Treatment | Offer) -> bool:
    """Whether somebody may be shown it right now."""
    return row.live if isinstance(row, Offer) else row.template.slug in in_use([row.template.slug])


def refused(rows: Collection[Treatment | Offer]) -> dict[str, list[Finding]]:
    """By subject, the errors that nobody waived, in one statement for all of them."""
    drafts = {subject(row): draft(row) for row in rows}
    judged = {name: (_print(one), _errors(one)) for name, one in drafts.items()}
    waived = _waived({name: print_ for name, (print_, errors) in judged.items() if errors})
    left = {
        name: [one for one in errors if (name, print_, one.rule) not in waived]
        for name, (print_, errors) in judged.items()
    }
    return {name: errors for name, errors in left.items() if errors}


def rows(templates: Collection[str], offers: Collection[str]) -> list[Treatment | Offer]:
    """The texts of these templates, and those of these offers that are live, in three statements."""
    texts = Treatment.objects.filter(template__slug__in=templates).select_related("template")
    live = (
        Offer.objects.filter(slug__in=offers, live=True)
        .select_related("product")
        .prefetch_related("product__prices")
    )
    return [*texts.order_by("pk"), *live.order_by("pk")]


def refusals(rows: Collection[Treatment | Offer]) -> list[str]:
    """A sentence for each error that nobody waived; none: all of it may be sent."""
    return [said for _, said in told(rows)]


def told(rows: Collection[Treatment | Offer]) -> list[tuple[str, str]]:
    """The same, each with its subject."""
    found = [(name, one) for name, errors in refused(rows).items() for one in errors]
    return [(name, f"{name} {one.field}".strip() + f": {sentence(one)}") for name, one in found]


def sentence(finding: Finding) -> str:
    """What it says and quotes, with its rule and where the rule is from."""
    quoted = f"“{finding.quote}”: " if finding.quote else ""
    return f"{quoted}{finding.message} ({finding.rule}; {finding.citation})"


def waive(
    row: Treatment | Offer, by: str, because: str, rules: Collection[str], until: date | None = None
) -> list[LintWaiver]:
    """Set aside, for this wording, those of these rules that still refuse it."""
    found: dict[str, list[Finding]] = {}
    for one in refused([row]).get(subject(row), []):
        if one.rule in rules:
            found.setdefault(one.rule, []).append(one)
    whole = draft(row)
    common = {"subject": subject(row), "fingerprint": _print(whole), "text": _judged(whole)}
    rows = (
        LintWaiver(rule=rule, quotes=[one.quote for one in ones if one.quote], **common)
        for rule, ones in found.items()
    )
    made = [_named(waiver, by, because, until) for waiver in rows]
    return LintWaiver.objects.bulk_create(made)


def withdraw(waivers: Iterable[LintWaiver], by: str) -> list[LintWaiver]:
    """Those that stood until now. The caller holds the rows."""
    standing = [one for one in waivers if one.withdrawn_at is None]
    for one in standing:
        one.withdrawn_at, one.withdrawn_by = clock.now(), by
    LintWaiver.objects.bulk_update(standing, ["withdrawn_at", "withdrawn_by"])
    return standing


def fingerprint(row: Treatment | Offer) -> str:
    """Of everything that is judged: another letter is another text."""
    return _print(draft(row))


def _print(whole: Draft) -> str:
    return hashlib.sha256(json.dumps(_judged(whole), sort_keys=True).encode()).hexdigest()


def _named(waiver: LintWaiver, by: str, because: str, until: date | None) -> LintWaiver:
    waiver.by, waiver.because, waiver.until, waiver.at = by, because, until, clock.now()
    return waiver


def _judged(whole: Draft) -> dict[str, Any]:
    return {"texts": dict(whole.texts), "terms": asdict(whole.terms) if whole.terms else None}


def _errors(whole: Draft) -> tuple[Finding, ...]:
    return _blocking(tuple(whole.texts.items()), whole.channel, whole.locale, whole.controls, whole.terms)


@lru_cache(maxsize=KEPT)
def _blocking(
    texts: tuple[tuple[str, str], ...],
    channel: str,
    locale: str,
    controls: frozenset[str] | None,
    terms: Terms | None,
) -> tuple[Finding, ...]:
    """Of the same text the same each time, and reading one takes tens of milliseconds."""
    found = check.findings(Draft(dict(texts), channel, locale, controls, terms))
    return tuple(one for one in found if one.blocks)


def standing() -> Q:
    """Waivers that nobody took back and whose last day is not past."""
    return Q(withdrawn_at=None) & (Q(until=None) | Q(until__gte=clock.now().date()))


def _waived(prints: Mapping[str, str]) -> set[tuple[str, str, str]]:
    if not prints:
        return set()
    rows = LintWaiver.objects.filter(standing(), subject__in=prints, fingerprint__in=prints.values())
    return set(rows.values_list("subject", "fingerprint", "rule"))


def _terms(product: Product) -> Terms:
    """Of the first of its price list; nothing is said where there is none."""
    prices = product.prices.all() if product.pk else ()
    first = min(prices, key=lambda price: (price.currency, price.period), default=None)
    return Terms(str(first.amount), first.currency, first.period, first.renews) if first else Terms()


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _strings(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _strings(inner, f"{path}[{number}]")
