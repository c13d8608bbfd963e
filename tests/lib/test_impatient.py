"""Who has no time gives up soon, and once."""

import socket
from typing import Any

import pytest
from redis.exceptions import ConnectionError as NotThere
from redis.exceptions import TimeoutError as Late

from upsell_project.lib import impatient


def test_it_works() -> None:
    assert impatient.redis(5.0).ping()


def test_a_redis_that_hangs_is_asked_once(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with pytest.raises(Late):
            impatient.redis(0.05).ping()
        silent.settimeout(0.2)
        silent.accept()[0].close()
        with pytest.raises(TimeoutError):
            silent.accept()


def test_a_redis_that_is_away_is_said_to_be(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(NotThere):
        impatient.redis(5.0).ping()
