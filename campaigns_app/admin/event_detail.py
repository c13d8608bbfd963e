"""One event opened on the live page: what it held and what became of it."""

import json
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from people_app.masking import without_addresses
from signals_app import mapping
from signals_app.admin.tester import as_call
from signals_app.models import Event, Meter, Signal

SOON = timedelta(minutes=10)
MOST = 10


@never_cache
def live_event(request: HttpRequest, pk: int) -> HttpResponse:
    """What is shown inside an opened row."""
    if not request.user.has_perm("signals_app.view_event"):
        raise PermissionDenied
    event = get_object_or_404(Event.objects.select_related("source", "person", "account"), pk=pk)
    context = {
        "event": event,
        "properties": json.dumps(
            without_addresses(event.properties), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False
        ),
        "mapped_from": event.properties.get(mapping.ORIGINAL, ""),
        "meters": _counted(event),
        "signals": list(_signals(event)),
    }
    return TemplateResponse(request, "admin/live_events/event.html", context)


def _counted(event: Event) -> list[mapping.Counted]:
    """What today's meters make of it."""
    if event.kind != "track":
        return []
    tried = mapping.try_out(as_call(event, event.name), [], list(Meter.objects.all()), event.received_at)
    return [counted for one in tried.trials for counted in one.meters]


def _signals(event: Event) -> QuerySet[Signal]:
    """Found right after it came, for its person or account: no signal names the event that tipped it."""
    whose = Q(person=event.person_id) if event.person_id else Q()
    whose |= Q(account=event.account_id) if event.account_id else Q()
    if not whose:
        return Signal.objects.none()
    span = (event.received_at, event.received_at + SOON)
    found = Signal.objects.filter(whose, detected_at__range=span).select_related("definition")
    return found.order_by("detected_at")[:MOST]
