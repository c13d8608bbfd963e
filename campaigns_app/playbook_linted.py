"""The lint of playbooks: their steps, and every text and offer that they send."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.conf import settings

from campaigns_app import behind, pressure
from campaigns_app.models import ContactPolicy
from campaigns_app.playbook_lint import check
from campaigns_app.playbook_lint.refusing import asks_for_no, comes_of_no
from campaigns_app.playbook_lint.written import Steps, Written
from offers_app import linted, locales
from offers_app.linter.draft import Finding
from offers_app.models import Offer, Placement, Treatment
from upsell_project.lib.rules import meaning

Texts = Sequence[Treatment | Offer]


def findings(
    steps: Steps, entry: Mapping[str, Any], texts: Texts, signals: Collection[str] = ()
) -> list[Finding]:
    """Of the steps; `texts`: all that they send; `signals`: the slugs of those that begin it. Two statements, and those
    of `behind.rules`."""
    policy = ContactPolicy.objects.order_by("-version").first()
    caps, cooldowns = (
        (policy.caps, policy.cooldown_days)
        if policy
        else (pressure.DEFAULT_CAPS, pressure.DEFAULT_COOLDOWN_DAYS)
    )
    treatments = [row for row in texts if isinstance(row, Treatment)]
    last = set(locales.chain("", settings.DEFAULT_LOCALE))
    spoken = [row for row in treatments if locales.normal(row.locale) in last]
    pause = cooldowns.get("no_engagement", 0)
    texts_by = _channels(treatments), _channels(spoken)
    asked = {*meaning.named_in([entry, list(steps)]), *(("signal", slug) for slug in signals)}
    known = behind.rules(asked)
    written = Written(steps, entry, caps, pause, *texts_by, Placement.formats(), sorted(signals), known)
    return check.findings(written)


def refusals(
    steps: Steps, entry: Mapping[str, Any], texts: Texts, signals: Collection[str] = ()
) -> list[str]:
    """A sentence for each error of the steps, and for each of the texts that nobody waived; none: it may go live."""
    found = [one for one in findings(steps, entry, texts, signals) if one.blocks]
    return [f"{one.field}: {linted.sentence(one)}" for one in found] + linted.refusals(texts)


def entry_refusals(entry: Mapping[str, Any]) -> list[str]:
    """Why nobody may enter by this rule."""
    if not asks_for_no(entry, behind.rules(meaning.named_in(entry))):
        return []
    return [_after_no("It lets in whoever said no")]


def signal_refusals(slugs: Collection[str]) -> list[str]:
    """Why these signals may begin no playbook."""
    named = {("signal", slug) for slug in slugs}
    known = behind.rules(named)
    wrong = sorted(slug for sort, slug in named if comes_of_no((sort, slug), known))
    return [_after_no(f"The signal {slug} is found of whoever said no") for slug in wrong]


def _after_no(what: str) -> str:
    rule = check.rules()["message-after-no"]
    return f"{what}. {rule.fix} ({rule.id}; {'; '.join(rule.because)})"


def _channels(rows: Sequence[Treatment]) -> dict[str, frozenset[str]]:
    """By template."""
    slugs = {row.template.slug for row in rows}
    return {slug: frozenset(row.channel for row in rows if row.template.slug == slug) for slug in slugs}
