"""What just came in and what was refused: the page to watch while a source is being connected."""

from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from people_app.models import Person
from signals_app.models import Event, RejectedEvent, Source

SHOWN = 200
SEARCHED = 100_000
REJECTED_SEARCHED = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the page; empty ones filter nothing."""

    person: str
    name: str
    source: int | None

    @classmethod
    def of(cls, request: HttpRequest) -> "Wanted":
        source = request.GET.get("source", "")
        return cls(
            request.GET.get("person", "").strip(),
            request.GET.get("name", "").strip(),
            int(source) if source.isascii() and source.isdigit() else None,
        )


def live_events(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("signals_app.view_event"):
        raise PermissionDenied
    wanted = Wanted.of(request)
    context = {
        **admin.site.each_context(request),
        "title": "Live events",
        "wanted": wanted,
        "sources": list(Source.objects.order_by("name")),
        "events": _events(wanted),
        "rejected": [(row, fix(row)) for row in _rejected(wanted)],
        "shown": SHOWN,
        "searched": SEARCHED,
    }
    return TemplateResponse(request, "admin/live_events.html", context)


def _events(wanted: Wanted) -> QuerySet[Event]:
    """The newest as they arrived. Only a person has an index: otherwise the last 100,000 are searched."""
    found = Event.objects.select_related("source", "person", "account").order_by("-pk")
    if wanted.person:
        found = found.filter(person__in=list(Person.objects.filter(user_id=wanted.person)))
    else:
        newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        found = found.filter(pk__gt=newest - SEARCHED)
    if wanted.name:
        found = found.filter(name=wanted.name)
    return (found.filter(source=wanted.source) if wanted.source else found)[:SHOWN]


def _rejected(wanted: Wanted) -> list[RejectedEvent]:
    rows = RejectedEvent.objects.select_related("source").order_by("-received_at")
    rows = rows.filter(source=wanted.source) if wanted.source else rows
    if not (wanted.person or wanted.name):
        return list(rows[:SHOWN])
    return [row for row in rows[:REJECTED_SEARCHED] if _mentions(row, wanted)][:SHOWN]


def _mentions(row: RejectedEvent, wanted: Wanted) -> bool:
    return wanted.person in row.payload and wanted.name in row.payload


def fix(row: RejectedEvent) -> str:
    """What the sender should change, as a sentence."""
    for words, advice in _ADVICE:
        if words in row.reason:
            return advice.format(path=row.path or "the item")
    return f"Correct {row.path or 'the item'} and send it again; its messageId may stay the same."


_ADVICE: tuple[tuple[str, str], ...] = (
    ("anonymousId are both", "Add userId, or anonymousId before the person is known."),
    ("is missing", "Add {path}."),
    ("is empty", "Give {path} a value."),
    ("ISO 8601", "Send {path} as 2026-03-10T10:00:00Z, or leave it out."),
    ("is longer", "Shorten {path}."),
    ("is larger", "Send less in {path}: an event may have 32 KB."),
    ("duplicate key", "Send {path} once: a JSON object may name a key only once."),
    ("NUL", "Remove the character \\u0000 from {path}."),
    ("surrogate", "Send {path} as whole Unicode characters: half an emoji was cut off."),
    ("nested", "Flatten {path}."),
    ("2^53", "Send {path} as text: the number is too large to be exact."),
    ("not a string", "Send {path} as text in quotes."),
    ("not a JSON object", "Send {path} as an object in braces."),
)
