"""What every test may use: a clock that is moved instead of waited for, and a clean set of process caches."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import TransactionTestCase

from tests import databases, examples
from tests.build import forget_caches
from upsell_project.lib import clock

examples.load(os.environ.get("HYPOTHESIS_PROFILE", "every_run"))

# After each test whose transactions really commit.
TransactionTestCase._fixture_teardown = lambda _: databases.empty()  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_use_migrations: bool,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> None:
    """The database of the tests is a copy of one that is migrated once for all of them."""
    if django_db_use_migrations and (django_db_createdb or not django_db_keepdb):
        connection.settings_dict["TEST"] |= {"TEMPLATE": databases.migrated(), "MIGRATE": False}


# Set up once for a module, so by one worker.
ONCE_A_MODULE = {"starter", "years", "one_of_each"}


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and ONCE_A_MODULE & set(item.fixturenames):
            item.add_marker(pytest.mark.xdist_group(item.module.__name__))


class Longest:
    """What one worker does by itself begins first: none of them is left with it while the others have nothing to do."""

    @pytest.hookimpl(trylast=True)  # after they were shuffled
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Longest())


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
