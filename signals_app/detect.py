"""Notice the moments: run all live definitions over what is new, in bulk, and keep what was found with its evidence."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from signals_app.detectors import DETECTORS
from signals_app.detectors.base import Batch, Evidence, Finding
from signals_app.models import Signal, SignalDefinition


def signals(batch: Batch, definitions: Sequence[SignalDefinition], now: datetime) -> list[Signal]:
    """The signals that these new facts complete; found again they are not signaled again."""
    by_kind: dict[str, list[SignalDefinition]] = defaultdict(list)
    for definition in definitions:
        by_kind[definition.detector].append(definition)
    findings = [f for kind, list_ in sorted(by_kind.items()) for f in DETECTORS[kind].find(list_, batch, now)]
    return _keep(findings, now) if findings else []


def refresh(found: Sequence[Signal], now: datetime) -> dict[int, Evidence | None]:
    """The evidence of each signal as it stands now; None when it is no longer true or the signal has expired."""
    fresh: dict[int, Evidence | None] = {signal.pk: None for signal in found}
    by_kind: dict[str, list[Signal]] = defaultdict(list)
    for signal in found:
        if signal.expires_at > now:
            by_kind[signal.definition.detector].append(signal)
    for kind, list_ in by_kind.items():
        fresh |= DETECTORS[kind].refresh(list_, now)
    return fresh


def _keep(findings: Sequence[Finding], now: datetime) -> list[Signal]:
    wanted = {finding.key: _signal(finding, now) for finding in findings}
    Signal.objects.bulk_create(wanted.values(), ignore_conflicts=True)
    kept = Signal.objects.filter(dedupe_key__in=wanted, detected_at=now).select_related("definition")
    return list(kept.order_by("pk"))


def _signal(finding: Finding, now: datetime) -> Signal:
    definition = finding.definition
    return Signal(
        definition=definition,
        definition_version=definition.version,
        person_id=finding.person_id,
        account_id=finding.account_id,
        evidence=finding.evidence,
        confidence=definition.confidence,
        detected_at=now,
        expires_at=now + timedelta(hours=definition.lifetime_hours),
        dedupe_key=finding.key,
    )
