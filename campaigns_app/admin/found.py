"""The page of what was found: the plain one of `signals_app`, with what a recipient reads and what came of it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar

from babel import Locale
from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from campaigns_app import person_page, recipient_reasons
from campaigns_app.models import Enrollment
from offers_app.models import Proposition
from signals_app.admin.definitions import SignalAdmin
from signals_app.models import Signal

STAFF_READ = Locale("en")

admin.site.unregister(Signal)


@admin.register(Signal)
class FoundPageAdmin(SignalAdmin):
    fields: ClassVar[tuple[str, ...]] = (
        *("definition", "definition_version", "person", "account"),
        *("rests_on", "told", "came_of_it", "certainty", "detected_at", "expires_at"),
    )

    @admin.display(description="What a recipient reads under “Why did I get this?”")
    def told(self, signal: Signal) -> SafeString:
        return render_to_string("admin/campaigns_app/told.html", {"sentences": reasons(signal.evidence)})

    @admin.display(description="What came of it")
    def came_of_it(self, signal: Signal) -> SafeString:
        return render_to_string("admin/campaigns_app/came_of_it.html", {"runs": runs(signal)})


def reasons(evidence: Any) -> list[str]:
    """In English; none of one that rests on nothing that may be told."""
    facts = evidence.get("facts") if isinstance(evidence, Mapping) else None
    return recipient_reasons.sentences(facts, STAFF_READ) if isinstance(facts, list) else []


def runs(signal: Signal) -> list[tuple[Enrollment, str, list[Proposition]]]:
    """Those that began with it, where each stands, and what it offered. Two statements."""
    found = Enrollment.objects.filter(signal=signal).select_related("playbook", "version", "person", "step")
    rows = list(found.order_by("pk")[: person_page.RUNS])
    offered: dict[int, list[Proposition]] = defaultdict(list)
    those = Proposition.objects.filter(enrollment_id__in=[row.pk for row in rows]).select_related("offer")
    for one in those.order_by("ready_at"):
        offered[one.enrollment_id or 0].append(one)
    return [(row, person_page.doing(row), offered[row.pk]) for row in rows]
