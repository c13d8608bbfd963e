"""What a provider says of one message, as an item. Pure, like `incoming`."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from signals_app.incoming import MAX_ID, Incoming, digest, short_id
from upsell_project.lib import masking


def receipt(
    name: str,
    message_id: str,
    at: datetime,
    *,
    channel: str,
    message: str = "",
    user_id: str = "",
    lookup: Mapping[str, str] | None = None,
    person_ids: Mapping[str, str] | None = None,
    **properties: Any,
) -> Incoming:
    """What became of a message, or what its recipient said to it. `message` is the provider's id of the message.

    What is empty is left out. Addresses stay in `lookup`, and of a link only what opens no door to its recipient.
    """
    said = {name: _told(name, value) for name, value in properties.items() if value not in ("", None)}
    if url := properties.get("url"):
        said["link"] = digest(str(url))[:12]
    return Incoming(
        kind="track",
        message_id=short_id(message_id),
        occurred_at=at,
        name=name,
        user_id=_fitting(user_id) or None,
        properties={"channel": channel, "provider_message_id": _fitting(message), **said},
        lookup={kind: value for kind, value in (lookup or {}).items() if _fitting(value)},
        person_ids={kind: value for kind, value in (person_ids or {}).items() if _fitting(value)},
        active=False,
    )


def _told(name: str, value: Any) -> Any:
    if name == "url":
        return masking.masked(str(value).partition("?")[0].partition("#")[0])[:500]
    return (
        _ADDRESS.sub("(address)", value[:1000])[:500]
        if name == "reason" and isinstance(value, str)
        else value
    )


def _fitting(value: str) -> str:
    """One that is longer than any column of ours is left out."""
    return value if len(value) <= MAX_ID else ""


_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?")
