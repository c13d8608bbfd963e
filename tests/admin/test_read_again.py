"""All envelopes of a source and a time are put back, some seconds a request; nothing is counted twice."""

from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app import replay
from signals_app.admin import read_again
from signals_app.models import Envelope, Source
from tests.build import a_source
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
PAGE = "/admin/signals_app/envelope/read-again/"


def an_envelope(source: Source, days_ago: float = 1, state: str = "done") -> Envelope:
    at = clock.real() - timedelta(days=days_ago)
    return Envelope.objects.create(source=source, call="track", body=b"{}", received_at=at, state=state)


def pending() -> list[int]:
    return list(Envelope.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True))


def written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def test_it_counts_first_and_then_puts_back_what_was_chosen(admin_client: Client) -> None:
    source, other = a_source("http"), a_source("http")
    young, parked, old = an_envelope(source), an_envelope(source, 40, "parked"), an_envelope(source, 34)
    an_envelope(other)
    page = admin_client.get(PAGE, {"source": source.pk})
    assert (page.context["found"], pending()) == ("3", [])
    page = admin_client.post(PAGE, {"source": source.pk})
    assert (
        "2 envelopes are in the inbox again; 1 were received more than 30 days ago" in page.content.decode()
    )
    assert pending() == [young.pk, parked.pk]
    assert Envelope.objects.get(pk=old.pk).state == "done"
    assert LogEntry.objects.get().object_id == str(source.pk)


def test_time_and_state_narrow_it(admin_client: Client) -> None:
    source = a_source("http")
    an_envelope(source, 5)
    between = an_envelope(source, 3)
    late = an_envelope(source, 1, "parked")
    now = clock.real()
    asked = {"since": written(now - timedelta(days=4)), "until": written(now - timedelta(days=2))}
    admin_client.post(PAGE, {"source": source.pk, **asked})
    assert pending() == [between.pk]
    admin_client.post(PAGE, {"source": source.pk, "parked_only": "on"})
    assert pending() == [between.pk, late.pk]


def test_many_take_several_requests_and_the_count_grows(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "CHUNK", 2)
    monkeypatch.setattr(read_again, "SECONDS_A_REQUEST", -1.0)
    source = a_source("http")
    for _ in range(5):
        an_envelope(source)
    sent, counts = {"source": str(source.pk)}, []
    while True:
        page = admin_client.post(PAGE, sent)
        counts.append(page.context["done"].count)
        if page.context["done"].upto is None:
            break
        sent = {name: str(value) for name, value in page.context["form"].data.items() if value != ""}
        assert "Go on" in page.content.decode()
    assert counts == [2, 4, 5, 5]
    assert LogEntry.objects.count() == 1


def test_who_may_only_look_may_not(client: Client) -> None:
    staff = User.objects.create(username="sam", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_envelope"))
    client.force_login(staff)
    assert client.post(PAGE, {"source": a_source().pk}).status_code == 403
    assert "read-again" not in client.get("/admin/signals_app/envelope/").content.decode()


def test_a_choice_that_makes_no_sense_is_asked_again(admin_client: Client) -> None:
    an_envelope(a_source("http"))
    assert "done" not in admin_client.post(PAGE, {"source": "0"}).context
    assert pending() == []
