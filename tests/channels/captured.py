"""What vendors' own SDKs sent (`captures/<vendor>.json`): method, path, the headers that matter, body."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from campaigns_app.channels.over_http import Request

HERE = Path(__file__).parent / "captures"


@cache
def of(vendor: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / f"{vendor}.json").read_text())
    return found


def form(request: Request | dict[str, Any]) -> dict[str, str]:
    body = request["body"] if isinstance(request, dict) else (request.body or b"").decode()
    return dict(parse_qsl(body, keep_blank_values=True))


def said(request: Request | dict[str, Any]) -> Any:
    """A JSON body."""
    return json.loads(request["body"] if isinstance(request, dict) else request.body or b"null")


def head(request: Request | dict[str, Any], *names: str) -> dict[str, str]:
    """These headers, by their names in lower case."""
    headers = request["headers"] if isinstance(request, dict) else request.headers
    lower = {name.lower(): value for name, value in headers.items()}
    return {name: lower[name] for name in names}
