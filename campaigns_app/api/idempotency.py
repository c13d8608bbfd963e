"""`Idempotency-Key`: a POST that is sent again within a day acts once and gets the first answer again.

After draft-ietf-httpapi-idempotency-key-header: 400 for an unusable key, 409 while the first one is still
running, 422 when the key comes back with another body. Only successes are kept; a refused request may be
corrected and sent again.
"""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from campaigns_app.api.authentication import caller
from campaigns_app.api.problems import Conflict, Unprocessable
from campaigns_app.models import IdempotencyKey
from upsell_project.lib import clock

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
_USABLE = re.compile(r"[\x21-\x7e]{1,255}")

Handler = Callable[..., Response]


def once(*, atomic: bool = True) -> Callable[[Handler], Handler]:
    """Decorates a POST handler. `atomic` False: what it does must be visible to others before it answers."""

    def decorate(handler: Handler) -> Handler:
        @wraps(handler)
        def wrapped(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            if HEADER not in request.headers:
                return handler(view, request, *args, **kwargs)
            return _run(request, atomic, lambda: handler(view, request, *args, **kwargs))

        return wrapped

    return decorate


def _run(request: Request, atomic: bool, act: Callable[[], Response]) -> Response:
    together: AbstractContextManager[Any] = transaction.atomic() if atomic else nullcontext()
    with together:
        row, fresh = _claim(request)
        if not fresh:
            return _again(row, request)
        try:
            answer = act()
        except Exception:
            if not atomic:
                row.delete()
            raise
        row.status, row.answer = answer.status_code, json.dumps(answer.data, cls=JSONEncoder)
        row.save(update_fields=["status", "answer"])
    return answer


def _claim(request: Request) -> tuple[IdempotencyKey, bool]:
    """The row of this key and whether we are the first. A second one waits here for the first's commit."""
    key, now = request.headers[HEADER], clock.real()
    if not _USABLE.fullmatch(key):
        raise ParseError(f"{HEADER} is 1 to 255 visible ASCII characters.")
    IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
    return IdempotencyKey.objects.get_or_create(
        caller=caller(request),
        key=key,
        defaults={"fingerprint": _fingerprint(request), "created_at": now},
    )


def _again(row: IdempotencyKey, request: Request) -> Response:
    if row.fingerprint != _fingerprint(request):
        raise Unprocessable(f"This {HEADER} was used for another request.")
    if row.status is None:
        raise Conflict("The first request with this key has not answered yet; look at what it did.")
    return Response(json.loads(row.answer), row.status, headers={"Idempotent-Replayed": "true"})


def _fingerprint(request: Request) -> str:
    said = [request.method, request.path.rstrip("/"), json.dumps(request.data, sort_keys=True)]
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()
