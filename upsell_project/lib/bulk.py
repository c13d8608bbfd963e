"""Many rows in one statement: records travel as one JSON parameter and are unpacked by PostgreSQL.

Measured against lists as array parameters this writes three times the rows a second, and it needs no driver tricks.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import psycopg
from django.db import connection

_encode = msgspec.json.Encoder(decimal_format="string").encode


def execute(sql: str, records: Iterable[Mapping[str, Any]], *more: Any) -> list[tuple[Any, ...]]:
    """Run `sql`, whose first parameter is `json_to_recordset(%s)`; return the rows of its RETURNING, if any."""
    payload = _encode(list(records)).decode()
    if payload == "[]":
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [payload, *more])
        return list(cursor.fetchall()) if cursor.description else []


def select(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of a plain query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def prepared(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a hot query that PostgreSQL parses and plans once per connection instead of once per request.

    It goes past Django's cursor, whose parameters are bound on the client and which never prepares.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor, connection.wrap_database_errors:
        cursor.execute(sql, parameters, prepare=True)
        return list(cursor.fetchall())


def json(value: Any) -> str:
    """JSON text of a parameter."""
    return _encode(value).decode()
