"""Sources of events: made with all their keys, and rotated."""

import base64
import re
import secrets as random
from collections.abc import Sequence
from typing import Any

from signals_app.connectors import CONNECTORS
from signals_app.models import Source
from upsell_project.lib import clock, secrets

STANDARD_WEBHOOKS = "standard_webhooks"
TOLD_OURS = frozenset({"http", "web", "zapier", "tray", "workato", "onesignal", "airship"})
"""Senders that are given our secret, to sign with it or as their API key; all others bring their own or need none."""
MINIMUM_SECRET = 8
_SECRET_BYTES = 32  # HS256 wants a key at least as long as its hash (RFC 7518, 3.2)
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", re.IGNORECASE)


def kinds() -> list[str]:
    return list(CONNECTORS)


def kind_of(name: str) -> str:
    """The kind of this name or other name, in whatever case. Raises ValueError with a sentence."""
    asked = name.strip().lower()
    for kind, connector in CONNECTORS.items():
        if asked in (kind, *connector.aliases):
            return kind
    raise ValueError(f"There is no source of kind {name!r}; there are {', '.join(kinds())}.")


def create(kind: str, name: str = "", signing_secret: str = "", origins: Sequence[str] = ()) -> Source:
    """A new, active source. Raises ValueError with a sentence for an unknown kind, a bad origin or secret.

    Providers make their own signing secret: theirs stays empty (and refuses every request) until it is given.
    """
    kind = kind_of(kind)
    return Source.objects.create(
        kind=kind,
        name=name or CONNECTORS[kind].label,
        write_key=secrets.token("wk_"),
        signing_secret=sound_secret(signing_secret) if signing_secret else _own_secret(kind),
        hook_token=secrets.token(),
        origins=[sound_origin(origin) for origin in origins],
        created_at=clock.now(),
    )


def once(source: Source) -> dict[str, Any]:
    """What is shown when a source was just made, and never again."""
    return {
        "id": source.pk,
        "kind": source.kind,
        "name": source.name,
        "write_key": source.write_key,
        "signing_secret": source.signing_secret,
        "hook_path": source.hook_path,
    }


def missing(source: Source) -> str:
    """What is left to do before this source believes anybody; empty when nothing is."""
    connector = CONNECTORS[source.kind]
    if source.signing_secret or not (connector.signed and connector.needs_secret):
        return ""
    return f"Every request is refused until the provider's secret is given. {connector.setup}".strip()


def rotate(source: Source, signing_secret: str) -> None:
    """Take a new signing secret; the old one still counts while the sender changes over."""
    source.previous_secret, source.signing_secret = source.signing_secret, sound_secret(signing_secret)
    source.save(update_fields=["signing_secret", "previous_secret"])


def retire(source: Source) -> None:
    """The sender has changed over: only the newest signing secret counts from here on."""
    source.previous_secret = ""
    source.save(update_fields=["previous_secret"])


def sound_origin(origin: str) -> str:
    """As browsers send it in `Origin`: scheme, host and port, in lower case."""
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin!r} is not an origin such as https://app.example.com")
    return origin.lower()


def sound_secret(secret: str) -> str:
    cleaned = secret.strip()
    if len(cleaned) < MINIMUM_SECRET:
        raise ValueError(f"A signing secret has at least {MINIMUM_SECRET} characters.")
    return cleaned


def _own_secret(kind: str) -> str:
    if kind == STANDARD_WEBHOOKS:
        return "whsec_" + base64.b64encode(random.token_bytes(_SECRET_BYTES)).decode()
    return secrets.token("is_", _SECRET_BYTES) if kind in TOLD_OURS else ""
