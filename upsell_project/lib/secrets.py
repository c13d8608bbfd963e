"""Secrets at rest: a model field that encrypts, keyed hashes, and random tokens."""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, "field"))) for key in keys])


def _derive(key: str, purpose: str) -> bytes:
    return hmac.digest(key.encode(), f"upsell:{purpose}".encode(), hashlib.sha256)


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def encrypt(text: str) -> str:
    return _fernet(_keys()).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises ValueError when no current or fallback SECRET_KEY fits."""
    try:
        return _fernet(_keys()).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("this secret was encrypted with another SECRET_KEY") from error


def fingerprint(text: str, purpose: str) -> str:
    """A keyed hash (hex) that recognizes `text` again without holding it."""
    return hmac.new(_derive(settings.FINGERPRINT_KEY, purpose), text.encode(), hashlib.sha256).hexdigest()


def token(prefix: str = "", length: int = 24) -> str:
    """A random URL-safe token of `length` bytes behind a recognizable prefix."""
    return prefix + secrets.token_urlsafe(length)


class EncryptedField(models.TextField):  # type: ignore[type-arg]
    """Text that is encrypted in the database and plain on the instance."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value
