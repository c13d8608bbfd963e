"""Real SDKs, each behind the same call: send these calls, return what the SDK told its caller of errors."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from segment.analytics.client import Client

NODE = Path(__file__).parent / "node"
Call = dict[str, Any]
Send = Callable[[str, str, Sequence[Call]], list[str]]
_PYTHON_NAMES = {
    "userId": "user_id",
    "anonymousId": "anonymous_id",
    "groupId": "group_id",
    "previousId": "previous_id",
    "messageId": "message_id",
}


def segment_python(url: str, key: str, calls: Sequence[Call], *, gzip: bool = False) -> list[str]:
    errors: list[str] = []
    client = Client(
        key,
        host=url,
        gzip=gzip,
        upload_size=4,
        upload_interval=0.1,
        on_error=lambda error, _: errors.append(str(error)),
    )
    for call in calls:
        given = {_PYTHON_NAMES.get(name, name): value for name, value in call.items() if name != "type"}
        getattr(client, call["type"])(**given | {"timestamp": datetime.fromisoformat(call["timestamp"])})
    client.shutdown()
    return errors


def node(sdk: str, url: str, key: str, calls: Sequence[Call], *, gzip: bool = False) -> list[str]:
    asked = {"sdk": sdk, "url": url, "key": key, "gzip": gzip, "calls": calls}
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        ["node", "send.mjs"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        cwd=NODE,
        env=env,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    errors: list[str] = json.loads(done.stdout.splitlines()[-1])["errors"]
    return errors


SDKS: dict[str, Send] = {
    "segment-python": segment_python,
    "segment-python-gzip": partial(segment_python, gzip=True),
    "segment-node": partial(node, "segment"),
    "rudder-node": partial(node, "rudder"),
    "rudder-node-gzip": partial(node, "rudder", gzip=True),
}
