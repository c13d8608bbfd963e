"""The rows of events as they are written: many at once, by binary COPY."""

from collections.abc import Iterable
from datetime import datetime

from upsell_project.lib import bulk

Row = tuple[int, int, str, str, str, int | None, int | None, int | None, bytes, datetime, datetime]
"""In the order of the columns; `properties` as `bulk.jsonb` has them."""
_COLUMNS = {
    "id": "int8",
    "source_id": "int8",
    "message_id": "varchar",
    "kind": "varchar",
    "name": "varchar",
    "person_id": "int8",
    "identity_id": "int8",
    "account_id": "int8",
    "properties": bulk.JSONB,
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
}
_NAME, _PERSON = (list(_COLUMNS).index(name) for name in ("name", "person_id"))


def write(rows: Iterable[Row]) -> None:
    """What lies side by side in the indexes is written one after the other: that takes a quarter off the whole."""
    bulk.copy("signals_app_event", _COLUMNS, sorted(rows, key=lambda row: (row[_PERSON] or 0, row[_NAME])))
