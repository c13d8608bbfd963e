"""What just came in and what was refused: the page to watch while a source is being connected.

It asks for itself every few seconds and is told 204 while nothing is new. What is open stays open.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from people_app import homes
from people_app.models import Account
from signals_app.admin import rejected
from signals_app.admin.sources import curl_example
from signals_app.models import Event, RejectedEvent, Source
from upsell_project.lib import bulk, clock

SHOWN = 200
SEARCHED = 100_000
REJECTED_SEARCHED = 1_000
KINDS = ("track", "identify", "group", "page", "screen", "alias", "delete")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the page; empty ones filter nothing."""

    person: str
    name: str
    kind: str
    source: int | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Wanted":
        source = request.GET.get("source", "")
        return cls(
            request.GET.get("person", "").strip(),
            request.GET.get("name", "").strip(),
            request.GET.get("kind", "").strip(),
            int(source) if source.isascii() and source.isdigit() and len(source) < 19 else None,
        )

    def query(self, **more: str) -> str:
        kept = {"person": self.person, "name": self.name, "kind": self.kind, "source": self.source, **more}
        return urlencode({name: value for name, value in kept.items() if value})

    def __bool__(self) -> bool:
        return bool(self.person or self.name or self.kind or self.source)


@never_cache
def live_events(request: HttpRequest) -> HttpResponse:
    """The page; for htmx only its panel, or 204 when the panel that asks shows all of it already."""
    if not request.user.has_perm("signals_app.view_event"):
        raise PermissionDenied
    wanted = Wanted.of(request)
    events, refused = _counted(list(_events(wanted))), _rejected(wanted)
    seen = f"{events[0].pk if events else 0}.{refused[0].pk if refused else 0}"
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = _panel(request, wanted, events, refused)
    context["poll_url"] = f"{context['url']}?{wanted.query(seen=seen)}"
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "admin/live_events/panel.html", context)
    context |= {**admin.site.each_context(request), "title": "Live events"}
    return TemplateResponse(request, "admin/live_events/page.html", context)


def _panel(
    request: HttpRequest, wanted: Wanted, events: list[Event], refused: list[RejectedEvent]
) -> dict[str, Any]:
    sources, url = list(Source.objects.order_by("name")), reverse("live-events")
    return {
        "wanted": wanted,
        "kinds": KINDS,
        "paused": "paused" in request.GET,
        "url": url,
        "go_on_url": f"{url}?{wanted.query()}",
        "pause_url": f"{url}?{wanted.query(paused='1')}",
        "sources": sources,
        "events": events,
        "names": sorted({event.name for event in events if event.name}),
        "rejected": refused,
        "groups": rejected.groups(refused),
        "may_retry": request.user.has_perm("signals_app.change_rejectedevent"),
        "shown": SHOWN,
        "searched": f"{SEARCHED:,}",
        "example": _example(sources),
    }


def _example(sources: list[Source]) -> str:
    """A command that sends the first event, once there is a source that takes one."""
    own = next((source for source in sources if source.kind == "http" and source.active), None)
    return curl_example(own) if own else ""


def _events(wanted: Wanted) -> QuerySet[Event]:
    """The newest as they arrived. Only a person has an index: otherwise the last 100,000 are searched."""
    found = Event.objects.select_related("source", "person", "account").order_by("-pk")
    if wanted.person:
        found = found.filter(person__in=_called(wanted.person))
    else:
        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        found = found.filter(pk__gt=newest - SEARCHED)
    exact = {"name": wanted.name, "kind": wanted.kind, "source": wanted.source}
    return found.filter(**{field: value for field, value in exact.items() if value})[:SHOWN]


def _called(name: str) -> list[int]:
    """Who has this name now: a user id, also one of before, an anonymous id or a provider's."""
    return [person for (person,) in bulk.select(_CALLED, name)]


# From kind to kind of name along the index: values alone have none.
_CALLED = """
WITH RECURSIVE k(kind) AS (SELECT min(kind) FROM people_app_identity
    UNION ALL SELECT (SELECT min(kind) FROM people_app_identity WHERE kind > k.kind) FROM k WHERE kind IS NOT NULL)
SELECT DISTINCT i.person_id FROM k JOIN people_app_identity i ON i.kind = k.kind AND i.value = %s
WHERE i.person_id IS NOT NULL
"""


def _counted(events: list[Event]) -> list[Event]:
    """With the account that each counts for: one that names none counts where its person is at home."""
    ungrouped = [event for event in events if event.account_id is None and event.person_id]
    home = homes.of({event.person_id for event in ungrouped if event.person_id}, clock.now(), create=False)
    accounts = Account.objects.in_bulk({account for account in home.values() if account})
    for event in ungrouped:
        event.account = accounts.get(home[event.person_id or 0] or 0)
    return events


def _rejected(wanted: Wanted) -> list[RejectedEvent]:
    rows = RejectedEvent.objects.select_related("source").order_by("-received_at", "-pk")
    rows = rows.filter(source=wanted.source) if wanted.source else rows
    if not (wanted.person or wanted.name or wanted.kind):
        return list(rows[:SHOWN])
    return [row for row in rows[:REJECTED_SEARCHED] if _mentions(row, wanted)][:SHOWN]


def _mentions(row: RejectedEvent, wanted: Wanted) -> bool:
    kind = f'"{wanted.kind}"' if wanted.kind else ""
    return wanted.person in row.payload and wanted.name in row.payload and kind in row.payload
