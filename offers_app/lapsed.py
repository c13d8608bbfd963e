"""Texts and offers whose waiver ended: from then they are neither sent nor shown. Part of the job "sweeps".

What a newer release refuses stays live without a waiver, as nobody decided about it; here somebody did, and for a time.
A mail and what is decided anew is stopped by whoever asks (`among`, `stopped`). What waits to be seen in the app is
withdrawn by the job, so that showing it asks nothing: a minute after the end, when whoever was writing one is done.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Q, QuerySet

from offers_app import linted
from offers_app.models import LintWaiver, Offer, Proposition, Treatment
from people_app.models import Channel
from upsell_project.lib import clock

CHUNK = 500
SETTLED = timedelta(minutes=1)


def some(now: datetime) -> Exists:
    """Whether there is a waiver that ended at all, for a statement that is asked anyway."""
    return Exists(LintWaiver.objects.filter(_ended(now)))


def among(rows: Iterable[Treatment | Offer], now: datetime) -> dict[str, str]:
    """By subject, what stops those that are refused again since their waiver ended. One statement; more where one may
    be stopped."""
    named = {linted.subject(row): row for row in rows}
    ended = set(
        LintWaiver.objects.filter(_ended(now), subject__in=named).values_list(
            "subject", "fingerprint", "rule"
        )
    )
    asked = [named[subject] for subject in sorted({subject for subject, _, _ in ended})]
    prints = {linted.subject(row): linted.fingerprint(row) for row in asked}
    return {
        name: f"The waiver of {one.rule} for {name} has ended."
        for name, found in linted.refused(asked).items()
        for one in found
        if (name, prints[name], one.rule) in ended
    }


def live_refusals() -> list[str]:
    """A sentence for each error that nobody waives now, in all that somebody may be shown or enter: what was never
    waived stays live, for staff to mend, as a newer release may refuse what an older one let through."""
    rows = linted.live_rows()
    ended = among(rows, clock.now())
    texts = [f"{said} Stopped: {ended[name]}" if name in ended else said for name, said in linted.told(rows)]
    return [*texts, *(sentence for asked in linted.ALSO_LIVE for sentence in asked())]


def stopped(keys: Collection[UUID], now: datetime) -> dict[UUID, str]:
    """Of these propositions those whose text or offer is stopped, and why. One statement where no waiver ever ended."""
    if not keys or not LintWaiver.objects.filter(_ended(now)).exists():
        return {}
    rows = Proposition.objects.filter(pk__in=keys).select_related("treatment__template", "offer__product")
    said = {row.pk: [one for one in (row.treatment, row.offer) if one is not None] for row in rows}
    found = among((one for ones in said.values() for one in ones), now)
    subjects = {pk: [linted.subject(one) for one in ones] for pk, ones in said.items()}
    reasons = {
        pk: next((found[name] for name in names if name in found), "") for pk, names in subjects.items()
    }
    return {pk: reason for pk, reason in reasons.items() if reason}


def waiting() -> bool:
    """Whether a waiver ended of which nothing was withdrawn yet."""
    return _unnoticed().exists()


@transaction.atomic
def withdraw() -> bool:
    """Withdraw from the app some of what one waiver excused. False: none has ended since."""
    waiver = _unnoticed().select_for_update(skip_locked=True).order_by("pk").first()
    if waiver is None:
        return False
    live = _shown_by(waiver).order_by("pk").select_for_update(of=("self",))
    held = list(live.values_list("pk", flat=True)[:CHUNK])
    Proposition.objects.filter(pk__in=held).update(state=Proposition.State.ENDED)
    if len(held) < CHUNK:
        waiver.noticed_at = clock.now()
        waiver.save(update_fields=["noticed_at"])
    return True


def _ended(now: datetime) -> Q:
    return Q(withdrawn_at__lte=now) | Q(until__lt=now.date())


def _unnoticed() -> QuerySet[LintWaiver]:
    return LintWaiver.objects.filter(_ended(clock.now() - SETTLED), noticed_at=None)


def _shown_by(waiver: LintWaiver) -> QuerySet[Proposition]:
    """What waits in the app because of it; nothing where its text was changed, waived again or passes by now."""
    live = Proposition.objects.filter(state=Proposition.State.LIVE, channel=Channel.IN_APP)
    row = _about(waiver)
    if row is None or not among([row], clock.now()):
        return live.none()
    return live.filter(offer=row) if isinstance(row, Offer) else live.filter(treatment=row)


def _about(waiver: LintWaiver) -> Treatment | Offer | None:
    kind, slug, *where = waiver.subject.split(" ")
    if kind == "offer":
        return Offer.objects.filter(slug=slug).select_related("product").first()
    channel, locale = where
    rows = Treatment.objects.filter(template__slug=slug, channel=channel, locale=locale)
    return rows.select_related("template").first()
