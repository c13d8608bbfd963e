"""Payloads of real providers, each file naming where it comes from."""

import json
from pathlib import Path
from typing import Any

from signals_app.connectors.base import HookRequest

_HERE = Path(__file__).parent / "payloads"


def read(provider: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_HERE / provider / f"{name}.json").read_text())
    return found


def names(provider: str, prefix: str) -> list[str]:
    return sorted(path.stem for path in (_HERE / provider).glob(f"{prefix}*.json"))


def request(vector: dict[str, Any]) -> HookRequest:
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    return HookRequest(vector["method"], vector["url"], headers, vector["body"].encode())
