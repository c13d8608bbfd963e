"""Real SDKs, each behind the same call: send these calls, return what the SDK told its caller of errors."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from rudderstack.analytics.client import Client as Rudder
from segment.analytics.client import Client as Segment

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


def python(
    sdk: Callable[..., Any], url: str, key: str, calls: Sequence[Call], *, gzip: bool = False
) -> list[str]:
    errors: list[str] = []
    client = sdk(
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
    return node_program("send.mjs", {"sdk": sdk, "url": url, "key": key, "gzip": gzip, "calls": calls})


def node_program(name: str, asked: dict[str, Any]) -> list[str]:
    """Run a program beside this file's; it reads what is asked from stdin and prints its errors last."""
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        ["node", name],
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
    "segment-python": partial(python, Segment),
    "segment-python-gzip": partial(python, Segment, gzip=True),
    "segment-node": partial(node, "segment"),
    "segment-node-old": partial(node, "old"),
    "rudder-python": partial(python, Rudder),
    "rudder-python-gzip": partial(python, Rudder, gzip=True),
    "rudder-node": partial(node, "rudder"),
    "rudder-node-gzip": partial(node, "rudder", gzip=True),
}
