"""Sources of events: made with all their keys, and rotated."""

import base64
import re
import secrets as random
from collections.abc import Sequence
from typing import Any

from signals_app.connectors import CONNECTORS
from signals_app.models import Source
from upsell_project.lib import clock, secrets

STANDARD_WEBHOOKS = "standard"
MINIMUM_SECRET = 8
_SECRET_BYTES = 32  # HS256 wants a key at least as long as its hash (RFC 7518, 3.2)
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", re.IGNORECASE)


def kinds() -> list[str]:
    return list(CONNECTORS)


def create(kind: str, name: str = "", signing_secret: str = "", origins: Sequence[str] = ()) -> Source:
    """A new, active source. Raises ValueError with a sentence for an unknown kind, a bad origin or secret.

    Providers make their own signing secret: theirs stays empty (and refuses every request) until it is given.
    """
    if kind not in CONNECTORS:
        raise ValueError(f"There is no source of kind {kind!r}; there are {', '.join(kinds())}.")
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


def rotate(source: Source, signing_secret: str) -> None:
    """Take a new signing secret; the old one still counts while the sender changes over."""
    source.previous_secret, source.signing_secret = source.signing_secret, sound_secret(signing_secret)
    source.save(update_fields=["signing_secret", "previous_secret"])


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
    return "" if CONNECTORS[kind].signed else secrets.token("is_", _SECRET_BYTES)
