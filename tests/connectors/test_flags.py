"""LaunchDarkly and Optimizely: which flag or experiment changed, where, and when."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Parsed
from tests.connectors import payload

NOW = datetime(2026, 3, 2, 9, 30, 10, tzinfo=UTC)


def read(kind: str, name: str, /, **changed: Any) -> Parsed:
    said = payload.read(kind, name)["body"]
    return CONNECTORS[kind].parse(json.dumps({**said, **changed}).encode(), {}, NOW, "hook")


def test_a_changed_flag() -> None:
    (item,) = read("launchdarkly", "flag-updated").items
    assert (item.kind, item.name, item.message_id, item.active) == (
        "track",
        "Flag Changed",
        "ldaudit0001",
        False,
    )
    assert item.occurred_at == datetime(2026, 3, 2, 9, 29, 58, 500_000, tzinfo=UTC)
    assert item.properties == {
        "flag": "pro-offer-copy",
        "environment": "production",
        "project": "default",
        "action": "updateOn",
    }
    assert (item.lookup, item.user_id) == ({}, None)


def test_several_actions_on_a_tagged_flag() -> None:
    resource = "proj/default;a,b:env/staging;c:flag/pro-offer-copy;d"
    accesses = [
        {"action": action, "resource": resource} for action in ("updateRules", "updateOn", "updateOn")
    ]
    (item,) = read("launchdarkly", "flag-updated", accesses=accesses).items
    assert item.properties == {
        "flag": "pro-offer-copy",
        "environment": "staging",
        "project": "default",
        "action": "updateRules",
        "actions": ["updateRules", "updateOn"],
    }


@pytest.mark.parametrize("kind", ["member", "project", "segment", None])
def test_other_entries_of_the_audit_log_say_nothing(kind: object) -> None:
    assert read("launchdarkly", "flag-updated", kind=kind) == Parsed()


@pytest.mark.parametrize("date", [None, "soon", True, -1, 2**53])
def test_without_a_time_it_is_when_it_came(date: object) -> None:
    assert read("launchdarkly", "flag-updated", date=date).items[0].occurred_at == NOW


def test_a_changed_datafile() -> None:
    (item,) = read("optimizely", "datafile-updated").items
    assert (item.kind, item.name, item.active) == ("track", "Experiment Changed", False)
    assert item.message_id == "1234:project.datafile_updated:1772443800:Production:1"
    assert item.properties == {
        "project": "1234",
        "environment": "Production",
        "action": "project.datafile_updated",
        "revision": "1",
    }


def test_changes_of_several_environments_are_told_apart() -> None:
    data = [{"environment": "Production", "revision": 4}, {"environment": "Staging", "revision": 4}, {}, {}]
    ids = [item.message_id for item in read("optimizely", "datafile-updated", data=data).items]
    assert len(set(ids)) == 4


def test_an_event_about_a_flag_is_a_flag_that_changed() -> None:
    (item,) = read("optimizely", "datafile-updated", event="flag.updated", data={"key": "pro", "id": 9}).items
    assert (item.name, item.properties["flag"]) == ("Flag Changed", "pro")


@pytest.mark.parametrize(
    ("changed", "path"), [({"event": None}, "event"), ({"project_id": {}}, "project_id")]
)
def test_a_body_without_its_names_is_kept_as_rejected(changed: dict[str, Any], path: str) -> None:
    assert [one.path for one in read("optimizely", "datafile-updated", **changed).rejected] == [path]


def test_an_entry_without_an_id_is_kept_as_rejected() -> None:
    assert [one.path for one in read("launchdarkly", "flag-updated", _id="").rejected] == ["_id"]
