"""What a back-test found so far, as it is kept in `BackTest.result`: sums, so that it goes on where it was.

Keys and numbers only: names are looked up when it is shown, and go with whoever is forgotten.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from signals_app.rehearse import Hit
from signals_app.subjects import Subject
from upsell_project.lib import bulk

SAMPLES = 50
NEAR = timedelta(days=7)


@dataclass
class Tally:
    """`days`: how many moments by day (UTC). `overlap`: how many of them lie within a week of a signal of another
    definition. `of`: how many subjects there are (about, where `share` of them is looked at)."""

    of: int = 0
    share: float = 1.0
    looked_at: int = 0
    left_out: int = 0
    total: int = 0
    subjects: int = 0
    days: dict[str, int] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)
    overlap: dict[str, int] = field(default_factory=dict)
    samples: list[dict[str, Any]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    upto: int = 0
    last: int = 0
    tries: int = 0

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def add(self, subjects: Sequence[Subject], hits: Sequence[Sequence[Hit]], left_out: int) -> None:
        found = [hit for those in hits for hit in those]
        self.looked_at += len(subjects) - left_out
        self.left_out += left_out
        self.total += len(found)
        self.subjects += sum(bool(those) for those in hits)
        self.days = dict(Counter(self.days) + Counter(hit.at.date().isoformat() for hit in found))
        self.people = sorted({*self.people, *(hit.person for hit in found)})
        self.accounts = sorted({*self.accounts, *(hit.account for hit in found if hit.account)})
        firsts = [those[0] for those in hits if those]
        self.samples = sorted([*self.samples, *map(_sample, firsts)], key=_drawn)[:SAMPLES]

    def add_overlap(self, definition_id: int, about_person: bool, hits: Iterable[Hit]) -> None:
        whose = "person" if about_person else "account"
        records = [
            {"n": number, "whose": getattr(hit, whose), "since": hit.at - NEAR, "until": hit.at + NEAR}
            for number, hit in enumerate(hits)
        ]
        rows = bulk.execute(_OVERLAP.format(whose=whose), records, definition_id)
        self.overlap = dict(Counter(self.overlap) + Counter(dict(rows)))


def _sample(hit: Hit) -> dict[str, Any]:
    return {**asdict(hit), "at": hit.at.isoformat()}


def _drawn(sample: dict[str, Any]) -> str:
    """A random order that stays: of all subjects each has the same chance, also of a test that was interrupted."""
    return hashlib.sha256(f"{sample['person']} {sample['account']} {sample['at']}".encode()).hexdigest()


def series(days: dict[str, int], first: date, last: date) -> list[tuple[date, int]]:
    """Every day, also those without."""
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [(day, days.get(day.isoformat(), 0)) for day in every]


def moments(first: date, last: date, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last moment of these days (UTC) that are over."""
    begins = datetime.combine(first, datetime.min.time(), now.tzinfo)
    ends = datetime.combine(last + timedelta(days=1), datetime.min.time(), now.tzinfo)
    return begins, min(ends - timedelta.resolution, now)


_OVERLAP = """
SELECT d.slug, count(DISTINCT r.n) FROM json_to_recordset(%s)
    AS r(n int, whose bigint, since timestamptz, until timestamptz)
JOIN signals_app_signal s ON s.{whose}_id = r.whose AND s.detected_at BETWEEN r.since AND r.until
JOIN signals_app_signaldefinition d ON d.id = s.definition_id AND d.id <> %s
GROUP BY d.slug
"""
