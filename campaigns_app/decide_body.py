"""The body of `POST /v1/decide`: what may be asked, and each thing in it that cannot be used. Knows no database."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from offers_app import personalize
from people_app.models import Channel
from signals_app.incoming import MAX_ID
from upsell_project.lib import bulk
from upsell_project.lib.problem import Error

MAX_BODY = 16 * 1024
MAX_CONTEXT = 4 * 1024
MAX_DEPTH = 4
MAX_OFFERS = 200
MAX_LIMIT = 10
# A chat is a task for staff and a call is made by a human: neither is decided for a program.
CHANNELS = (Channel.IN_APP, Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.WHATSAPP)
MEMBERS = {
    "userId",
    "account",
    "placement",
    "channel",
    "offers",
    "template",
    "context",
    "limit",
    "id",
    "writeKey",
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class Request:
    """Who is asked about, where it would be shown, and from what may be chosen; no `offers`: from all that fit."""

    user_id: str
    channel: str
    placement: str = ""
    account: str | None = None
    offers: tuple[str, ...] | None = None
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)


def read(sent: Mapping[str, Any]) -> tuple[Request | None, list[Error]]:
    """The request, or what is wrong with it."""
    errors = [
        Error(f"#/{name}"[:200], "unknown", f"is not one of {', '.join(sorted(MEMBERS - {'writeKey'}))}")
        for name in sorted(sent.keys() - MEMBERS)
    ]
    placement = _text(sent, "placement", 50, errors)
    request = Request(
        _id(sent, "userId", errors) or "",
        _channel(sent, placement, errors),
        placement or "",
        _id(sent, "account", errors, required=False),
        _offers(sent, errors),
        _text(sent, "template", 50, errors) or "",
        _context(sent, errors),
    )
    limit = sent.get("limit", 1)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_LIMIT:
        errors.append(Error("#/limit", "out_of_range", f"must be a whole number from 1 to {MAX_LIMIT}"))
    if "id" in sent and not usable_key(sent["id"]):
        errors.append(Error("#/id", "invalid", "must be 1 to 255 visible ASCII characters"))
    return (None, errors) if errors else (request, [])


def usable_key(value: Any) -> bool:
    """Whether it can name a request, as `Idempotency-Key` or `id`."""
    return isinstance(value, str) and bool(_KEY.fullmatch(value))


def _id(sent: Mapping[str, Any], name: str, errors: list[Error], *, required: bool = True) -> str | None:
    value = sent.get(name)
    if value is None and not required:
        return None
    if isinstance(value, str) and value.strip() and len(value) <= MAX_ID and value.isprintable():
        return value
    said = f"must be a printable text of 1 to {MAX_ID} characters"
    errors.append(Error(f"#/{name}", "required" if value is None else "invalid", said))
    return None


def _text(sent: Mapping[str, Any], name: str, longest: int, errors: list[Error]) -> str | None:
    value = sent.get(name)
    if value is None:
        return None
    if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable():
        return value
    errors.append(Error(f"#/{name}", "invalid", f"must be a printable text of 1 to {longest} characters"))
    return None


def _channel(sent: Mapping[str, Any], placement: str | None, errors: list[Error]) -> str:
    """A placement is in the app, and the app is never without a placement."""
    value = sent.get("channel", Channel.IN_APP if "placement" in sent else None)
    if value is None:
        errors.append(Error("#/placement", "required", "say where: a placement, or a channel"))
    elif value not in list(CHANNELS):
        errors.append(Error("#/channel", "unknown", f"must be one of {', '.join(CHANNELS)}"))
    elif value == Channel.IN_APP and sent.get("placement") is None:
        errors.append(Error("#/placement", "required", "an offer in the app needs a placement"))
    elif value != Channel.IN_APP and placement:
        errors.append(Error("#/placement", "invalid", f"is for offers in the app, not for {value}"))
    else:
        return str(value)
    return ""


def _offers(sent: Mapping[str, Any], errors: list[Error]) -> tuple[str, ...] | None:
    value = sent.get("offers")
    if value is None:
        return None
    if not isinstance(value, list) or not 0 < len(value) <= MAX_OFFERS:
        errors.append(Error("#/offers", "invalid", f"must be an array of 1 to {MAX_OFFERS} slugs"))
        return None
    for place, slug in enumerate(value):
        if not isinstance(slug, str) or not 0 < len(slug) <= 50 or not slug.isprintable():
            errors.append(Error(f"#/offers/{place}", "invalid", "must be the slug of an offer"))
    return tuple(dict.fromkeys(slug for slug in value if isinstance(slug, str)))


def _context(sent: Mapping[str, Any], errors: list[Error]) -> Mapping[str, Any]:
    value = sent.get("context")
    if value is None:
        return {}
    if not isinstance(value, dict):
        errors.append(Error("#/context", "invalid", "must be an object"))
        return {}
    _walk(value, "#/context", MAX_DEPTH, errors)
    if len(bulk.json(value).encode()) > MAX_CONTEXT:
        errors.append(Error("#/context", "too_large", f"must be at most {MAX_CONTEXT} bytes"))
    return value


def _walk(value: Any, pointer: str, levels: int, errors: list[Error]) -> None:
    """Names that a text can use, and not too deep."""
    if not isinstance(value, dict | list):
        return
    if levels == 0:
        errors.append(Error(pointer[:200], "invalid", f"is nested deeper than {MAX_DEPTH} levels"))
        return
    for name, child in value.items() if isinstance(value, dict) else enumerate(value):
        where = f"{pointer}/{name}"
        if isinstance(name, str) and not _NAME.fullmatch(name):
            said = "must be a name of letters, digits and _, at most 40, that begins with no digit"
            errors.append(Error(where[:200], "invalid", said))
        _walk(child, where, levels - 1, errors)


def spoken(value: Any) -> Any:
    """Context as texts may say it: what others told us goes through `personalize.said`."""
    if isinstance(value, dict):
        return {name: spoken(child) for name, child in value.items()}
    if isinstance(value, list):
        return [spoken(child) for child in value]
    return personalize.said(value) if isinstance(value, str) else value
