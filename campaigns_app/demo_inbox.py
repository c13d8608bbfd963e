"""The sandbox's own inbox: mail is kept here instead of being sent, to be read as its recipient would."""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns_app.models import DemoMail

SHOWN = 200
SIMULATED = "@insightify.test"  # the demo's own customers: nobody is there
HEADERS = ("From", "To", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")


def keeps(address: str) -> bool:
    """Whether mail to this address stays here, whatever EMAIL_URL says."""
    return settings.SANDBOX and address.casefold().endswith(SIMULATED)


def keep(message_id: str, to: str, subject: str, raw: str, at: datetime) -> None:
    """Store one mail; the same one again changes nothing."""
    row = DemoMail(message_id=message_id[:200], to=to, subject=subject[:500], raw=raw, at=at)
    DemoMail.objects.bulk_create([row], ignore_conflicts=True)


@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """GET /demo/inbox/[?to=address]: the newest mails first."""
    _sandbox_only()
    mails = DemoMail.objects.order_by("-at", "-pk").defer("raw")
    to = request.GET.get("to", "")
    if to and to.isprintable():
        mails = mails.filter(to__iexact=to)
    return render(request, "demo/inbox.html", {"mails": mails[:SHOWN], "to": to})


@require_safe
@never_cache
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /demo/inbox/<id>/[?raw]: one mail, its headers and both parts; `raw` as it would have been sent."""
    _sandbox_only()
    kept = get_object_or_404(DemoMail, pk=pk)
    if "raw" in request.GET:
        return HttpResponse(kept.raw, content_type="text/plain; charset=utf-8")
    parsed = message_from_bytes(kept.raw.encode(), policy=policy.default)
    headers = [(name, str(parsed[name])) for name in HEADERS if parsed[name]]
    context = {"mail": kept, "headers": headers, "text": _part(parsed, "plain"), "html": _framed(parsed)}
    return render(request, "demo/inbox_mail.html", context)


def _sandbox_only() -> None:
    if not settings.SANDBOX:
        raise Http404


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body((kind,))
    return str(part.get_content()) if part else ""


def _framed(parsed: EmailMessage) -> str:
    """Its links must leave the frame: our own pages refuse to be framed."""
    return _part(parsed, "html").replace("<head>", '<head><base target="_top">', 1)
