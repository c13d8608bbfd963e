"""The door in: durable before 200, a sentence for every refusal, each event once."""

import base64
import gzip
import json
import uuid
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from campaigns_app import pipeline
from people_app.models import Account, Person
from signals_app import authentication
from signals_app.models import Envelope, Event, MeterTotal, RejectedEvent, Source
from tests.build import a_source
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]
CALLS: dict[str, dict[str, Any]] = {
    "track": {"event": "Report Exported"},
    "identify": {"traits": {"first_name": "Ana"}},
    "page": {"name": "Plans"},
    "screen": {"name": "Home"},
    "group": {"groupId": "acme", "traits": {"plan": "free"}},
    "alias": {"previousId": "before"},
}


@pytest.fixture
def server() -> Source:
    return a_source("http")


def post(client: Client, path: str, body: Any, **more: Any) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, raw, content_type="application/json", **more)  # type: ignore[return-value]


def track(**fields: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": "ana",
        "event": "Report Exported",
        "messageId": uuid.uuid4().hex,
        **fields,
    }


def send(client: Client, source: Source, *items: Any) -> dict[str, Any]:
    answer = post(client, "/v1/batch", {"batch": list(items), "writeKey": source.write_key})
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = json.loads(answer.content)
    return said


def process() -> None:
    while pipeline.process(20):
        pass


def test_it_works(client: Client, server: Source) -> None:
    said = send(client, server, track())
    assert said == {"success": True, "status": 1, "error": None, "code": 200, "accepted": 1, "rejected": []}
    assert Envelope.objects.get().state == "pending", "durable, and not yet worked on"
    process()
    assert Event.objects.get().name == "Report Exported"
    assert Envelope.objects.get().state == "done"


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("short", [True, False])
def test_every_call_long_and_short_with_and_without_slash(
    client: Client, server: Source, kind: str, slash: str, short: bool
) -> None:
    path = f"/v1/{kind[0] if short else kind}{slash}"
    answer = post(client, path, {"userId": "ana", "writeKey": server.write_key, **CALLS[kind]})
    assert answer.status_code == 200
    process()
    assert Event.objects.get().kind == kind


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b/", "/v1/import"])
def test_a_batch_under_all_its_names(client: Client, server: Source, path: str) -> None:
    assert post(client, path, {"batch": [track()], "writeKey": server.write_key}).status_code == 200


@pytest.mark.parametrize("form", ["key:", "key", "key:secret"])
def test_basic_authentication_with_and_without_the_colon(client: Client, server: Source, form: str) -> None:
    token = base64.b64encode(form.replace("key", server.write_key).encode()).decode()
    answer = post(client, "/v1/track", track(), headers={"Authorization": f"Basic {token}"})
    assert answer.status_code == 200


def test_gzip_is_told_by_the_bytes(client: Client, server: Source) -> None:
    packed = gzip.compress(json.dumps({"batch": [track()], "writeKey": server.write_key}).encode())
    assert post(client, "/v1/batch", packed).status_code == 200
    plain = json.dumps({"batch": [track()], "writeKey": server.write_key}).encode()
    assert post(client, "/v1/batch", plain, headers={"Content-Encoding": "gzip"}).status_code == 200
    process()
    assert Event.objects.count() == 2


@pytest.mark.parametrize("key", ["", "wk_nobody", "wk\x00", "wk_\ud800", "wk_ä", "x" * 500, None, 7])
def test_an_unknown_key_is_a_401(client: Client, key: object) -> None:
    answer = post(client, "/v1/track", {**track(), "writeKey": key})
    assert (answer.status_code, json.loads(answer.content)["message"]) == (
        401,
        "The write key is missing or unknown.",
    )
    token = base64.b64encode(f"{key}:".encode(errors="replace")).decode()
    again = post(client, "/v1/track", track(), headers={"Authorization": f"Basic {token}"})
    assert again.status_code == 401
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("kind", ["stripe", "zendesk"])
def test_a_providers_key_is_no_key_for_events(client: Client, kind: str) -> None:
    assert post(client, "/v1/track", {**track(), "writeKey": a_source(kind).write_key}).status_code == 401


def test_a_revoked_key_is_a_401(client: Client) -> None:
    revoked = a_source("http", active=False)
    assert post(client, "/v1/track", {**track(), "writeKey": revoked.write_key}).status_code == 401


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("/v1/track", b"{", 400, "JSON"),
        ("/v1/track", b"[]", 400, "object"),
        ("/v1/batch", {"batch": {}}, 400, "array"),
        ("/v1/batch", {}, 400, "array"),
        ("/v1/batch", b"\x1f\x8b nonsense", 400, "gzip"),
        ("/v1/batch", {"batch": [{}] * 2501}, 413, "2500"),
        ("/v1/batch", {"batch": [], "pad": "x" * 512_000}, 413, "512000"),
        ("/v1/track", {"event": "x" * 40_000}, 413, "32768"),
    ],
)
def test_what_cannot_be_read_fails_whole_with_a_sentence(
    client: Client, server: Source, path: str, body: Any, status: int, says: str
) -> None:
    token = base64.b64encode(f"{server.write_key}:".encode()).decode()
    answer = post(client, path, body, headers={"Authorization": f"Basic {token}"})
    said = json.loads(answer.content)
    assert answer.status_code == status
    assert says in said["message"]
    assert said["message"].endswith(".")
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_a_post_is_taken(client: Client, method: str) -> None:
    assert getattr(client, method)("/v1/track").status_code == 405


def test_bad_items_are_kept_and_do_not_fail_their_batch(client: Client, server: Source) -> None:
    said = send(
        client,
        server,
        track(),
        {"type": "track", "userId": "ana"},
        7,
        {**track(), "pad": "x" * 33_000},
        track(),
    )
    assert said["accepted"] == 2
    assert [one["index"] for one in said["rejected"]] == [1, 2, 3]
    assert "event" in said["rejected"][0]["reason"]
    process()
    assert Event.objects.count() == 2
    kept = RejectedEvent.objects.order_by("index")
    assert [one.reason for one in kept] == [one["reason"] for one in said["rejected"]]
    assert json.loads(kept[0].payload)["userId"] == "ana"


def test_a_batch_of_only_bad_items_is_still_answered_200_and_kept(client: Client, server: Source) -> None:
    assert send(client, server, {"type": "nonsense"})["accepted"] == 0
    process()
    assert RejectedEvent.objects.count() == 1


def test_duplicates_count_once_in_a_batch_and_later(client: Client, server: Source) -> None:
    one = track(context={"groupId": "acme"})
    send(client, server, one, one, track(context={"groupId": "acme"}))
    process()
    send(client, server, one)
    send(client, server, one)
    process()
    assert Event.objects.count() == 2
    assert MeterTotal.objects.get().used == 2


def test_the_same_id_from_another_source_is_another_event(client: Client, server: Source) -> None:
    one = track()
    send(client, server, one)
    send(client, a_source("http"), one)
    process()
    assert Event.objects.count() == 2


def test_accepting_takes_one_statement(
    client: Client, server: Source, django_assert_max_num_queries: Any
) -> None:
    send(client, server, track())
    with django_assert_max_num_queries(3):
        send(client, server, *[track() for _ in range(100)])


def test_odd_and_oversized_values_never_stop_the_work(client: Client, server: Source) -> None:
    traits = {
        "plan": ["x"],
        "mrr": "1e11",
        "ltv": 999_999_999_999.999,
        "renews_at": "9999-12-31T23:59:59-12:00",
    }
    limits = {"exports": 1e300, "x" * 300: 5, "seats": -1}
    items = [
        {**track(), "event": "E" * 200, "properties": {"a": [[[]]], "b": "\u2028", "c": 1e308}},
        {"type": "group", "userId": "ana", "groupId": "g" * 200, "traits": {**traits, "limits": limits}},
        {
            "type": "identify",
            "userId": "ana",
            "traits": {"country": "ßß", "phone": "+" * 30, "x" * 300: {"y": None}},
        },
        {"type": "alias", "userId": "ana", "previousId": "ana"},
        track(timestamp="1970-01-01T00:00:00Z"),
        track(timestamp="9999-12-31T23:59:59Z"),
    ]
    said = send(client, server, *items)
    process()
    assert Envelope.objects.get().state == "done"
    assert Event.objects.count() == said["accepted"] >= 5
    assert Account.objects.get(group_id="g" * 200).renews_at is None


def test_a_browsers_key_is_taken_only_from_its_origins(client: Client) -> None:
    web = a_source("web", origins=["https://app.test"])
    body = {**track(), "writeKey": web.write_key}
    allowed = post(client, "/v1/track", body, headers={"Origin": "https://app.test"})
    assert (allowed.status_code, allowed["Access-Control-Allow-Origin"]) == (200, "https://app.test")
    refused = post(client, "/v1/track", body, headers={"Origin": "https://evil.test"})
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused
    preflight = client.options("/v1/track", headers={"Origin": "https://app.test"})
    assert (preflight.status_code, "Authorization" in preflight["Access-Control-Allow-Headers"]) == (
        204,
        True,
    )


def test_an_event_cannot_have_happened_after_it_was_received(client: Client, server: Source) -> None:
    send(client, server, track(timestamp=(clock.real()).replace(year=2099).isoformat()))
    process()
    event = Event.objects.get()
    assert event.occurred_at <= event.received_at


def test_both_merged_visitors_are_one_person_everywhere(client: Client, server: Source) -> None:
    send(client, server, {"type": "page", "anonymousId": "anon", "name": "Pricing"})
    process()
    send(client, server, track(anonymousId="anon"))
    process()
    ana = Person.objects.get(user_id="ana")
    assert set(Event.objects.values_list("person_id", flat=True)) == {ana.pk}


def test_unknown_keys_are_not_remembered_and_absurd_ones_not_looked_up(
    client: Client, server: Source, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        assert authentication.source_of("k" * 101) is None
    for number in range(50):
        assert authentication.source_of(f"wk_{number}") is None
    assert authentication.source_of(server.write_key) == server
    assert list(authentication._kept) == [server.write_key]


def test_a_page_may_read_why_it_was_refused(client: Client) -> None:
    web = a_source("web", origins=["https://app.test"])
    headers = {"Origin": "https://app.test", "X-Write-Key": web.write_key}
    unreadable = post(client, "/v1/track", b"{", headers=headers)
    assert (unreadable.status_code, unreadable["Access-Control-Allow-Origin"]) == (400, "https://app.test")
    body = {**track(), "writeKey": web.write_key}
    forged = {"Origin": "https://app.test", "Authorization": "Bearer nonsense"}
    refused = post(client, "/v1/track", body, headers=forged)
    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (401, "https://app.test")


def test_headers_are_kept_only_up_to_a_length(client: Client, server: Source) -> None:
    body = {**track(), "writeKey": server.write_key}
    assert post(client, "/v1/track", body, headers={"User-Agent": "x" * 5000}).status_code == 200
    assert len(Envelope.objects.get().headers["user-agent"]) == 300


def test_a_hook_that_is_too_large_is_told_its_own_limit(client: Client) -> None:
    huge = client.post(
        a_source("stripe").hook_path, b" " * (10 * 1024 * 1024 + 1), content_type="application/json"
    )
    assert (huge.status_code, json.loads(huge.content)["message"]) == (
        413,
        "The body is larger than 10485760 bytes.",
    )
