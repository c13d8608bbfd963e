"""Live definitions as staff might have them: fifty that read the events of the benchmarks' traffic, ten of dates.

Some are found soon and rest then, most are asked again and again and never hold, as in life.
"""

from typing import Any

EXPORTED, USED, OPENED = NAMES = ("Report Exported", "Feature Used", "Module Opened")
ASKED = ("Seats Requested", "Demo Requested")
Config = dict[str, Any]
Definition = dict[str, Any]


def fifty() -> list[Definition]:
    """Over the three names evenly, although eight in ten events have the last one; a sixth is about accounts."""
    found = [
        *(_definition("frequency", config) for config in _frequencies()),
        *(_definition("distinct", config) for config in _distinct()),
        *(_definition("roaming", config) for config in _roaming()),
        *(_definition("session", config) for config in _sessions()),
        *(_definition("duration", config) for config in _durations()),
        *(_definition("rule", {"rule": rule}) for rule in _sequences()),
        *(_definition("change", config, about="account") for config in _changes()),
        *(_definition("threshold", config, about="account") for config in _thresholds()),
        *(_definition("forecast", config, about="account") for config in _forecasts()),
        *(_definition("explicit", config) for config in _requests()),
        *(_definition("lifecycle", config) for config in _steps()),
        *(_definition("text", config) for config in _texts()),
        *(_definition("calendar", config, about="account") for config in _renewals()[:1]),
        *(_definition("composite", config) for config in _composites()),
        _definition("frequency", _often(EXPORTED, 30, 7), condition=_plan("free")),
        _definition("frequency", _often(USED, 40, 7), condition=_plan("pro")),
    ]
    return [{"slug": f"bench-{n}", **one} for n, one in enumerate(found)]


def ten() -> list[Definition]:
    """That time alone can make true."""
    found = [
        *(_definition("calendar", config, about="account") for config in _renewals()),
        *(_definition("calendar", config, about="account") for config in _seasons()),
        _definition("lifecycle", _trial(-3, 0)),
        _definition("lifecycle", _trial(0, 7, unless=["Plan Upgraded"])),
        _definition("rule", {"rule": _all(_count([], 10, 60), _less([], 1, 14))}),
        _definition("change", {"turn": "drop", "span": "week", "events": [*NAMES]}, about="account"),
        _definition("forecast", {"resources": ["exports"], "within": 7}, about="account"),
        _definition("frequency", _often(USED, 5, 30), hold_hours=24),
    ]
    return [{"slug": f"timed-{n}", **one} for n, one in enumerate(found)]


def _definition(detector: str, config: Config, **more: Any) -> Definition:
    return {
        "name": f"{detector} of a benchmark",
        "detector": detector,
        "config": config,
        "cooldown_hours": 336,
        **more,
    }


def _frequencies() -> list[Config]:
    """Twelve: four of each name, from what is soon reached to what nobody reaches."""
    return [
        _often(name, count, days, **where)
        for name in NAMES
        for count, days, where in (
            (10, 14, {}),
            (5, 7, {"tier": "premium"}),
            (5, 14, {"tier": "enterprise"}),
            (5_000, 30, {}),
        )
    ]


def _often(name: str, count: int, days: int, **where: str) -> Config:
    return {"event": name, "count": count, "days": days} | ({"where": where} if where else {})


def _distinct() -> list[Config]:
    return [{"events": [name], "path": "feature", "count": 5, "days": 14} for name in NAMES]


def _roaming() -> list[Config]:
    return [
        {"events": [name], "path": "module", "distinct": 3, "switches": 8, "days": 2}
        for name in (USED, OPENED)
    ]


def _sessions() -> list[Config]:
    return [{"events": [name], "count": 1_000 if name == OPENED else 3, "days": 1} for name in NAMES]


def _durations() -> list[Config]:
    return [{"events": [USED], "minutes": 120, "days": 7}, {"events": [OPENED], "minutes": 600, "days": 7}]


def _sequences() -> list[Config]:
    """Two things one after the other."""
    return [
        {"fact": "sequence", "names": names, "window": {"days": 7}, "op": "at_least", "value": 2}
        for names in ([OPENED, EXPORTED], [USED, EXPORTED], [USED, OPENED])
    ]


def _changes() -> list[Config]:
    return [
        {"turn": "spike", "span": "week", "events": [EXPORTED]},
        {"turn": "spike", "span": "day", "events": [USED]},
        {"turn": "drop", "span": "week", "events": [EXPORTED]},
    ]


def _thresholds() -> list[Config]:
    return [
        {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7},
        {"resources": ["exports"], "fire_at": 1, "rearm_below": 0.9},
    ]


def _forecasts() -> list[Config]:
    return [{"resources": ["exports"], "within": days} for days in (7, 14)]


def _requests() -> list[Config]:
    """Nobody asks in this traffic: most definitions of a kind like this are idle most of the time."""
    return [
        {"events": [ASKED[0]], "hours": 24},
        {"events": [ASKED[1]], "hours": 48},
        {"events": [USED], "where": {"feature": "Seats"}},
        {"events": [OPENED], "where": {"module": "billing"}},
    ]


def _steps() -> list[Config]:
    first = {"days": 1, "unless": ["Plan Upgraded"], "unless_days": 30}
    return [
        {"events": [EXPORTED], **first},
        {"events": [USED], "where": {"feature": "Cohorts"}, **first},
        {"events": ["Onboarding Completed"], **first},
        _trial(-3, 0),
    ]


def _texts() -> list[Config]:
    return [{"label": "more_capacity", "days": 7}]


def _composites() -> list[Config]:
    """What somebody did, joined with who they are."""
    return [
        {"mode": "all", "parts": [{"if": _plan("free")}, {"if": _count([OPENED], 3_000, 30)}]},
        {"mode": "any", "parts": [{"if": _count([EXPORTED], 3_000, 30)}, {"if": _ratio(2)}]},
        {"mode": "weighted", "parts": _weights(), "at_least": 0.9},
        {"mode": "all", "parts": [{"if": _plan("free")}, {"if": _days_active(20)}]},
        {"mode": "all", "parts": [{"if": _plan("pro")}, {"if": _count([USED], 20, 14)}]},
        {"mode": "all", "parts": [{"if": _ratio(0.5)}, {"if": _count([EXPORTED], 8_000, 14)}]},
    ]


def _weights() -> list[Config]:
    rules = (_plan("free"), _count([USED], 4_000, 30), _ratio(0.9))
    return [{"weight": n + 1, "if": rule} for n, rule in enumerate(rules)]


def _renewals() -> list[Config]:
    active = {"events": list(NAMES), "at_least": 5, "days": 30}
    return [
        {"trait": "renews_at", "from": first, "to": last, "activity": active}
        for first, last in ((-45, 0), (-7, 0))
    ]


def _seasons() -> list[Config]:
    return [
        {"season": "black_friday", "before": 30, "after": 7, "phases": ["before", "during"]},
        {"season": "tax_season", "before": 14},
    ]


def _trial(first: int, last: int, **more: Any) -> Config:
    active = {"events": [], "at_least": 1, "days": 14}
    return {"trait": "trial_ends_at", "from": first, "to": last, "activity": active, **more}


def _all(*rules: Config) -> Config:
    return {"all": list(rules)}


def _count(names: list[str], count: int, days: int) -> Config:
    return {"fact": "events", "names": names, "window": {"days": days}, "op": "at_least", "value": count}


def _less(names: list[str], count: int, days: int) -> Config:
    return _count(names, count, days) | {"op": "less_than"}


def _days_active(count: int) -> Config:
    return _count([OPENED], count, 30) | {"measure": "days"}


def _plan(plan: str) -> Config:
    return {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": plan}


def _ratio(share: float) -> Config:
    return {
        "fact": "entitlement",
        "resource": "exports",
        "share": "ratio",
        "op": "at_least",
        "value": share,
    }
