"""What every test may use: a clock that is moved instead of waited for, and a clean set of process caches."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest

from tests.build import forget_caches
from upsell_project.lib import clock

# `make fuzz` asks for more of what the properties that name no number of their own try.
hypothesis.settings.register_profile("fuzz", max_examples=5_000, deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class Time:
    """The product's time in a test: it stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)

    def set(self, at: datetime) -> None:
        """Stand at `at`."""
        self.now = at
        clock._frozen.set(at)

    def move(self, **span: float) -> None:
        """Move on by a timedelta: `time.move(hours=12)`."""
        self.set(self.now + timedelta(**span))


@pytest.fixture
def time() -> Iterator[Time]:
    """Stands at Tuesday 2026-03-10 10:00 UTC."""
    moved = Time()
    with clock.frozen(moved.now):
        yield moved


@pytest.fixture(autouse=True)
def fresh_caches() -> None:
    forget_caches()
