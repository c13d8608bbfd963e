"""How intrusive a channel or placement is; pure."""

from collections.abc import Mapping
from typing import Any

# Sidebar < banner = e-mail < modal < push = chat < SMS = WhatsApp < voice.
INTRUSION = {
    "app-sidebar": 0,
    "app-banner": 1,
    "email": 1,
    "app-modal": 2,
    "push": 3,
    "chat": 3,
    "sms": 4,
    "whatsapp": 4,
    "voice": 5,
}


def of(placement: str, channel: str) -> int:
    """A placement that staff made counts like the mildest."""
    return INTRUSION.get(placement, INTRUSION.get(channel, 0))


def of_step(config: Mapping[str, Any]) -> int:
    """Of a message step."""
    return of(config.get("placement", ""), config.get("channel", ""))
