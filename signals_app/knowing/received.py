"""What PostgreSQL answers to a question, as Python has it: by its form."""

import json
import sys
from array import array
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from signals_app.knowing import growth
from signals_app.knowing.profile import read_json
from signals_app.knowing.questions import Answer, Form, Question, Row
from signals_app.knowing.where_path import storable
from upsell_project.lib.rules import measuring

FIRST = ord("A")
"""Names come as letters in their order."""


def _days(text: str, question: Question) -> Answer:
    return {int(day): count for day, count in json.loads(text).items()}


def _amounts(text: str, question: Question) -> Answer:
    return {int(day): Decimal(amount) for day, amount in json.loads(text).items()}


def _rows(text: str, question: Question) -> Answer:
    """Numbers exactly as they are stored, but for meters as meters read them."""
    rows = json.loads(text) if question.tracked else read_json(text)
    return [Row(id, datetime.fromisoformat(at), name, properties) for id, at, name, properties in rows]


def _turns(text: str, question: Question) -> Answer:
    names = [*filter(storable, question.names)]
    return [names[ord(one) - FIRST] for one in text]


def _steps(text: str, question: Question) -> Answer:
    return [*map(int, text.split(","))]


def _times(binary: bytes, question: Question) -> Answer:
    times = array("q", binary)
    if sys.byteorder == "little":
        times.byteswap()
    return sorted(times)


READ: Mapping[Form, Callable[[Any, Question], Answer]] = {
    Form.DAILY: _days,
    **dict.fromkeys(growth.ANSWERS, _amounts),
    Form.SUM: lambda text, question: Decimal(text),
    Form.LAST: lambda text, question: measuring.value(read_json(text)),
    Form.TURNS: _turns,
    Form.STEPS: _steps,
    Form.ROWS: _rows,
    Form.TIMES: _times,
    Form.LASTS: _times,
    Form.TEXTS: _rows,
    Form.NEWEST: lambda text, question: [*json.loads(text)],
}
"""Of texts, of TIMES and LASTS of bytes: microseconds since 2000."""
