"""The lint of playbooks: their steps, and every text and offer that they send."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from campaigns_app import pressure
from campaigns_app.models import ContactPolicy
from campaigns_app.playbook_lint import check
from campaigns_app.playbook_lint.refusing import asks_for_no
from campaigns_app.playbook_lint.written import Steps, Written
from offers_app import linted, locales
from offers_app.linter.draft import Finding
from offers_app.models import Offer, Placement, Treatment


def findings(steps: Steps, entry: Mapping[str, Any], texts: Sequence[Treatment | Offer]) -> list[Finding]:
    """Of the steps; `texts`: all that they send. Two statements."""
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
    return check.findings(Written(steps, entry, caps, pause, *texts_by, Placement.formats()))


def refusals(steps: Steps, entry: Mapping[str, Any], texts: Sequence[Treatment | Offer]) -> list[str]:
    """A sentence for each error of the steps, and for each of the texts that nobody waived; none: it may go live."""
    found = [one for one in findings(steps, entry, texts) if one.blocks]
    return [f"{one.field}: {linted.sentence(one)}" for one in found] + linted.refusals(texts)


def entry_refusals(entry: Mapping[str, Any]) -> list[str]:
    """Why nobody may enter by this rule."""
    if not asks_for_no(entry):
        return []
    rule = check.rules()["message-after-no"]
    because = "; ".join(rule.because)
    return [f"It lets in whoever said no. {rule.fix} ({rule.id}; {because})"]


def _channels(rows: Sequence[Treatment]) -> dict[str, frozenset[str]]:
    """By template."""
    slugs = {row.template.slug for row in rows}
    return {slug: frozenset(row.channel for row in rows if row.template.slug == slug) for slug in slugs}
