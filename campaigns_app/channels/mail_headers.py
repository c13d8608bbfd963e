"""What every offer mail bears, whoever carries it: the one-click way out, and that no person wrote it.

Source: RFC 8058, RFC 3834, and the rules of Gmail and Yahoo for bulk senders.
"""

from email.utils import parseaddr

from campaigns_app.channels.base import Message

REPLY_TO = "Reply-To"


def unsubscribe(message: Message) -> dict[str, str]:
    if not message.unsubscribe_url:
        return {}
    return {
        "List-Unsubscribe": f"<{message.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def automatic() -> dict[str, str]:
    return {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


def others(message: Message) -> dict[str, str]:
    """The message's own, without where answers go: providers have a field for that and refuse it as a header."""
    return {name: value for name, value in message.headers.items() if name != REPLY_TO}


def message_id(message: Message) -> str:
    """Follows from the delivery, so that an answer leads back to it."""
    return f"<{message.delivery_id}@{_domain(message.sender)}>"


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
