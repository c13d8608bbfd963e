from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from campaigns_app import starter_pack
from tests.conftest import Time
from tests.http_double import Double, running


@pytest.fixture
def pack(time: Time) -> None:
    starter_pack.load()


@pytest.fixture
def serve(settings: Any) -> Iterator[Callable[[Double], Double]]:
    """Start a double; we may ask it, though it is on this machine."""
    with ExitStack() as stack:

        def start(double: Double) -> Double:
            stack.enter_context(running(double))
            settings.OUTBOUND_ALLOWED_HOSTS = [*settings.OUTBOUND_ALLOWED_HOSTS, double.host]
            return double

        yield start
