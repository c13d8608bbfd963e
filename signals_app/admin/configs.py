"""What a detector's settings must look like. Pure: a value in, sentences out."""

from collections.abc import Callable
from typing import Any

_Check = Callable[[Any], str]


def problems(detector: str, config: Any) -> list[str]:
    """Return one sentence per fault, beginning with its path (`config.fire_at`); none when it is sound."""
    if detector not in _FIELDS:
        return []
    if not isinstance(config, dict):
        return ["config: must be an object such as " + _EXAMPLES[detector]]
    required, optional = _FIELDS[detector]
    checks = required | optional
    faults = [
        f"config.{name}: is missing. Example: {_EXAMPLES[detector]}"
        for name in required.keys() - config.keys()
    ]
    faults += [f"config.{name}: is not a setting of this detector" for name in config.keys() - checks.keys()]
    faults += [
        f"config.{name}: {fault}" for name, value in config.items() if (fault := _fault(checks, name, value))
    ]
    return sorted(faults) or _together(detector, config)


def _fault(checks: dict[str, _Check], name: str, value: Any) -> str:
    return checks[name](value) if name in checks else ""


def _together(detector: str, config: dict[str, Any]) -> list[str]:
    if detector == "threshold" and config["rearm_below"] > config["fire_at"]:
        return ["config.rearm_below: must not be above fire_at"]
    return []


def _share(value: Any) -> str:
    return (
        "" if _is_number(value) and 0 < value <= 10 else "must be a share of the limit, such as 0.8 for 80 %"
    )


def _whole(value: Any) -> str:
    fine = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    return "" if fine else "must be a whole number from 1"


def _text(value: Any) -> str:
    return "" if isinstance(value, str) and value.strip() else "must be a name, not empty"


def _resources(value: Any) -> str:
    fine = isinstance(value, list) and value and all(isinstance(item, str) and item for item in value)
    return "" if fine else 'must be a list of resources such as ["exports"], or ["*"] for all'


def _where(value: Any) -> str:
    return (
        ""
        if isinstance(value, dict)
        else 'must be an object of property and value, such as {"tier": "premium"}'
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_FIELDS: dict[str, tuple[dict[str, _Check], dict[str, _Check]]] = {
    "threshold": ({"resources": _resources, "fire_at": _share, "rearm_below": _share}, {}),
    "frequency": ({"event": _text, "count": _whole, "days": _whole}, {"where": _where}),
}
_EXAMPLES = {
    "threshold": '{"resources": ["exports"], "fire_at": 0.8, "rearm_below": 0.7}',
    "frequency": '{"event": "Feature Used", "where": {"tier": "premium"}, "count": 5, "days": 14}',
}
