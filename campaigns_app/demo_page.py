"""The sandbox's demo page: a small app of a simulated company, with the real widget, events and clock."""

from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from campaigns_app import demo, sandbox
from campaigns_app.models import Delivery
from consent_app import links
from people_app import entitlements
from signals_app import usage
from upsell_project.lib import clock
from upsell_project.lib.secrets import token

COOKIE = "demo_person"
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; img-src 'self'"
STEPS = {"1h": timedelta(hours=1), "12h": timedelta(hours=12), "3d": timedelta(days=3)}


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """A sandbox opens on its demo, a deployment on its admin."""
    return HttpResponseRedirect("/demo/" if settings.SANDBOX else "/admin/")


@require_GET
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """`/demo/`: shows the person of the cookie, else the first one; changes nothing."""
    _sandbox_only()
    chosen = request.COOKIES.get(COOKIE, demo.FIRST)
    visitor = demo.visitor(chosen if chosen.isprintable() else demo.FIRST)
    context = _context(visitor, request) if visitor else {}
    response = render(request, "demo/page.html", context | {"visitor": visitor})
    response["Content-Security-Policy"] = CSP
    response["Cache-Control"] = "no-store"
    return response


def _context(visitor: demo.Visitor, request: HttpRequest) -> dict[str, object]:
    now = clock.now()
    used = usage.totals([visitor.account.pk], now).get((visitor.account.pk, "exports"), (0, None))[0]
    cap = entitlements.of([visitor.account.pk]).get((visitor.account.pk, "exports")) or 0
    sent = Delivery.objects.filter(person=visitor.person).order_by("-intended_at", "-id")[:5]
    return {
        "used": int(used),
        "cap": int(cap),
        "now": now,
        "shifted": clock.offset() > timedelta(seconds=1),
        "deliveries": sent,
        "preferences": links.preferences_url(visitor.person.pk),
        "note": request.GET.get("note", "")[:200],
        "bought": request.GET.get("checkout", "")[:50],
        "chat": request.GET.get("chat", "")[:50],
    }


@require_POST
@csrf_protect
def act(request: HttpRequest) -> HttpResponse:
    """The buttons of the demo: skip time, or begin again as somebody new."""
    _sandbox_only()
    wish = request.POST.get("wish", "")
    note = ""
    if wish in STEPS:
        try:
            sandbox.advance(STEPS[wish])
        except sandbox.NobodyWorks as error:
            note = str(error)
    response = HttpResponseRedirect("/demo/" + (f"?{urlencode({'note': note})}" if note else ""))
    if wish == "restart":
        person = demo.welcome(f"demo-{token(length=6)}", "Ana")
        response.set_cookie(COOKIE, person.user_id or "", httponly=True, samesite="Lax")
    return response


def _sandbox_only() -> None:
    if not settings.SANDBOX:
        raise Http404
