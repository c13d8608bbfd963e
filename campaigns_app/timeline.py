"""Everything that is known to have happened with one person, newest first."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from campaigns_app.models import Enrollment
from campaigns_app.timeline_lines import ALL, Lines, Row
from people_app.masking import without_addresses
from people_app.models import Person


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `kind` is event, signal, enrollment, decision, delivery, interaction or consent."""

    at: datetime
    kind: str
    summary: str
    data: Row


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """Where an entry stands. At one moment causes rank below their effects, so that the order never flips.

    `pk` is a UUID for some kinds, but it is only ever compared within one rank, which is one kind.
    """

    at: datetime
    rank: int
    pk: Any


_Found = tuple[_Place, Entry]


def entries(person: Person, limit: int = 100, before: str | None = None) -> tuple[list[Entry], str | None]:
    """Return at most `limit` entries older than the cursor `before`, and the next cursor (None at the end).

    Seven statements, whatever the length. Raises ValueError when the cursor is not one of ours.
    """
    cursor = _decode(before) if before else None
    found = list(_enrollments(person, cursor))
    for lines in ALL:
        found += _read(lines, person, limit + 1, cursor)
    found.sort(key=lambda pair: pair[0], reverse=True)
    page = found[:limit]
    return [entry for _, entry in page], _encode(page[-1][0]) if page and len(found) > limit else None


def _read(lines: Lines, person: Person, limit: int, cursor: _Place | None) -> list[_Found]:
    rows = lines.rows(person).filter(_older(lines.rank, cursor)).order_by("-moment", "-pk")
    columns = {f"_{name}": F(path) for name, path in lines.columns.items()}
    return [_line(lines, row) for row in rows.values("pk", "moment", **columns)[:limit]]


def _line(lines: Lines, row: Row) -> _Found:
    data = without_addresses({name: row[f"_{name}"] for name in lines.columns})
    entry = Entry(row["moment"], lines.kind, lines.summary(data), {"id": row["pk"]} | data)
    return _Place(row["moment"], lines.rank, row["pk"]), entry


def _older(rank: int, cursor: _Place | None) -> Q:
    if cursor is None:
        return Q()
    if rank != cursor.rank:
        return Q(moment__lte=cursor.at) if rank < cursor.rank else Q(moment__lt=cursor.at)
    return Q(moment__lte=cursor.at) & (Q(moment__lt=cursor.at) | Q(pk__lt=cursor.pk))


def _encode(place: _Place) -> str:
    plain = json.dumps([place.at.isoformat(), place.rank, str(place.pk)])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def _decode(text: str) -> _Place:
    try:
        at, rank, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        place = _Place(datetime.fromisoformat(at), _RANKS[rank], UUID(pk) if rank in _BY_UUID else int(pk))
        if place.at.tzinfo is None:
            raise ValueError("a moment without a zone")
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError("This cursor is not valid; leave it out to start at the newest entry.") from None
    return place


_ENTERED, _LEFT = 2, 8


def _enrollments(person: Person, cursor: _Place | None) -> Iterator[_Found]:
    """Both ends of each enrollment. A person has few of them, so one statement reads them all."""
    rows = Enrollment.objects.filter(person=person).values(
        "pk",
        "entered_at",
        "ended_at",
        "state",
        "end_reason",
        "wake_at",
        "signal_id",
        slug=F("playbook__slug"),
        title=F("playbook__name"),
        number=F("version__number"),
    )
    for row in rows:
        for found in _ends(dict(row)):
            if cursor is None or found[0] < cursor:
                yield found


def _ends(row: Row) -> Iterator[_Found]:
    data = {
        "id": row["pk"],
        "playbook": row["slug"],
        "version": row["number"],
        "state": row["state"],
        "signal": row["signal_id"],
        "wake_at": row["wake_at"],
        "ended_at": row["ended_at"],
        "end_reason": row["end_reason"],
    }
    entered = f"Entered {row['title']}, version {row['number']}"
    yield (
        _Place(row["entered_at"], _ENTERED, row["pk"]),
        Entry(row["entered_at"], "enrollment", entered, data),
    )
    if row["ended_at"]:
        left = f"Left {row['title']}" + _because(row["end_reason"])
        yield _Place(row["ended_at"], _LEFT, row["pk"]), Entry(row["ended_at"], "enrollment", left, data)


def _because(code: str) -> str:
    return f": {code.replace('_', ' ')}" if code else ""


_BY_UUID = frozenset({4, 5})
_RANKS = {rank: rank for rank in (_ENTERED, _LEFT, *(lines.rank for lines in ALL))}
