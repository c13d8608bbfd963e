"""The picture or video of a text: what it must say of itself, and from where it may come.

The contract's shape: `{"kind": "image", "url", "alt"}` or `{"kind": "video", "url", "caption", "captions_url"}`.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

WORDS = {"image": "alt", "video": "caption"}
"""By kind the field that says in words what there is to see."""
ADDRESSES = {"image": ("url",), "video": ("url", "captions_url")}
MOST_WORDS = 300


def faults(media: Any) -> list[str]:
    """What is wrong with it, as sentences; none for no media at all (`{}` or None)."""
    if not media:
        return []
    kind = media.get("kind") if isinstance(media, dict) else None
    if not isinstance(kind, str) or kind not in WORDS:
        return ['Write {"kind": "image", ...} or {"kind": "video", ...}.']
    words, addresses = WORDS[kind], ADDRESSES[kind]
    unknown = sorted(media.keys() - {"kind", words, *addresses})
    found = [f"{name} is not a field of {kind}s." for name in unknown]
    said = media.get(words)
    if not isinstance(said, str) or not said.strip():
        found.append(f"{words} is missing: say in words what there is to see.")
    elif len(said) > MOST_WORDS:
        found.append(f"{words} has {len(said)} characters; at most {MOST_WORDS}.")
    return found + [fault for name in addresses if (fault := _address_fault(name, media.get(name)))]


def _address_fault(name: str, url: Any) -> str:
    if not isinstance(url, str) or not url:
        return f"{name} is missing."
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return f"{name} is not an address."
    if parts.scheme != "https" or not host or set(url) & set(" \"'<>\\\r\n\t"):
        return f"{name} must be an address that begins with https://."
    if host not in allowed_hosts():
        return f"{name}: the host {host} is not one of MEDIA_HOSTS."
    return ""


def allowed_hosts() -> Collection[str]:
    return {
        host.lower() for host in (*settings.MEDIA_HOSTS, urlsplit(settings.PUBLIC_URL).hostname or "") if host
    }


def rendered(media: Mapping[str, Any], line: Callable[[str, str], str]) -> dict[str, str] | None:
    """As it is shown; `line(name, source)` fills in the words."""
    if not media:
        return None
    words = WORDS[media["kind"]]
    return {**media, words: line(words, media[words])}
