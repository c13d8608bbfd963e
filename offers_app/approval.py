"""What a claim must be to be saved, and the approval without which no text says it: for the admin and the API alike."""

import hashlib
import json
from collections.abc import Collection

from offers_app import claims, linted
from offers_app.models import Claim
from signals_app.models import Segment
from upsell_project.lib import clock

_NOT_READ = frozenset({"id", "approved_by", "approved_at"})


def faults(claim: Claim) -> dict[str, list[str]]:
    """Sentences by field."""
    found = {name: [sentence] for name, sentence in claims.faults(claim, clock.now()).items()}
    if claim.segment and not Segment.objects.filter(slug=claim.segment).exists():
        found["segment"] = [f"There is no segment {claim.segment}."]
    if "texts" not in found and (refused := linted.of_claim(claim)):
        found["texts"] = [linted.sentence(one) for one in refused]
    return found


def fingerprint(claim: Claim) -> str:
    """Of all that is approved with it: another source, figure, product or end is another claim."""
    names = [field.attname for field in Claim._meta.fields if field.name not in _NOT_READ]
    said = {name: getattr(claim, name) for name in names}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def give(rows: Collection[Claim], by: str) -> None:
    """Somebody has read the sources, and they say so."""
    at = clock.now()
    for claim in rows:
        claim.approved_by, claim.approved_at = by, at
    _keep(rows)


def take_back(rows: Collection[Claim]) -> None:
    for claim in rows:
        lose(claim)
    _keep(rows)


def lose(claim: Claim) -> None:
    """Before a changed one is saved: what was approved was something else."""
    claim.approved_by, claim.approved_at = "", None


def _keep(rows: Collection[Claim]) -> None:
    Claim.objects.bulk_update(rows, ["approved_by", "approved_at"])
