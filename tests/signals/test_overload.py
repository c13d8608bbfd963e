"""When the workers are too far behind, senders are asked to wait, and nothing more is stored."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from signals_app import overload
from signals_app.models import Envelope, Source
from tests.build import a_source
from tests.signals.test_hooks import post as hooked
from tests.signals.test_hooks import subscription
from tests.signals.test_ingest import post, send, track
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked_afresh() -> Iterator[None]:
    overload.forget()
    yield
    overload.forget()


@pytest.fixture
def server() -> Source:
    return a_source("http")


def refused(client: Client, server: Source) -> HttpResponse:
    overload.forget()
    return post(client, "/v1/track", {**track(), "writeKey": server.write_key})


def test_more_than_may_wait_is_a_429_that_says_when_to_come_back(
    client: Client, server: Source, settings: Any
) -> None:
    settings.MAX_BACKLOG = 1
    send(client, server, track())
    assert refused(client, server).status_code == 200, "one waits: still allowed"
    answer = refused(client, server)
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert json.loads(answer.content)["code"] == "overloaded"
    assert hooked(client, a_source("stripe"), subscription(1, 60)).status_code == 429
    assert Envelope.objects.count() == 2


def test_one_that_waits_too_long_is_overload_too_and_none_is_when_it_is_done(
    client: Client, server: Source, settings: Any
) -> None:
    settings.MAX_BACKLOG_MINUTES = 5
    send(client, server, track())
    Envelope.objects.update(received_at=clock.real() - timedelta(minutes=6))
    assert refused(client, server).status_code == 429
    Envelope.objects.update(state="done")
    assert refused(client, server).status_code == 200


def test_a_sandbox_clock_that_leapt_ahead_is_no_backlog(
    client: Client, server: Source, settings: Any
) -> None:
    settings.MAX_BACKLOG_MINUTES = 5
    send(client, server, track())
    Envelope.objects.update(received_at=clock.real() - timedelta(days=9), clock_offset=-9 * 86_400)
    assert refused(client, server).status_code == 200


def test_it_asks_at_most_once_a_second(
    server: Source, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert [overload.overloaded() for _ in range(9)] == [False] * 9
    monkeypatch.setattr(overload, "CHECK_SECONDS", -1.0)
    with django_assert_num_queries(1):
        overload.overloaded()
