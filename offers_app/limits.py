"""How long a text may be on each channel, as data with its source; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from offers_app import sms

TEXTS: Mapping[str, int] = {
    "headline": 300,
    "body": 5_000,
    "why": 1_000,
    "cta_label": 60,
    "secondary_label": 60,
}
"""The texts of a treatment, and how long each may be when it is proposed; whatever its channel."""
HTML = frozenset({"body"})
"""Those that are not plain text."""
SMS_SEGMENTS = 3


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` characters of one part of a message; `why` is what holds it, `source` where that is written."""

    most: int
    why: str
    source: str


_SUBJECT = Limit(
    150, "longer subjects are cut by every mail program", "RFC 5322, 2.1.1: lines of 78 characters, twice"
)
_PUSH_TITLE = Limit(
    65, "Android shows one line of about 65", "https://developer.android.com/develop/ui/views/notifications"
)
_PUSH_BODY = Limit(
    178,
    "iOS shows four lines of about 178",
    "https://developer.apple.com/design/human-interface-guidelines/notifications",
)
_WHATSAPP = Limit(
    1024,
    "the body of a message template",
    "https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components",
)
_CHAT = Limit(
    4000, "a text block that chat tools still show whole", "https://api.slack.com/reference/block-kit/blocks"
)
LIMITS: Mapping[str, Mapping[str, Limit]] = {
    "in_app": {
        "headline": Limit(120, "three lines of the banner at 375 px", "measured in the widget"),
        "body": Limit(1500, "one screen of the modal at 375 px", "measured in the widget"),
    },
    "email": {"headline": _SUBJECT},
    "push": {"headline": _PUSH_TITLE, "body": _PUSH_BODY},
    "whatsapp": {"body": _WHATSAPP},
    "chat": {
        "headline": Limit(300, "the title of a task for staff", "campaigns_app.models.StaffTask"),
        "body": _CHAT,
    },
    "voice": {
        "headline": Limit(300, "the title of a task for staff", "campaigns_app.models.StaffTask"),
        "body": _CHAT,
    },
}
"""By channel and part. SMS counts segments: see `faults`."""


def faults(channel: str, parts: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each part that is too long. `parts`: plain text by `headline` and `body`."""
    if channel == "sms":
        return _of_sms(parts.get("body", ""))
    found = {}
    for part, limit in LIMITS.get(channel, {}).items():
        length = len(parts.get(part, ""))
        if length > limit.most:
            found[part] = f"has {length} characters; at most {limit.most} ({limit.why})"
    return found


def _of_sms(text: str) -> dict[str, str]:
    size = sms.size(text)
    if size.segments <= SMS_SEGMENTS:
        return {}
    strange = f"; {' '.join(size.outside[:10])} need UCS-2" if size.outside else ""
    return {"body": f"has {size}; at most {SMS_SEGMENTS}{strange}"}


def told(channel: str, parts: Mapping[str, str]) -> str:
    """How long it is, for staff: "1 segment, 98 units of GSM-7", "body 80 of 178"."""
    if channel == "sms":
        return str(sms.size(parts.get("body", "")))
    counts = [
        f"{part} {len(parts.get(part, ''))} of {limit.most}"
        for part, limit in LIMITS.get(channel, {}).items()
    ]
    return ", ".join(counts)


def fixed(source: str) -> str:
    """The part of a Liquid text that stands in every rendering: without fields, and without what is conditional or
    repeated. A text whose fixed part is too long can never be sent."""
    kept, depth, last = [], 0, 0
    for found in _TAG.finditer(source):
        if depth == 0:
            kept.append(source[last : found.start()])
        last = found.end()
        depth = max(0, depth + _step(found[1] or ""))
    if depth == 0:
        kept.append(source[last:])
    return "".join(kept)


def _step(tag: str) -> int:
    if tag in _BLOCKS:
        return 1
    return -1 if tag.removeprefix("end") in _BLOCKS else 0


_TAG = re.compile(r"\{\{.*?\}\}|\{%-?\s*(\w+).*?%\}", re.DOTALL)
_BLOCKS = frozenset({"if", "unless", "case", "for", "tablerow", "capture", "comment"})
