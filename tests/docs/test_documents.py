"""What the documents name is there, and what they must not name is not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    ".env.example",
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
)
# A path in backticks begins with one of these. Others (`base`, `urls.py`) are short for a file beside the one before.
TOP = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")} - {
    "node_modules"
}
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|\w[\w.-]*\.(?:py|md|txt|toml|js))(?:::(\w+))?`")


def text(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


@cache
def file_names() -> set[str]:
    found = set()
    for top in TOP:
        found |= {path.name for path in (ROOT / top).rglob("*") if "node_modules" not in path.parts}
    return found | {path.name for path in ROOT.iterdir()}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_somewhere(document: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text(document))
    here = (ROOT / document).parent
    assert [link for link in links if "://" not in link and not (here / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_named_exists(document: str) -> None:
    missing = []
    for path, _ in NAMED.findall(text(document)):
        if "/" not in path:
            missing += [path] if path not in file_names() else []
        elif path.split("/")[0] in TOP | {".ci"}:
            missing += [path] if not (ROOT / path).exists() else []
    # The four file names that the style forbids.
    assert set(missing) <= {"services.py", "utils.py", "tasks.py"}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: str) -> None:
    named = [(path, name) for path, name in NAMED.findall(text(document)) if name]
    assert document != "ARCHITECTURE.md" or len(named) > 10
    assert [(path, name) for path, name in named if f"def {name}(" not in text(path)] == []


def test_every_module_is_on_the_map() -> None:
    architecture = text("ARCHITECTURE.md")
    packages = (
        "people_app",
        "consent_app",
        "signals_app",
        "offers_app",
        "campaigns_app",
        "upsell_project",
        "upsell_project/lib",
    )
    modules = [
        path for package in packages for path in (ROOT / package).glob("[a-z]*.py") if path.name != "apps.py"
    ]
    assert len(modules) > 60
    assert [path.name for path in modules if path.name not in architecture] == []


def test_the_quoted_make_targets_and_commands_exist() -> None:
    targets = set(re.findall(r"^(\w+)(?: \w+)*:", text("Makefile"), re.MULTILINE)) | {"local", "dev"}
    known = {path.stem for path in ROOT.glob("*_app/management/commands/[a-z]*.py")}
    known |= {"migrate", "makemigrations"}
    for document in DOCUMENTS:
        assert set(re.findall(r"^(?:`?)make (\w+)", text(document), re.MULTILINE)) <= targets
        assert set(re.findall(r"manage\.py (\w+)", text(document))) <= known


def settings_read() -> dict[str, str | None]:
    """Names that the settings read, each with its default as `.env` would say it; None: it depends."""
    calls = [
        one for one in ast.walk(ast.parse(text("upsell_project/settings.py"))) if isinstance(one, ast.Call)
    ]
    return dict(_setting(call) for call in calls if _reads(call))


def _reads(call: ast.Call) -> bool:
    return re.fullmatch(r"env\.(?!read_env)\w+", ast.unparse(call.func)) is not None


def _setting(call: ast.Call) -> tuple[str, str | None]:
    default = next((one.value for one in call.keywords if one.arg == "default"), None)
    return str(ast.literal_eval(call.args[0])), _as_written(default)


def _as_written(default: ast.expr | None) -> str | None:
    try:
        value = ast.literal_eval(default) if default else None
    except ValueError:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, int | float) else value


def example() -> dict[str, str]:
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text(".env.example"), re.MULTILINE))


# Read by others than the settings: the local runner, `first_admin`, Procfile.
BESIDE = {
    "PORT": "upsell_project/runner/environment.py",
    "WEB_CONCURRENCY": "Procfile",
    "WEB_THREADS": "Procfile",
    "DJANGO_SUPERUSER_USERNAME": "campaigns_app/management/commands/first_admin.py",
    "DJANGO_SUPERUSER_PASSWORD": "campaigns_app/management/commands/first_admin.py",
    "DJANGO_SUPERUSER_EMAIL": "campaigns_app/management/commands/first_admin.py",
}


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert example().keys() == settings_read().keys() | BESIDE.keys()
    for name, path in BESIDE.items():
        assert name in text(path)


def test_the_example_states_the_defaults() -> None:
    fixed = {name: default for name, default in settings_read().items() if default is not None}
    assert len(fixed) > 10
    assert {name: example()[name] for name in fixed} == fixed


def test_the_example_as_it_is_changes_nothing() -> None:
    assert all(line.startswith("#") for line in text(".env.example").splitlines() if line)
