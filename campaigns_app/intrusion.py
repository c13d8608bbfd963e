"""How intrusive a channel is, and within the app the form of a placement; pure."""

from collections.abc import Mapping
from typing import Any

Formats = Mapping[str, str]
"""Of each placement, by its slug."""
# Sidebar < banner = e-mail < modal < push = chat < SMS = WhatsApp < voice.
INTRUSION = {
    "sidebar": 0,
    "banner": 1,
    "email": 1,
    "modal": 2,
    "push": 3,
    "chat": 3,
    "sms": 4,
    "whatsapp": 4,
    "voice": 5,
}


def of(placement: str, channel: str, formats: Formats) -> int:
    """In the app that of the placement's form, whatever its name; one that nobody knows counts like a modal."""
    return INTRUSION.get(channel, INTRUSION[formats.get(placement, "modal")])


def of_step(config: Mapping[str, Any], formats: Formats) -> int:
    """Of a message step."""
    return of(config.get("placement", ""), config.get("channel", ""), formats)
