"""Links that are keys, and paths that name somebody, stay out of the log."""

import logging
import re
from typing import Any

_SECRET = re.compile(r"(/hooks/[^/\s]+/|/(?:p|u|c|why)/|/api/(?:people|accounts)/)[^/\s?#'\"<>]+")


def masked(text: str) -> str:
    """`/hooks/stripe/***`, `/p/***`, `/u/***`, `/c/***`, `/why/***` and `/api/people/***`."""
    return _SECRET.sub(r"\1***", text)


class MaskSecrets(logging.Filter):
    """A logging filter for handlers, so that it sees the records of every logger."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(record.msg) if isinstance(record.msg, str) else record.msg
        if isinstance(record.args, tuple):
            record.args = tuple(_argument(one) for one in record.args)
        return True


def _argument(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value
