"""What the structure promises, held by machine: registries, sizes, the one clock, the one hand-over upward."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.checks import run_checks
from django.utils.module_loading import import_string

from campaigns_app import channels, conditions, plan
from campaigns_app.intrusion import INTRUSION
from campaigns_app.models.playbook import StepKind
from campaigns_app.steps import STEPS
from offers_app.models import Placement
from people_app.models import Channel
from signals_app.detectors import DETECTORS
from signals_app.models.signal import Detector
from tests.campaigns.gates import ALL, ENTRY
from upsell_project import checks
from upsell_project.lib.gates import Code

ROOT = Path(__file__).resolve().parent.parent
APPS = ("people_app", "consent_app", "signals_app", "offers_app", "campaigns_app", "upsell_project")
LONGEST_FILE, LONGEST_FUNCTION = 300, 50


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts and "node_modules" not in path.parts:
                yield path


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sources(*folders):
        yield path.relative_to(ROOT), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_each_detector_has_its_file_and_its_choice() -> None:
    assert set(DETECTORS) == set(Detector.values)


def test_each_step_has_its_file_and_its_choice() -> None:
    assert set(STEPS) == set(StepKind.values)
    files = {path.stem for path in (ROOT / "campaigns_app/steps").glob("*.py")} - {"__init__", "base"}
    assert files == set(STEPS)


def test_each_channel_has_its_intrusiveness_and_each_provider_is_a_channel() -> None:
    assert set(Channel.values) - {Channel.IN_APP} | set(Placement.Format.values) == set(INTRUSION)
    served = {channel for channel in Channel.values if channels.of(channel, "console://")}
    assert served == {"in_app", "email", "chat", "voice"}
    assert INTRUSION["sidebar"] < INTRUSION["banner"] == INTRUSION["email"] < INTRUSION["modal"]
    assert INTRUSION["modal"] < INTRUSION["push"] == INTRUSION["chat"] < INTRUSION["sms"]
    assert INTRUSION["sms"] == INTRUSION["whatsapp"] < INTRUSION["voice"]


def conditions_in(steps: list[dict[str, Any]]) -> Iterator[str]:
    for step in steps:
        for lane in next(iter(step.values())).get("lanes", []):
            yield lane["when"]
            yield from conditions_in(lane.get("steps", []))


PLAYBOOKS = sorted((ROOT / "campaigns_app/starter_pack/playbooks").glob("*.yaml"))


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_condition_that_a_shipped_playbook_names_exists(path: Path) -> None:
    used = set(conditions_in(yaml.safe_load(path.read_text(encoding="utf-8"))["steps"]))
    assert used
    assert used <= set(conditions.CONDITIONS) | {plan.OTHERWISE}


def test_the_gates_are_declared_in_the_order_in_which_contact_meets_them() -> None:
    order = list(Code)
    declared = [code.value for code in order]
    assert [code for code in declared if code in ALL] == ALL
    assert declared[-1] == Code.HOLDOUT
    own = [code for code in ENTRY if code not in ALL]
    assert declared[: len(own)] == own


def test_the_jobs_can_be_called(settings: Any) -> None:
    assert checks.jobs(None) == []
    assert set(settings.JOBS) == set(checks.NEEDED)
    assert all(callable(import_string(path)) for path in settings.JOBS.values())


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("campaigns_app.pipeline.nothing", "upsell.E002"),
        ("no_app.no_module.x", "upsell.E002"),
        ("campaigns_app.pipeline.CHUNK", "upsell.E003"),
    ],
)
def test_a_job_that_cannot_be_called_stops_the_start(settings: Any, path: str, code: str) -> None:
    settings.JOBS = {**settings.JOBS, "inbox": path}
    assert code in [message.id for message in run_checks()], "manage.py runs it, so nothing starts"
    settings.JOBS = {name: value for name, value in settings.JOBS.items() if name != "inbox"}
    assert [message.id for message in checks.jobs(None)] == ["upsell.E001"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OFFERS_EXPLORATION", 1.5),
        ("OFFERS_LEAST_SCORE", float("nan")),
        ("LEARNING_HALF_LIFE_DAYS", 0),
        ("LEARNING_BASE_RATE", 1),
        ("LEARNING_STRENGTH", -1),
    ],
)
def test_offers_cannot_be_chosen_by_settings_out_of_their_range(
    settings: Any, setting: str, value: float
) -> None:
    assert checks.choice(None) == []
    setattr(settings, setting, value)
    (said,) = [message for message in run_checks() if message.id == "upsell.E004"]
    assert "docs/choosing.md" in str(said.hint)


def test_no_file_is_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources(*APPS, "benchmarks")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_function_is_long() -> None:
    long = {
        f"{path}:{function.name}": length
        for path, tree in trees(*APPS, "benchmarks")
        for function in functions(tree)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


def test_nothing_is_imported_inside_a_function() -> None:
    """Except in benchmarks, which start Django themselves."""
    hidden = [
        f"{path}:{node.lineno}"
        for path, tree in trees(*APPS, "tests")
        for function in functions(tree)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


WALL_CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("timezone", "now"),
    ("timezone", "localdate"),
}


def asks_the_time(tree: ast.Module) -> Iterator[int]:
    """`x.now()` and the like, also `models.DateTimeField(auto_now=True)` and names that were imported alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if (owner, node.attr) in WALL_CLOCKS:
                yield node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (node.lineno for name in node.names if name.name in ("time", "time_ns"))
        elif isinstance(node, ast.keyword) and node.arg in ("auto_now", "auto_now_add"):
            yield node.lineno


def test_only_the_clock_asks_the_time() -> None:
    asking = [f"{path}:{line}" for path, tree in trees(*APPS) for line in asks_the_time(tree)]
    assert {place.partition(":")[0] for place in asking} == {"upsell_project/lib/clock.py"}, asking


def test_the_clock_test_would_notice() -> None:
    for text in (
        "datetime.now(UTC)",
        "dt.datetime.now()",
        "time.time()",
        "timezone.now()",
        "F(auto_now=True)",
    ):
        assert list(asks_the_time(ast.parse(text))), text
    assert not list(asks_the_time(ast.parse("time.monotonic(); clock.now(); time.perf_counter()")))
