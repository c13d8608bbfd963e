"""Members as CSV: a file of user ids read, and members written, so that no spreadsheet runs a cell."""

import csv
import io
from collections.abc import Iterator

from signals_app.models import Segment
from upsell_project.lib import bulk
from upsell_project.lib.tables import escaped, plain

LARGEST = 5_000_000
MOST = 100_000
LONGEST = 200
HEADS = ("user_id", "userid", "user id", "id")


class Unreadable(ValueError):
    """Its text is a sentence for staff."""


def read(content: bytes) -> list[str]:
    """The user ids of a CSV, each once: the column `user_id`, or the first one if no column is called so."""
    if len(content) > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST // 1_000_000} MB: split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The file is no UTF-8 text: save it as CSV (UTF-8).") from None
    if "\x00" in text:
        raise Unreadable("The file holds NUL characters: it is no CSV.")
    return ids(text)


def ids(text: str) -> list[str]:
    """The same of a text, such as one that was pasted: an id a line is a CSV, too."""
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)) if any(row)
        ]
    except csv.Error as error:
        raise Unreadable(f"The file is no CSV: {error}.") from None
    found = dict.fromkeys(cell for cell in _column(rows) if cell)
    if len(found) > MOST:
        raise Unreadable(f"There are more than {MOST:,} user ids: split them.")
    if long := next((cell for cell in found if len(cell) > LONGEST), ""):
        raise Unreadable(f"{long[:40]}… is longer than {LONGEST} characters: no user id is.")
    return list(found)


def written(segment: Segment) -> Iterator[str]:
    """Lines of user_id, since and added_by, in the order of their keys; within a transaction."""
    line = csv.writer(_Echo())
    yield line.writerow(["user_id", "since", "added_by"])
    for user_id, since, added_by in bulk.stream(_MEMBERS, segment.pk):
        yield line.writerow([escaped(user_id), since.isoformat(), escaped(added_by)])


def _column(rows: list[list[str]]) -> Iterator[str]:
    heads = [cell.strip().lower() for cell in rows[0]] if rows else []
    place = next((heads.index(name) for name in HEADS if name in heads), None)
    for row in rows if place is None else rows[1:]:
        yield plain(row[place or 0].strip()) if len(row) > (place or 0) else ""


def _delimiter(text: str) -> str:
    """Spreadsheets write semicolons where the comma is part of numbers."""
    first = text.partition("\n")[0]
    return next((mark for mark in (",", ";", "\t") if mark in first), ",")


class _Echo:
    def write(self, text: str) -> str:
        return text


_MEMBERS = """
SELECT coalesce(p.user_id, ''), m.since, m.added_by FROM signals_app_segmentmember m
JOIN people_app_person p ON p.id = m.person_id WHERE m.segment_id = %s ORDER BY m.person_id
"""
