"""Staff keys: made, checked, revoked. The key itself is shown once and stored nowhere."""

import hashlib
from datetime import timedelta

from django.db.models import Q

from campaigns_app.models import ApiKey
from upsell_project.lib import clock, secrets

PREFIX = "sk_"
_BYTES = 32
_SHOWN = len(PREFIX) + 6
_USE_NOTED_EVERY = timedelta(minutes=1)


def create(name: str, role: str = ApiKey.Role.VIEWER) -> tuple[ApiKey, str]:
    """The stored row, and the key in the clear for this one time. 256 random bits need no slow hash."""
    key = secrets.token(PREFIX, _BYTES)
    row = ApiKey.objects.create(
        name=name, role=role, prefix=key[:_SHOWN], key_hash=_hash(key), created_at=clock.real()
    )
    return row, key


def verify(key: str) -> ApiKey | None:
    """The row of a key that is in force, else None. Its use is noted at most once a minute."""
    row = ApiKey.objects.filter(key_hash=_hash(key), revoked_at=None).first()
    if row is not None:
        _note_use(row)
    return row


def revoke(row: ApiKey) -> None:
    """From the next request on the key is refused."""
    ApiKey.objects.filter(pk=row.pk, revoked_at=None).update(revoked_at=clock.real())


def _note_use(row: ApiKey) -> None:
    now = clock.real()
    if row.last_used_at is None or row.last_used_at < now - _USE_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=row.pk).update(last_used_at=now)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()
