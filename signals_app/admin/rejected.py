"""What was refused: grouped by reason, with the fix as a sentence, and tried again once the reason is gone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from people_app.masking import masked
from signals_app import replay
from signals_app.incoming import Rejected
from signals_app.models import Envelope, RejectedEvent, Source
from signals_app.replay import Replayed
from upsell_project.lib.admin_base import FactsAdmin, confirmed, log

SHOWN = 10


@dataclass(slots=True)
class Group:
    """Items that one source got wrong in the same way."""

    source: Source
    reason: str
    path: str
    fix: str
    rows: list[RejectedEvent] = field(default_factory=list)

    @property
    def shown(self) -> list[tuple[RejectedEvent, str]]:
        """The first ones, each with what came."""
        return [(row, shown(row)) for row in self.rows[:SHOWN]]

    @property
    def query(self) -> str:
        """Finds all of them in the list of rejected events."""
        return urlencode(
            {"source__id__exact": self.source.pk, "reason__exact": self.reason, "path__exact": self.path}
        )


def groups(rows: Iterable[RejectedEvent]) -> list[Group]:
    """The newest first, as they came."""
    found: dict[tuple[int, str, str], Group] = {}
    for row in rows:
        key = (row.source_id, row.reason, row.path)
        group = found.setdefault(key, Group(row.source, row.reason, row.path, fix(row)))
        group.rows.append(row)
    return list(found.values())


def again(rows: QuerySet[RejectedEvent]) -> Replayed:
    """Read the envelopes once more that held these; what is still wrong comes back with its reason."""
    held = Envelope.objects.filter(
        pk__in=rows.values("envelope_id"), received_at__in=rows.values("received_at")
    )
    return replay.envelopes(held)


def asking(count: int) -> str:
    """What is asked before they are tried again."""
    what = "rejected event" if count == 1 else "rejected events"
    return f"{count} {what} will be judged afresh, with all that came in the same request."


def shown(row: RejectedEvent) -> str:
    """What came, with mail addresses as staff see them; it may not even be JSON."""
    return _ADDRESS.sub(lambda found: masked(found[0]), row.payload)


def fix(row: RejectedEvent | Rejected) -> str:
    """What the sender should change, as a sentence."""
    for words, advice in _ADVICE:
        if words in row.reason:
            return advice.format(path=row.path or "the item")
    return f"Correct {row.path or 'the item'} and send it again; its messageId may stay the same."


_ADDRESS = re.compile(r"[^\s\"'<>:,]+@[^\s\"'<>:,]+")
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


@admin.register(RejectedEvent)
class RejectedEventAdmin(FactsAdmin):
    list_display = ("received_at", "source", "path", "reason", "what_to_change")
    empty_hint = "Good: nothing that a source sent was refused."
    list_select_related = ("source",)
    list_filter = ("source",)
    fields = (
        "received_at",
        "source",
        "envelope_id",
        "index",
        "path",
        "reason",
        "what_to_change",
        "what_came",
    )
    readonly_fields = ("what_to_change", "what_came")
    actions = ("try_again",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in ("reason__exact", "path__exact") or super().lookup_allowed(lookup, value, request)

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("signals_app.change_rejectedevent")

    @admin.display(description="What to change")
    def what_to_change(self, row: RejectedEvent) -> str:
        return fix(row)

    @admin.display(description="What came")
    def what_came(self, row: RejectedEvent) -> str:
        return shown(row)

    @admin.action(description="Try again", permissions=["resolve"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[RejectedEvent]) -> HttpResponse | None:
        question = asking(queryset.count())
        if page := confirmed(self, request, queryset, question):
            return page
        log(request, queryset[:1_000], "Try again")
        self.message_user(request, f"{again(queryset)}.")
        return None
