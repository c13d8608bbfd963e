"""One mark as one line of JSON: our figure, the limit of the same run, the ratio, and whether it holds."""

import json
from typing import Any


def show(
    mark: str, *, ours: float, required: str, holds: bool, limit: float | None = None, **more: Any
) -> None:
    """Print one line. `required`: the mark in words; `more`: what helps to judge the figure."""
    against = {} if limit is None else {"limit": short(limit), "ratio": short(ours / limit)}
    line(mark, ours=short(ours), **against, required=required, **{"pass": holds}, **more)


def line(mark: str, **figures: Any) -> None:
    """Print figures that are no mark by themselves."""
    print(json.dumps({"benchmark": "ingest", "mark": mark, **figures}), flush=True)


def short(figure: float) -> float:
    """Three digits."""
    return float(f"{figure:.3g}") if abs(figure) < 1000 else round(figure)
