"""Rates per source and per address: counted in each process, added up in Redis, and never unlimited."""

import base64
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from signals_app import limits
from signals_app.limits import Rates
from signals_app.models import Envelope, Source
from tests import redis_commands
from tests.build import a_source
from upsell_project import embedded
from upsell_project.lib import clock

SECOND = datetime(2026, 3, 10, 10, 0, 0, 300_000, UTC)


@pytest.fixture(autouse=True)
def one_second(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Real time stands, and a busy machine has time to answer."""
    monkeypatch.setattr(limits, "REDIS_SECONDS", 5.0)
    monkeypatch.setattr(clock, "real", lambda: SECOND)
    limits.forget()
    limits._redis().flushdb()
    yield
    limits.forget()


def until_refused(rates: Rates, limit: int, most: int = 10_000) -> int:
    for taken in range(most):
        if not rates.take("name", 1, limit):
            return taken
    return most


def test_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates()
    assert until_refused(rates, 100) == 100
    assert rates.take("other", 1, 100)
    monkeypatch.setattr(clock, "real", lambda: SECOND.replace(second=1))
    assert until_refused(rates, 100) == 100


def test_a_batch_larger_than_the_limit_still_gets_through_alone() -> None:
    rates = Rates()
    assert rates.take("name", 500, 100)
    assert not rates.take("name", 1, 100)


def test_processes_share_one_limit_by_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FLUSH_SECONDS", 0.0)
    four = [Rates() for _ in range(4)]
    taken = 0
    for _ in range(1000):
        taken += sum(rates.take("name", 1, 1000) for rates in four)
    assert 1000 <= taken <= 1000 + 4 * (1000 // limits.QUIET + 1)


def test_far_from_the_limit_redis_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rates, "_tell", lambda rates: pytest.fail("asked"))
    rates = Rates()
    assert all(rates.take("name", 1, 1000) for _ in range(1000 // limits.QUIET))


def test_redis_is_asked_at_most_ten_times_a_second() -> None:
    rates = Rates()
    with redis_commands.counted() as given:
        while rates.take("name", 1, 5000):
            rates.take("other", 1, 10_000)
    assert 2 <= len(given) < 60


def test_without_redis_each_process_holds_to_the_limit(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    limits.forget()
    assert until_refused(Rates(), 1000) == 1000


def test_memory_is_that_of_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates()
    for number in range(1000):
        rates.take(f"address:{number}", 1, 5)
    monkeypatch.setattr(clock, "real", lambda: SECOND.replace(second=1))
    rates.take("name", 1, 5)
    assert len(rates._here) == 1


def test_redis_killed_under_load_changes_nothing_but_the_sharing(tmp_path: Path, settings: Any) -> None:
    servers = embedded.start(tmp_path, postgres=False)
    try:
        settings.REDIS_URL = servers.redis_url
        limits.forget()
        rates = Rates()
        taken = sum(rates.take("name", 1, 1000) for _ in range(400))
        assert limits._redis().keys("upsell:rate:name:*")
        assert servers.redis
        pid = servers.redis.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        taken += until_refused(rates, 1000)
        assert taken == 1000
        assert not rates.take("name", 1, 1000), "and it stays so"
    finally:
        servers.stop()


def track(client: Client, key: str, **more: Any) -> Any:
    body = {"userId": "ana", "event": "E", "writeKey": key}
    return client.post("/v1/track", json.dumps(body), content_type="application/json", **more)


@pytest.fixture
def server(db: None) -> Source:
    return a_source("http")


def test_too_many_events_of_a_source_are_a_429_for_a_second(
    client: Client, server: Source, settings: Any
) -> None:
    settings.EVENTS_PER_SOURCE = 3
    answers = [track(client, server.write_key) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert (answers[-1]["Retry-After"], answers[-1].json()["message"]) == ("1", limits.TOO_FAST)
    assert track(client, a_source("http").write_key).status_code == 200
    assert Envelope.objects.count() == 4


def test_a_batch_counts_by_its_events(client: Client, server: Source, settings: Any) -> None:
    settings.EVENTS_PER_SOURCE = 10
    batch = {"batch": [{"type": "track", "userId": "ana", "event": "E"}] * 10, "writeKey": server.write_key}
    statuses = [
        client.post("/v1/batch", json.dumps(batch), content_type="application/json").status_code for _ in "12"
    ]
    assert statuses == [200, 429]


@pytest.mark.parametrize(
    ("path", "batch", "item"),
    [
        ("/batch/", "batch", {"event": "E", "distinct_id": "ana"}),
        ("/2/httpapi", "events", {"event_type": "E", "user_id": "ana"}),
        ("/heap/api/integrations/track", "events", {"event": "E", "user_identifier": {"identity": "ana"}}),
        ("/import", "", {"event": "E", "properties": {"distinct_id": "ana", "$insert_id": "1"}}),
    ],
)
def test_every_vendors_batch_counts_by_its_events_the_refused_ones_too(
    client: Client, server: Source, settings: Any, path: str, batch: str, item: dict[str, Any]
) -> None:
    settings.EVENTS_PER_SOURCE = 10
    basic = base64.b64encode(f"{server.write_key}:".encode()).decode()
    items = [item] * 6 + [item | {"event": None, "event_type": None}] * 4

    def status(items: list[dict[str, Any]]) -> int:
        body = {batch: items} if batch else items
        headers = {"Authorization": f"Basic {basic}"}
        answer = client.post(path, json.dumps(body), content_type="application/json", headers=headers)
        return int(answer.status_code)

    assert [status(items[:9]), status(items[:1]), status(items[:1])] == [200, 200, 429]


@pytest.mark.parametrize(
    "path", ["/v1/track", "/v1/offers", "/hooks/stripe/nobody", "/v1/consents", "/batch"]
)
def test_every_door_is_limited_by_address_and_nothing_is_read_before(
    client: Client, db: None, settings: Any, path: str
) -> None:
    settings.REQUESTS_PER_ADDRESS = 2
    statuses = [client.post(path, b"{", content_type="application/json").status_code for _ in range(4)]
    assert statuses[2:] == [429, 429] and 429 not in statuses[:2]
    elsewhere = client.post(path, b"{", content_type="application/json", REMOTE_ADDR="192.0.2.9")
    assert elsewhere.status_code != 429


def test_who_guesses_keys_is_not_looked_up_any_more_and_known_keys_go_on(
    client: Client, server: Source, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.UNKNOWN_KEYS_PER_ADDRESS = 3
    assert track(client, server.write_key).status_code == 200
    assert [track(client, f"wk_{number}").status_code for number in range(3)] == [401] * 3
    with django_assert_num_queries(0):
        assert track(client, "wk_4").status_code == 429
    assert track(client, server.write_key).status_code == 200
    assert track(client, "wk_5", REMOTE_ADDR="192.0.2.9").status_code == 401


def test_a_guesser_who_was_told_so_costs_no_query_at_any_door(
    client: Client, server: Source, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.UNKNOWN_KEYS_PER_ADDRESS = 1
    event = json.dumps([{"event": "$pageview", "distinct_id": "u"}])
    doors = [("/v1/track", "{}"), ("/batch", f'{{"batch": {event}}}'), ("/e", event), ("/track", event)]

    def guess(path: str, body: str) -> int:
        headers = {"x-write-key": "wk_nobody", "origin": "https://app.test"}
        return int(client.post(path, body, content_type="application/json", headers=headers).status_code)

    assert guess(*doors[0]) == 401
    with django_assert_num_queries(0):
        assert [guess(*door) for door in doors] == [429] * len(doors)


def test_who_guesses_addresses_of_hooks_is_not_looked_up_any_more_and_known_ones_go_on(
    client: Client, db: None, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.UNKNOWN_KEYS_PER_ADDRESS = 3
    hook = a_source("segment_webhook", signing_secret="").hook_path

    def call(path: str, **more: Any) -> int:
        return int(client.post(path, b"{}", content_type="application/json", **more).status_code)

    assert call(hook) == 200
    assert [call(f"/hooks/stripe/nobody{number}") for number in range(3)] == [404] * 3
    with django_assert_num_queries(0):
        assert call("/hooks/stripe/nobody4") == 429
    assert track(client, "wk_nobody").status_code == 429, "keys and addresses count alike"
    assert call(hook) == 200
    assert call("/hooks/stripe/nobody5", REMOTE_ADDR="192.0.2.9") == 404


@pytest.mark.django_db
def test_who_sends_what_takes_long_to_explain_pays_for_it(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REQUESTS_PER_ADDRESS = 100
    source = a_source()
    good = json.dumps({"userId": "u", "event": "E", "messageId": "m", "writeKey": source.write_key})
    seconds = iter([0.0, 0.004, 1.0, 1.2])
    monkeypatch.setattr(time, "thread_time", lambda: next(seconds))

    def call(body: str) -> int:
        return client.post("/v1/track", body, content_type="application/json").status_code

    assert call("[") == 400
    assert call("[[") == 400, "told why"
    assert call(good) == 429, "0.2 seconds are two seconds' share of one address"
    monkeypatch.setattr(clock, "real", lambda: SECOND.replace(second=1))
    monkeypatch.setattr(time, "thread_time", lambda: 5.0)
    assert call(good) == 200


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ([], "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (["192.0.2.0/24"], "192.0.2.1", "198.51.100.7", "198.51.100.7"),
        (["192.0.2.0/24"], "192.0.2.1", "203.0.113.66, 198.51.100.7", "198.51.100.7"),
        (["192.0.2.0/24"], "192.0.2.1", "198.51.100.7, 192.0.2.2", "198.51.100.7"),
        (["192.0.2.0/24"], "203.0.113.5", "198.51.100.7", "203.0.113.5"),
        (["192.0.2.1"], "192.0.2.1", "", "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", "unknown", "192.0.2.1"),
        (["::1"], "::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ([], "2001:db8:1:2:ffff::", "", "2001:db8:1:2::/64"),
    ],
)
def test_the_client_is_who_the_nearest_stranger_is(
    settings: Any, proxies: list[str], peer: str, forwarded: str, client: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=forwarded)
    assert limits.address_of(request) == client


def test_the_defaults_let_a_load_test_through(settings: Any) -> None:
    assert (settings.EVENTS_PER_SOURCE, settings.REQUESTS_PER_ADDRESS) == (50_000, 2_000)
