"""docs/connect names every kind of source, says what is beta, and its example bodies are payloads of the tests."""

import json
import re
from pathlib import Path

import pytest

from signals_app.connectors import CONNECTORS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs/connect").glob("*.md"))
EXAMPLE = re.compile(
    r"\[this payload\]\(\.\./\.\./([^)]+)\) of the tests:\n\n```(\w+)\n(.*?)\n```", re.DOTALL
)
EXAMPLES = [(page.stem, *found) for page in PAGES for found in EXAMPLE.findall(page.read_text())]


@pytest.mark.parametrize("kind", CONNECTORS)
def test_every_kind_is_listed_with_what_is_beta_about_it(kind: str) -> None:
    rows = [row for row in (ROOT / "docs/connect/README.md").read_text().splitlines() if f"| `{kind}`" in row]
    assert len(rows) == 1
    assert rows[0].endswith(f"| {CONNECTORS[kind].beta} |")


@pytest.mark.parametrize(("page", "path", "language", "body"), EXAMPLES)
def test_every_example_is_a_payload(page: str, path: str, language: str, body: str) -> None:
    held = json.loads((ROOT / path).read_text())
    kept = held.get("raw", held.get("body"))
    if language == "json":
        assert json.loads(body) == (json.loads(kept) if isinstance(kept, str) else kept)
    else:
        assert body == kept.rstrip()


def test_there_are_examples_of_most_kinds() -> None:
    assert len(EXAMPLES) > 20
