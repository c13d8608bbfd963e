"""A caller for each role."""

import pytest

from tests.api.caller import Caller


@pytest.fixture
def viewer(db: None) -> Caller:
    return Caller("viewer")


@pytest.fixture
def editor(db: None) -> Caller:
    return Caller("editor")


@pytest.fixture
def admin(db: None) -> Caller:
    return Caller("admin")


@pytest.fixture
def nobody(db: None) -> Caller:
    return Caller(None)
