"""Use against a limit: fires at a share of the limit and is armed again only well below it (hysteresis).

Config: `{"resources": ["*"] | [slugs], "fire_at": 0.8, "rearm_below": 0.7}`; shares, `fire_at` inclusive.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from people_app import entitlements
from people_app.models import Account, Person
from signals_app import usage
from signals_app.detectors.base import Batch, Evidence, Finding, number
from signals_app.ingest import Stored
from signals_app.models import DetectorState, Meter, Signal, SignalDefinition
from signals_app.models.meter import Window
from upsell_project.lib import bulk


@dataclass(slots=True)
class Level:
    """How full one resource of one account is in the current window of its meter.

    What is held and not used up (seats), and what a rolling window counts, does not begin anew: one period for ever.
    """

    account_id: int
    resource: str
    period: date
    used: Decimal
    cap: Decimal

    @property
    def share(self) -> Decimal:
        return self.used / self.cap


def find(definitions: Sequence[SignalDefinition], batch: Batch, now: datetime) -> list[Finding]:
    levels = _levels({change.account_id for change in batch.changes} | batch.changed_accounts, now)
    if not levels:
        return []
    fired = _fired(definitions, levels)
    _rearm(definitions, levels, fired)
    full = [
        (definition, level)
        for definition in definitions
        for level in levels
        if _watches(definition, level)
        and level.share >= Decimal(str(definition.config["fire_at"]))
        and (definition.pk, level.account_id, level.resource, level.period) not in fired
    ]
    actors = _actors(batch) if full else {}
    due = [(definition, level, one) for definition, level in full if (one := _actor(level, actors))]
    meters = {meter.resource: meter for meter in Meter.objects.all()} if due else {}
    return [
        Finding(
            definition,
            one.person_id,
            level.account_id,
            _evidence(level, meters.get(level.resource), now) | {"event_ids": [one.event_id]},
            f"{definition.slug}:{level.account_id}:{level.resource}:{state}",
        )
        for (definition, level, one), state in zip(due, _fire([(d, x) for d, x, _ in due], now), strict=True)
        if state is not None
    ]


def refresh(signals: Sequence[Signal], now: datetime) -> Mapping[int, Evidence | None]:
    """The same resource as it stands now; nothing once it is below the re-arm bound or the period has turned."""
    levels = {
        (x.account_id, x.resource): x for x in _levels({s.account_id for s in signals if s.account_id}, now)
    }
    meters = {meter.resource: meter for meter in Meter.objects.all()}
    fresh: dict[int, Evidence | None] = {}
    for signal in signals:
        resource = signal.evidence["resource"]
        level = levels.get((signal.account_id or 0, resource))
        relevant = level is not None and level.share >= Decimal(str(signal.definition.config["rearm_below"]))
        fresh[signal.pk] = (
            signal.evidence | _evidence(level, meters.get(resource), now) if level and relevant else None
        )
    return fresh


Actors = dict[tuple[int, str], Stored]
_FACTS = ""


def _actors(batch: Batch) -> Actors:
    """The known people of these events by (account, resource): who last used the resource, or who brought the facts.

    Nobody else in the account: the offer says "you have used". A nameless visitor is nobody, and leaves the
    threshold armed for whoever comes next.
    """
    used = [(change.account_id, change.resource, change.last) for change in batch.changes]
    by_time = sorted(batch.stored, key=lambda one: one.item.occurred_at)
    told = [(one.account_id or 0, _FACTS, one) for one in by_time if one.item.account_traits]
    ids = {one.person_id for *_, one in [*used, *told] if one.person_id}
    known = set(Person.objects.filter(pk__in=ids, user_id__isnull=False).values_list("pk", flat=True))
    return {(account, resource): one for account, resource, one in [*told, *used] if one.person_id in known}


def _actor(level: Level, actors: Actors) -> Stored | None:
    return actors.get((level.account_id, level.resource)) or actors.get((level.account_id, _FACTS))


def _levels(account_ids: Iterable[int], now: datetime) -> list[Level]:
    ids = sorted(account_ids)
    if not ids:
        return []
    caps = entitlements.of(ids)
    totals = usage.totals(ids, now)
    seats = Account.objects.filter(pk__in=ids).values_list("pk", "seats_used")
    used = {key: amount for key, (amount, _) in totals.items()}
    held = {(pk, "seats"): Decimal(count) for pk, count in seats if count is not None}
    known = usage.facts_of(ids)
    meters = {meter.resource: meter for meter in Meter.objects.all()}
    return [
        Level(
            account,
            resource,
            usage.ALWAYS
            if (account, resource) in held
            else usage.period_of(meters.get(resource), now, known[account]),
            (used | held).get((account, resource), Decimal(0)),
            cap,
        )
        for (account, resource), cap in caps.items()
        if cap is not None and cap > 0
    ]


def _watches(definition: SignalDefinition, level: Level) -> bool:
    resources = definition.config.get("resources", ["*"])
    return "*" in resources or level.resource in resources


Key = tuple[int, int, str, date]


def _fired(definitions: Sequence[SignalDefinition], levels: Sequence[Level]) -> set[Key]:
    accounts = {level.account_id for level in levels}
    rows = DetectorState.objects.filter(definition__in=definitions, account_id__in=accounts)
    return set(rows.values_list("definition_id", "account_id", "resource", "period"))


def _rearm(definitions: Sequence[SignalDefinition], levels: Sequence[Level], fired: set[Key]) -> None:
    again = [
        {"definition": d.pk, "account": x.account_id, "resource": x.resource, "period": x.period}
        for d in definitions
        for x in levels
        if (d.pk, x.account_id, x.resource, x.period) in fired
        and x.share < Decimal(str(d.config["rearm_below"]))
    ]
    bulk.execute(
        "DELETE FROM signals_app_detectorstate s USING json_to_recordset(%s)"
        " AS r(definition bigint, account bigint, resource text, period date)"
        " WHERE s.definition_id = r.definition AND s.account_id = r.account AND s.resource = r.resource"
        " AND s.period = r.period",
        again,
    )


def _fire(due: Sequence[tuple[SignalDefinition, Level]], now: datetime) -> list[int | None]:
    """Disarm; of two workers that saw the same crossing only one gets an id back."""
    rows = bulk.execute(
        "INSERT INTO signals_app_detectorstate (definition_id, account_id, resource, period, fired_at)"
        " SELECT definition, account, resource, period, at FROM json_to_recordset(%s)"
        " AS r(definition bigint, account bigint, resource text, period date, at timestamptz)"
        " ON CONFLICT DO NOTHING RETURNING id, definition_id, account_id, resource, period",
        [
            {
                "definition": d.pk,
                "account": x.account_id,
                "resource": x.resource,
                "period": x.period,
                "at": now,
            }
            for d, x in sorted(due, key=lambda pair: (pair[0].pk, pair[1].account_id, pair[1].resource))
        ],
    )
    states = {tuple(row[1:]): row[0] for row in rows}
    return [states.get((d.pk, x.account_id, x.resource, x.period)) for d, x in due]


def _evidence(level: Level, meter: Meter | None, now: datetime) -> Evidence:
    evidence = {
        "resource": level.resource,
        "resource_label": meter.label if meter else level.resource,
        "verb": meter.verb if meter else "used",
        "used": number(level.used),
        "cap": number(level.cap),
        "percent": int(level.share * 100),
        "measured_at": now.isoformat(),
    }
    if meter is not None and meter.window != Window.CALENDAR:
        return evidence | {"window": usage.label_of(meter)}
    if level.period == usage.ALWAYS:
        return evidence
    return evidence | {"period": level.period.isoformat(), "period_label": usage.label_of(meter)}
