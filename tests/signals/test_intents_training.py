"""The weights that ship are those that the texts and words in the repository give."""

import json
from pathlib import Path
from typing import Any

import pytest

from signals_app.intents import model

pytest.importorskip("sklearn", reason="only the training needs scikit-learn: make dev")

from signals_app.intents import train


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("intents") / "weights.json"
    train.write(path)
    return path


def test_training_again_gives_the_same_file(trained: Path) -> None:
    assert trained.read_bytes() == model.FILE.read_bytes()


def test_the_file_is_read_as_it_was_trained(trained: Path) -> None:
    raw: dict[str, Any] = json.loads(trained.read_text())
    read = model.load(trained)
    assert read.ideas == raw["ideas"]
    assert [len(one) for one in read.grams] == [len(read.rarity)] * len(raw["labels"])
    assert all(max(map(abs, one)) == 127 for one in read.grams)
