"""Staff are told of each alert at most once, by one mail for all that is new."""

import time
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings
from django.utils.module_loading import import_string

from campaigns_app import alerts, dispatch
from campaigns_app.models import DemoMail
from signals_app.models import SourceAlert
from tests.build import a_source
from tests.conftest import Time
from tests.smtp_sink import Sink, serving
from upsell_project.lib import clock, queue

pytestmark = pytest.mark.django_db


def an_alert(**fields: Any) -> SourceAlert:
    kind = {"kind": "silent", "sentence": "Nothing has come since noon.", "opened_at": clock.now()}
    # A silent source of which nothing came since then: looking does not close it.
    return SourceAlert.objects.create(source=a_source(name="Back\nend"), **{**kind, **fields})


@override_settings(ALERT_EMAILS=["ops@corp.test", "ann@corp.test"])
def test_one_mail_for_all_that_is_new_and_never_again(time: Time) -> None:
    sink = Sink()
    first = an_alert()
    an_alert()
    with serving(sink) as port, override_settings(EMAIL_URL=f"smtp://127.0.0.1:{port}"):
        alerts.look()
        alerts.look()
        assert len(sink.mails) == 1
        an_alert()
        alerts.look()
    assert len(sink.mails) == 2
    mail = sink.mails[0]
    assert mail["To"] == "ops@corp.test, ann@corp.test"
    assert mail["Subject"] == "[Upsell] Back end: Silent and 1 more"
    text = mail.get_content()
    assert text.count("Nothing has come since noon.") == 2
    assert f"http://testserver/admin/signals_app/source/{first.source_id}/change/" in text
    assert SourceAlert.objects.filter(told_at=None).count() == 0


@override_settings(ALERT_EMAILS=["ops@corp.test"], EMAIL_URL="smtp://127.0.0.1:1")
def test_a_mail_that_fails_is_not_repeated_and_stops_nothing(time: Time) -> None:
    an_alert()
    alerts.look()
    assert SourceAlert.objects.get().told_at is not None


@override_settings(ALERT_EMAILS=[])
def test_with_nobody_to_tell_nothing_is_marked_as_told(time: Time) -> None:
    an_alert()
    alerts.look()
    assert SourceAlert.objects.get().told_at is None


@override_settings(ALERT_EMAILS=["ops@corp.test"])
def test_the_sandbox_keeps_it_in_its_own_inbox(time: Time) -> None:
    an_alert()
    alerts.look()
    kept = DemoMail.objects.get()
    assert (kept.to, kept.subject) == ("ops@corp.test", "[Upsell] Back end: Silent")


@override_settings(ALERT_EMAILS=["ops@corp.test"])
def test_what_is_over_is_told_to_nobody(time: Time) -> None:
    an_alert(closed_at=time.now)
    alerts.look()
    assert not DemoMail.objects.exists()


def test_the_dispatcher_has_them_looked_at_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds, jobs = iter(range(0, 10_000, 15)), list[str]()

    class Turns(Event):
        left = 8

        def wait(self, timeout: float | None = None) -> bool:
            self.left -= 1
            return self.left < 0

    monkeypatch.setattr(dispatch, "time", SimpleNamespace(monotonic=lambda: next(seconds), sleep=time.sleep))
    monkeypatch.setattr(dispatch, "look", list)
    monkeypatch.setattr(queue, "nudge_now", jobs.append)
    dispatch.run(Turns())
    assert jobs == ["alerts", "alerts"]


def test_the_job_is_the_one_that_workers_run(settings: Any) -> None:
    assert import_string(settings.JOBS["alerts"]) is alerts.look
