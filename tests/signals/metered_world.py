"""Meters, and a rule that asks what was used of one."""

from typing import Any

from signals_app.models import Meter

EVENT = "Feature Used"
RULE = {"fact": "meter", "resource": "exports", "window": {"days": 7}, "op": "at_least", "value": 50}


def a_meter(aggregate: str = "count", **fields: Any) -> Meter:
    path = {} if aggregate == "count" else {"property": "n"}
    given_ = {
        "resource": "r",
        "label": "rows",
        "verb": "wrote",
        "event": EVENT,
        "aggregate": aggregate,
        **path,
    }
    return Meter(**{**given_, **fields})
