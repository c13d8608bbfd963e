"""What may be kept and logged of an error: others' errors quote what they failed on, and so personal data."""

import traceback
from pathlib import Path

import psycopg

LONGEST = 2_000
_OURS = frozenset(
    ("upsell_project", "people_app", "consent_app", "signals_app", "offers_app", "campaigns_app")
)
_DATA_EXCEPTION = "22"


def told(error: BaseException) -> str:
    """Of our own errors type and message; of others the type and where it was raised.

    Of a database's error PostgreSQL's primary message too, up to a value that it quotes.
    """
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.Error):
        message = cause.diag.message_primary or ""
        if (cause.sqlstate or "").startswith(_DATA_EXCEPTION):
            message = message.partition('"')[0]
    else:
        message = str(error) if _is_ours(error) else _place(error)
    return f"{type(error).__name__}: {message}"[:LONGEST].removesuffix(": ")


def _is_ours(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in _OURS


def _place(error: BaseException) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return f"at line {last[0].lineno} of {Path(last[0].filename).name}" if last else ""


def where(error: BaseException) -> str:
    """The traceback's places and lines of code, without the error's own text."""
    return "".join(traceback.format_tb(error.__traceback__))
