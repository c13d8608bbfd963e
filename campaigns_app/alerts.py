"""Tell staff that something is wrong with a source, or unusual with a signal: at most once an alert, by mail to
ALERT_EMAILS.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.urls import reverse

from campaigns_app import demo_inbox
from signals_app import health, signal_alerts
from signals_app.models import SignalAlert, SourceAlert
from upsell_project.lib import bulk, clock

TIMEOUT_SECONDS = 10
PORTS = {"smtp": 25, "smtps": 465, "smtp+tls": 587}

log = logging.getLogger(__name__)


def look() -> None:
    """The job: open and close alerts, then tell of those that nobody was told of. Several may look at once."""
    health.check(clock.now())
    signal_alerts.look()
    if settings.ALERT_EMAILS and settings.EMAIL_URL:
        tell()


def tell() -> None:
    """One mail for all that is new. Marked before it leaves: a mail that fails is not repeated, the home page still
    shows the alert."""
    alerts = [*map(_of_source, _untold_sources()), *map(_of_signal, signal_alerts.claim_untold(clock.real()))]
    if not alerts:
        return
    try:
        _send(written(alerts))
    except Exception as error:
        log.error("staff could not be told of %s alerts: %s", len(alerts), type(error).__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """As it is told."""

    title: str
    sentence: str
    link: str


def _untold_sources() -> list[SourceAlert]:
    claimed = bulk.select(
        "UPDATE signals_app_sourcealert SET told_at = %s WHERE told_at IS NULL AND closed_at IS NULL RETURNING id",
        clock.real(),
    )
    ids = [row[0] for row in claimed]
    return list(SourceAlert.objects.filter(pk__in=ids).select_related("source").order_by("pk"))


def _of_source(alert: SourceAlert) -> Alert:
    link = reverse("admin:signals_app_source_change", args=[alert.source_id])
    return Alert(str(alert), alert.sentence, f"{settings.PUBLIC_URL}{link}")


def _of_signal(alert: SignalAlert) -> Alert:
    link = reverse("admin:signals_app_signaldefinition_change", args=[alert.definition_id])
    title = f"{alert.definition}: unusually {'many' if alert.evidence.get('turn') == 'spike' else 'few'}"
    return Alert(title, alert.evidence.get("sentence", ""), f"{settings.PUBLIC_URL}{link}")


def written(alerts: Sequence[Alert]) -> EmailMessage:
    first = " ".join(alerts[0].title.split())
    more = f" and {len(alerts) - 1} more" if len(alerts) > 1 else ""
    body = "\n\n".join(f"{alert.title}\n{alert.sentence}\n{alert.link}" for alert in alerts)
    mail = EmailMessage(
        f"[{settings.COMPANY}] {first}{more}"[:200], body, settings.SENDER, settings.ALERT_EMAILS
    )
    mail.extra_headers = {
        "Message-ID": f"<alert-{uuid.uuid4().hex}@upsell>",
        "Auto-Submitted": "auto-generated",
    }
    return mail


def _send(mail: EmailMessage) -> None:
    """By EMAIL_URL, as all mail; the sandbox keeps it in its own inbox."""
    url = urlsplit(settings.EMAIL_URL)
    if url.scheme == "demo":
        for to in mail.to:
            raw = mail.message().as_string()
            demo_inbox.keep(
                f"{mail.extra_headers['Message-ID']}{to}", to, str(mail.subject), raw, clock.now()
            )
        return
    if url.scheme == "console":
        mail.connection = get_connection("django.core.mail.backends.console.EmailBackend")
    else:
        mail.connection = get_connection(
            "django.core.mail.backends.smtp.EmailBackend",
            host=url.hostname,
            port=url.port or PORTS.get(url.scheme, 25),
            username=unquote(url.username or ""),
            password=unquote(url.password or ""),
            use_ssl=url.scheme == "smtps",
            use_tls=url.scheme == "smtp+tls",
            timeout=TIMEOUT_SECONDS,
        )
    mail.send()
