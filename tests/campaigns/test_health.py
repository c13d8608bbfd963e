"""Whether the whole system can work, cheaply enough to be asked every second."""

import json
from typing import Any

import pytest
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from campaigns_app import health

pytestmark = pytest.mark.django_db


def test_migrations_are_looked_for_until_none_is_missing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing: list[Any] = [("people_app", "0002")]
    asked: list[Any] = []

    def plan(executor: MigrationExecutor, targets: Any) -> list[Any]:
        asked.append(targets)
        return missing

    monkeypatch.setattr(health, "_was_migrated", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", plan)

    def migrated() -> bool:
        return bool(json.loads(client.get("/readyz").content)["checks"]["migrations"])

    assert [migrated(), migrated()] == [False, False]
    missing.clear()
    assert [migrated(), migrated(), migrated()] == [True, True, True]
    assert len(asked) == 3
