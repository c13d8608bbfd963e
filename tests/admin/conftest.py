"""Whatever a page of the admin does in a browser, no script of it may fail."""

from collections.abc import Iterator

import pytest

from tests.admin.browser import ERRORS


@pytest.fixture(autouse=True)
def no_script_fails() -> Iterator[None]:
    ERRORS.clear()
    yield
    assert ERRORS == []
