"""Nobody is in the control group, whose draw depends on the numbers of rows; tests of it say so."""

from typing import Any

import pytest

from tests.engine import starter

__all__ = ["starter"]


@pytest.fixture(autouse=True)
def nobody_held_out(settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
