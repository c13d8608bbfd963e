"""What the widget calls: the offers of the person that the token names, and what that person did with them."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from campaigns_app import interact, serve
from campaigns_app.models import Interaction
from people_app.models import Person
from signals_app import authentication, cors
from signals_app.models import Source
from upsell_project.lib import bulk, clock, problem, strict_json
from upsell_project.lib.problem import Error

MAX_BODY = 8 * 1024
MAX_LIMIT = 10
REPORTED = {kind.value for kind in Interaction.Kind} - {"converted", "ignored", "replied"}
View = Callable[[HttpRequest, Source, authentication.Claims], HttpResponse]


class Unacceptable(Exception):
    """The request cannot be used; what to correct is in `errors`."""

    def __init__(self, status: int, detail: str, *errors: Error) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors


def for_person(method: str) -> Callable[[View], Callable[[HttpRequest], HttpResponse]]:
    """Nothing about the person is taken from anywhere but their signed token."""

    def decorate(view: View) -> Callable[[HttpRequest], HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if request.method == "OPTIONS":
                return cors.preflight(request)
            source = None
            try:
                source = _source(request, method)
                claims = authentication.claims_of(source, authentication.bearer(request))
                response = view(request, source, claims)
            except Unacceptable as error:
                response = problem.response(request, error.status, error.detail, error.errors)
            except authentication.BadToken as error:
                response = problem.response(request, 401, f"{error}.")
            except interact.IdTaken as error:
                response = problem.response(request, 409, str(error))
            except (OperationalError, InterfaceError):
                response = problem.response(request, 503, "Try again shortly.", headers={"Retry-After": "2"})
            response["Cache-Control"] = "private, no-store"
            return cors.open_to(response, request, source)

        return guarded

    return decorate


def _source(request: HttpRequest, method: str) -> Source:
    if request.method != method:
        raise Unacceptable(405, f"Send this as a {method}.")
    source = authentication.source_of(request.headers.get("X-Write-Key") or request.GET.get("key", ""))
    if source is None or source.kind != "web":
        raise Unacceptable(401, "The web write key is missing or unknown.")
    if not cors.allowed(request, source):
        raise Unacceptable(403, "This origin is not on the source's list of allowed origins.")
    return source


@for_person("GET")
def offers(request: HttpRequest, source: Source, claims: authentication.Claims) -> HttpResponse:
    """`GET /v1/offers?placement=SLUG&limit=1`: reads what is ready; decides and changes nothing."""
    placement, limit = request.GET.get("placement"), _limit(request)
    unheard_of = placement is not None and not placement.isprintable()
    found = [] if unheard_of else serve.offers(claims.user_id, claims.account, placement, limit, clock.now())
    answer = bulk.json({"offers": found, "poll_after_s": serve.POLL_SECONDS})
    return HttpResponse(answer, content_type="application/json")


def _limit(request: HttpRequest) -> int:
    given = request.GET.get("limit", "1")
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= MAX_LIMIT:
        error = Error("?limit", "out_of_range", f"must be a whole number from 1 to {MAX_LIMIT}")
        raise Unacceptable(400, "The limit cannot be used.", error)
    return int(given)


@for_person("POST")
def interactions(request: HttpRequest, source: Source, claims: authentication.Claims) -> HttpResponse:
    """`POST /v1/interactions`: recorded before the answer; the same id again changes nothing."""
    act = _act(request)
    person = (
        Person.objects.filter(user_id=claims.user_id, erased_at=None).only("pk", "merged_into_id").first()
    )
    known = person is not None and interact.record(
        act["proposition_id"],
        person.merged_into_id or person.pk,
        act["kind"],
        id=act["id"],
        at=act["at"],
        how="widget",
        data=act["data"],
    )
    if not known:
        raise Unacceptable(404, "There is no such proposition.")
    return JsonResponse({"ok": True}, status=202)


def _act(request: HttpRequest) -> dict[str, Any]:
    sent = _sent(request)
    errors: list[Error] = []
    act = {
        "id": _uuid(sent, "id", errors),
        "proposition_id": _uuid(sent, "proposition_id", errors),
        "kind": _one_of(sent, "kind", REPORTED, errors),
        "at": _at(sent, errors),
        "data": _data(sent, errors),
    }
    if errors:
        raise Unacceptable(400, "The interaction cannot be used.", *errors)
    return act


def _sent(request: HttpRequest) -> dict[str, Any]:
    body = request.body
    if len(body) > MAX_BODY:
        raise Unacceptable(413, f"The body is larger than {MAX_BODY} bytes.")
    try:
        sent = strict_json.loads(body)
    except strict_json.Refused as error:
        raise Unacceptable(400, f"The body {error.reason}.") from None
    if not isinstance(sent, dict):
        raise Unacceptable(400, "The body is not a JSON object.")
    return sent


def _uuid(sent: dict[str, Any], field: str, errors: list[Error]) -> uuid.UUID | None:
    value = sent.get(field)
    try:
        return uuid.UUID(value)
    except (TypeError, ValueError, AttributeError):
        errors.append(Error(f"#/{field}", "invalid", "must be a UUID"))
        return None


def _one_of(sent: dict[str, Any], field: str, allowed: set[str], errors: list[Error]) -> Any:
    value = sent.get(field)
    if not isinstance(value, str) or value not in allowed:
        errors.append(Error(f"#/{field}", "invalid", f"must be one of {', '.join(sorted(allowed))}"))
    return value


def _at(sent: dict[str, Any], errors: list[Error]) -> datetime:
    """The sender's time, moved with the sandbox clock; without one, now."""
    value = sent.get("at")
    if value is None:
        return clock.now()
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)) + clock.offset()
    except (TypeError, ValueError, OverflowError):
        errors.append(Error("#/at", "invalid", "must be an ISO 8601 time"))
        return clock.now()


def _data(sent: dict[str, Any], errors: list[Error]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if sent.get("kind") == "snoozed":
        days = sent.get("snooze_days", interact.SNOOZE_DAYS[0])
        if days not in interact.SNOOZE_DAYS or isinstance(days, bool):
            errors.append(
                Error(
                    "#/snooze_days", "invalid", f"must be one of {', '.join(map(str, interact.SNOOZE_DAYS))}"
                )
            )
        data["snooze_days"] = days
    if sent.get("kind") == "feedback":
        data["answer"] = _one_of(sent, "answer", set(interact.ANSWERS), errors)
        if isinstance(sent.get("comment"), str):
            data["comment"] = sent["comment"][:2000]
    return data
