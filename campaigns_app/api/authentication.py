"""Who calls the staff API, and what they may do: a key with a role, or a logged-in member of staff."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.models import AnonymousUser, User
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from campaigns_app import api_keys
from campaigns_app.models import ApiKey

if TYPE_CHECKING:  # the framework's views read their settings, which name this module, while they load
    from rest_framework.views import APIView

_RANKS = {ApiKey.Role.VIEWER: 0, ApiKey.Role.EDITOR: 1, ApiKey.Role.ADMIN: 2}
_VERBS = {"GET": "view", "HEAD": "view", "POST": "add", "PATCH": "change", "DELETE": "delete"}


class KeyCaller(AnonymousUser):
    """The caller behind an API key: known, but no user of the admin."""

    def __init__(self, key: ApiKey) -> None:
        self.key = key

    @property
    def is_authenticated(self) -> Any:
        return True


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer sk_...`. Another scheme is left to the session."""

    def authenticate(self, request: Request) -> tuple[KeyCaller, ApiKey] | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        row = api_keys.verify(key.strip())
        if row is None:
            raise AuthenticationFailed("This key is unknown or was revoked.")
        return KeyCaller(row), row

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="staff API"'


class RolePermission(BasePermission):
    """Keys by role (viewer reads, the view's `write_role` writes); staff by the admin's own permissions."""

    message = "This key or account may not do that."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        method = (request.method or "").lower()
        if method not in view.http_method_names or not hasattr(view, method):
            return True  # so that the answer is 405, whoever asks
        if isinstance(request.auth, ApiKey):
            return _ranks(request.auth, _needed(request, view))
        return _staff_may(request, view)


def may_see_addresses(request: Request) -> bool:
    """Viewers see masked contact addresses: enough to recognize one, too little to use."""
    if isinstance(request.auth, ApiKey):
        return _ranks(request.auth, ApiKey.Role.EDITOR)
    return _user(request).has_perm("people_app.change_contactpoint")


def caller(request: Request) -> str:
    """A stable name of who calls, for what is kept per caller."""
    return f"key:{request.auth.pk}" if isinstance(request.auth, ApiKey) else f"user:{request.user.pk}"


def name_of(request: Request) -> str:
    """Who is named in what is kept for the record: the key with its beginning, or the user."""
    return str(request.auth) if isinstance(request.auth, ApiKey) else _user(request).get_username()


def _needed(request: Request, view: "APIView") -> ApiKey.Role:
    reads = _VERBS.get(request.method or "") == "view"
    return ApiKey.Role.VIEWER if reads else getattr(view, "write_role", ApiKey.Role.ADMIN)


def _ranks(key: ApiKey, needed: ApiKey.Role) -> bool:
    return _RANKS[ApiKey.Role(key.role)] >= _RANKS[needed]


def _staff_may(request: Request, view: "APIView") -> bool:
    """`staff_permission` is `app.model`; a view without one is the superuser's. `staff_verb`: what any write is."""
    user = _user(request)
    if not (user.is_active and user.is_staff):
        return False
    label = getattr(view, "staff_permission", None)
    if label is None:
        return user.is_superuser
    app, model = label.split(".")
    verb = _VERBS.get(request.method or "", "change")
    verb = verb if verb == "view" else getattr(view, "staff_verb", "") or verb
    return user.has_perm(f"{app}.{verb}_{model}")


def _user(request: Request) -> User:
    return cast(User, request.user)
