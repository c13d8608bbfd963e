from signals_app.admin import (
    answers,
    definitions,
    events,
    mappings,
    meters,
    rejected,
    scores,
    segments,
    sources,
    sweeps,
    totals,
)

__all__ = [
    "answers",
    "definitions",
    "events",
    "mappings",
    "meters",
    "rejected",
    "scores",
    "segments",
    "sources",
    "sweeps",
    "totals",
]
