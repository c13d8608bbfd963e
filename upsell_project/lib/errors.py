"""What may be kept and logged of an error: a database's own text quotes the row it failed on, and so personal data."""

import traceback

import psycopg
from django.db import Error as DatabaseError

LONGEST = 2_000
_DATA_EXCEPTION = "22"


def told(error: BaseException) -> str:
    """Type and message; of a database error only PostgreSQL's primary message, up to a value that it quotes."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.Error):
        message = cause.diag.message_primary or ""
        if (cause.sqlstate or "").startswith(_DATA_EXCEPTION):
            message = message.partition('"')[0]
    else:
        message = "" if isinstance(error, DatabaseError) else str(error)
    return f"{type(error).__name__}: {message}"[:LONGEST].removesuffix(": ")


def where(error: BaseException) -> str:
    """The traceback's places and lines of code, without the error's own text."""
    return "".join(traceback.format_tb(error.__traceback__))
