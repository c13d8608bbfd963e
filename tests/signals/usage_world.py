"""Accounts, people and what they did, counted by the product and, beside it, by brute force over the raw events."""

import json
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from people_app.item import Move
from people_app.models import Account, Membership, Person
from signals_app import usage
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Event, Meter, RecountDue
from signals_app.usage import recount
from tests.build import a_source
from upsell_project.lib import bulk

METERS: dict[str, dict[str, Any]] = {
    "exports": {"event": "Exported"},
    "big_exports": {"event": "Exported", "where": {"kind.size": "big"}, "window": "rolling", "days": 3},
    "rows": {"event": "Exported", "aggregate": "sum", "property": "rows"},
    "rows_billed": {"event": "Exported", "aggregate": "sum", "property": "rows", "window": "billing"},
    "rows_lately": {
        "event": "Exported",
        "aggregate": "sum",
        "property": "rows",
        "window": "rolling",
        "days": 30,
    },
    "storage": {"event": "Measured", "aggregate": "last", "property": "kind.bytes"},
    "storage_lately": {
        "event": "Measured",
        "aggregate": "last",
        "property": "kind.bytes",
        "window": "rolling",
        "days": 2,
    },
    "files": {"event": "Exported", "aggregate": "distinct", "property": "files.0"},
    "files_billed": {
        "event": "Exported",
        "aggregate": "distinct",
        "property": "files.0",
        "window": "billing",
    },
    "files_lately": {
        "event": "Exported",
        "aggregate": "distinct",
        "property": "files.0",
        "window": "rolling",
        "days": 30,
    },
}


@dataclass(frozen=True)
class Did:
    """An event: by whom (under one of two names), in which account if it names one, and when."""

    person: int
    identity: int
    group: int | None
    name: str
    at: datetime
    properties: str

    @property
    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.properties)
        return found


@dataclass
class World:
    """Numbers stand for rows: people and accounts are named by their place in these lists."""

    accounts: list[Account] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    home: dict[int, int | None] = field(default_factory=dict)
    stored: list[Did] = field(default_factory=list)
    root: dict[int, int] = field(default_factory=dict)

    def build(self, accounts: int, people: int, now: datetime) -> None:
        self.accounts = [
            Account.objects.create(group_id=f"g{n}", created_at=now, timezone="Europe/Berlin")
            for n in range(accounts)
        ]
        self.root = {n: n for n in range(accounts)}
        for number in range(people):
            self.people.append(
                Person.objects.create(user_id=f"u{number}", first_seen_at=now, last_seen_at=now)
            )
            self.home[number] = None
            self.settle(number, number % accounts, now)
        self.source = a_source()
        for resource, fields in METERS.items():
            Meter.objects.create(resource=resource, label=resource, verb="used", **fields)
        self.recount()

    def settle(self, person: int, account: int | None, now: datetime) -> None:
        """The person's home is another one, or none they share with nobody else (two memberships)."""
        row = self.people[person]
        Membership.objects.filter(person=row).delete()
        chosen = [self.root[account]] if account is not None else [*{*self.root.values()}][:2]
        if account is None and len(chosen) < 2:
            return self.settle(person, chosen[0], now)
        for number in chosen:
            Membership.objects.create(person=row, account=self.accounts[number], joined_at=now)
        old, new = self.home[person], chosen[0] if account is not None else None
        self.home[person] = new
        ids = [self.accounts[n].pk if n is not None else None for n in (old, new)]
        usage.move([Move(row.pk, None, *ids)])
        return None

    def merge(self, kept: int, gone: int) -> None:
        kept, gone = self.root[kept], self.root[gone]
        if kept == gone:
            return
        winner, loser = self.accounts[kept], self.accounts[gone]
        for number, home in self.home.items():
            held = Membership.objects.filter(person=self.people[number], account=winner).exists()
            rows = Membership.objects.filter(person=self.people[number], account=loser)
            if held and rows.exists():
                rows.delete()
                self.home[number] = kept
                usage.move([Move(self.people[number].pk, None, None, winner.pk)])
            else:
                rows.update(account=winner)
                self.home[number] = kept if home == gone else home
        usage.merge(winner.pk, loser.pk)
        Account.objects.filter(pk=loser.pk).update(merged_into=winner)
        self.root = {n: kept if r == gone else r for n, r in self.root.items()}

    def facts(self, account: int, **fields: Any) -> None:
        row = self.accounts[self.root[account]]
        Account.objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
        usage.ask_recount([row.pk])

    def did(self, batch: list[Did]) -> list[usage.Change]:
        """What is new of a batch is stored and counted, as the pipeline does."""
        new = [one for n, one in enumerate(batch) if one not in self.stored and one not in batch[:n]]
        rows = Event.objects.bulk_create([self._event(one) for one in new])
        self.stored += new
        stored = [
            Stored(row.pk, self.source.pk, self._item(one), self.people[one.person].pk, self._counts_for(one))
            for row, one in zip(rows, new, strict=True)
        ]
        return usage.add(stored, usage.meters())

    def _event(self, one: Did) -> Event:
        return Event(
            source=self.source,
            message_id=repr(one)[:200],
            kind="track",
            name=one.name,
            person=self.people[one.person],
            identity_id=one.identity,
            account=self.accounts[one.group] if one.group is not None else None,
            properties=one.read,
            occurred_at=one.at,
            received_at=one.at,
        )

    def _item(self, one: Did) -> Incoming:
        return Incoming(kind="track", message_id="m", occurred_at=one.at, name=one.name, properties=one.read)

    def _counts_for(self, one: Did) -> int | None:
        number = self._number(one)
        return None if number is None else self.accounts[number].pk

    def _number(self, one: Did) -> int | None:
        return self.root[one.group] if one.group is not None else self.home[one.person]

    def recount(self) -> None:
        while recount.step():
            pass
        assert not usage.recounts_waiting()

    def counted(self, now: datetime) -> dict[tuple[int, str], Decimal]:
        """What the product says, without what is nothing."""
        ids = {self.accounts[n].pk: n for n in range(len(self.accounts))}
        found = usage.totals(ids, now)
        return {(ids[account], resource): used for (account, resource), (used, _) in found.items() if used}

    def by_hand(self, now: datetime) -> dict[tuple[int, str], Decimal]:
        """What the raw events say."""
        found = {}
        for number in set(self.root.values()):
            done = [one for one in self.stored if self._number(one) == number]
            account = Account.objects.get(pk=self.accounts[number].pk)
            for meter in Meter.objects.all():
                if used := expected(meter, account, done, now):
                    found[number, meter.resource] = used
        return found


def expected(meter: Meter, account: Account, done: list[Did], now: datetime) -> Decimal:
    """By the definition of the meter, an event at a time."""
    values = []
    for one in done:
        fits = all(dig(one.read, path) == wanted for path, wanted in meter.where.items())
        if fits and one.name == meter.event and within(meter, account, one.at, now):
            values.append((one.at, dig(one.read, meter.property) if meter.property else 1))
    if meter.aggregate == "distinct":
        return Decimal(
            len(
                {f"{value:g}" if isinstance(value, float | int) else value for _, value in values}
                - {None, ""}
            )
        )
    numbers = [(at, Decimal(str(value))) for at, value in values if is_number(value)]
    if meter.aggregate == "last":
        return max(numbers)[1] if numbers else Decimal(0)
    return sum((number for _, number in numbers), Decimal(0))


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal())


def dig(properties: Any, path: str) -> Any:
    for part in path.split("."):
        try:
            properties = properties[int(part)] if isinstance(properties, list) else properties[part]
        except (KeyError, IndexError, TypeError):
            return None
    return properties


def within(meter: Meter, account: Account, at: datetime, now: datetime) -> bool:
    zone = ZoneInfo(account.timezone or "UTC")
    then, today = at.astimezone(zone), now.astimezone(zone)
    if meter.window == "rolling":
        return 0 <= (today.date() - then.date()).days < (meter.days or 0)
    if meter.window == "billing" and account.period_started_at and account.billing_period:
        return start_of(account, at) == start_of(account, now)
    return (then.year, then.month) == (today.year, today.month)


def start_of(account: Account, at: datetime) -> date:
    """Every bill from five years back to five years on, written down; the last one not after `at`."""
    anchor = account.period_started_at
    assert anchor
    every = {"month": 1, "year": 12}[account.billing_period]
    starts = []
    for step in range(-60, 61, 1):
        months = anchor.year * 12 + anchor.month - 1 + step * every
        year, month = months // 12, months % 12 + 1
        starts.append(anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1])))
    return max(start for start in starts if start <= at).date()


def due() -> int:
    return RecountDue.objects.count()


def snapshot() -> list[tuple[Any, ...]]:
    """All totals as they are kept, without those that came to nothing."""
    sql = "SELECT account_id, resource, period, used FROM signals_app_metertotal WHERE used <> 0 ORDER BY 1, 2, 3"
    return bulk.select(sql)


EDGES = [
    datetime(2026, 3, 29, 0, 59, tzinfo=UTC),
    datetime(2026, 3, 31, 21, 30, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 1, 4, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 31, 11, 0, tzinfo=UTC),
]


def moments() -> list[datetime]:
    return [edge + timedelta(minutes=minutes) for edge in EDGES for minutes in (0, 1, 31, 60, 24 * 60)]
