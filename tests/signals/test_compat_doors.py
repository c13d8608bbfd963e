"""The doors for PostHog's, Amplitude's, Mixpanel's and Heap's SDKs: keys where they put them, and what is refused."""

import gzip
import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signals_app import ingest, overload
from signals_app.models import Envelope
from tests.build import a_source
from tests.connectors import payload
from tests.signals.compat_calls import FORM, PATHS, body_for, opened, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.mark.parametrize("path", PATHS)
def test_an_event_is_kept_under_the_key_in_its_body(client: Client, path: str) -> None:
    source = a_source()
    answer = post(client, path, body_for(path, source.write_key))
    assert answer.status_code == 200, answer.content
    assert [envelope.source_id for envelope in Envelope.objects.all()] == [source.pk]
    (item,) = opened()
    assert (item.kind, item.name, item.user_id, item.message_id) == ("track", "Report Exported", "u_1", "m-1")
    assert item.properties == {"n": 1}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("key", ["", "wk_nobody", "\x00", 7])
def test_an_unknown_key_is_a_401_and_keeps_nothing(client: Client, path: str, key: Any) -> None:
    answer = post(client, path, body_for(path, key))
    assert answer.status_code in (400, 401)
    assert "message" in answer.json()
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "garbage", ["", "{", "null", "[]x", "7", '"a"', "{}", '{"batch": 1}', '{"events": {}}', "\x1f\x8b"]
)
def test_what_is_no_batch_is_a_400_or_unknown(client: Client, path: str, garbage: str) -> None:
    assert post(client, path, garbage).status_code in (400, 401)
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("path", PATHS)
def test_a_body_beyond_the_limit_is_a_413_even_when_gzip_hides_it(client: Client, path: str) -> None:
    large = json.dumps(body_for(path, "wk_x") | {"pad": "x" * 600_000}).encode()
    assert post(client, path, large).status_code == 413
    assert post(client, path, gzip.compress(large)).status_code == 413


@pytest.mark.parametrize("path", ["/batch/", "/batch", "/2/httpapi"])
@pytest.mark.parametrize(
    "bad",
    [
        "NaN",
        '"\\u0000"',
        '"\\ud800"',
        "99999999999999999999",
        '{"a":1,"a":2}',
        "[" * 40 + "]" * 40,
        "[" * 9_999 + "]" * 9_999,
    ],
)
def test_one_refused_item_costs_only_itself(client: Client, path: str, bad: str) -> None:
    source, name = a_source(), "batch" if path == "/batch/" else "events"
    body = body_for(path, source.write_key)
    text = json.dumps(body | {name: [body[name][0], body[name][0] | {"extra": "BAD"}]}).replace('"BAD"', bad)
    answer = post(client, path, text)
    assert answer.status_code == 200
    assert (answer.json()["accepted"], [one["index"] for one in answer.json()["rejected"]]) == (1, [1])
    (one,) = ingest.open_all(list(Envelope.objects.all()))
    assert (len(one.items), [rejected.index for rejected in one.rejected]) == (1, [1])


@pytest.mark.parametrize("path", PATHS)
def test_an_item_without_a_usable_name_is_rejected_and_kept_for_staff(client: Client, path: str) -> None:
    source = a_source()
    assert post(client, path, body_for(path, source.write_key, event=["x"])).status_code == 200
    (one,) = ingest.open_all(list(Envelope.objects.all()))
    assert one.items == []
    assert "is not a string" in one.rejected[0].reason


@pytest.mark.parametrize("path", PATHS)
def test_a_backlog_is_a_429_that_says_when_to_come_back(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overload, "overloaded", lambda: True)
    answer = post(client, path, body_for(path, a_source().write_key))
    assert (answer.status_code, answer["Retry-After"]) == (429, str(overload.RETRY_AFTER))
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("path", PATHS)
def test_a_web_key_is_taken_from_its_origins_only(client: Client, path: str) -> None:
    source = a_source("web", origins=["https://app.example"])
    body = body_for(path, source.write_key)
    assert post(client, path, body, headers={"Origin": "https://evil.example"}).status_code == 403
    good = post(client, path, body, headers={"Origin": "https://app.example"})
    assert (good.status_code, good["Access-Control-Allow-Origin"]) == (200, "https://app.example")
    assert Envelope.objects.count() == 1
    preflight = client.options(path, headers={"Origin": "https://app.example"})
    assert preflight.status_code == 204


@pytest.mark.parametrize("path", PATHS)
def test_a_forged_person_token_is_a_401(client: Client, path: str) -> None:
    source = a_source("web", origins=["https://app.example"])
    headers = {"Origin": "https://app.example", "Authorization": "Bearer a.b.c"}
    assert post(client, path, body_for(path, source.write_key), headers=headers).status_code == 401
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete", "head"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    assert {getattr(client, method)(path).status_code for path in PATHS} == {405}
    assert client.get("/batch").status_code == 405


@pytest.mark.parametrize("name", ["sdk_py", "sdk_node"])
@pytest.mark.parametrize("vendor", ["posthog", "amplitude", "mixpanel"])
def test_every_recorded_request_of_an_sdk_is_taken(client: Client, vendor: str, name: str) -> None:
    for key in ("phc_test", "amp_key", "tok_1"):
        a_source(write_key=key)
    requests = payload.read(vendor, name)["requests"]
    for one in requests:
        path = f"{one['path']}?{one['query']}" if one["query"] else one["path"]
        if one["method"] == "GET":
            answer: Any = client.get(path)
        else:
            headers = {key: value for key, value in one["headers"].items() if key == "Authorization"}
            body = one["raw"].encode()
            gzipped = "gzip" in one["headers"].values()
            form = one["headers"]["Content-Type"]
            answer = post(
                client, path, gzip.compress(body) if gzipped else body, content_type=form, headers=headers
            )
        assert answer.status_code == 200, answer.content
    taken = ingest.open_all(list(Envelope.objects.all()))
    assert len(taken) == len(requests)
    assert [one.rejected for one in taken] == [[]] * len(taken)
    assert all(one.items for one in taken)


WORDS = rb'{ } [ ] " : , data= %7B eyJ "batch" "events" "event" null 1e999 NaN "\ud800" "\u0000" %00 & +'
PIECES = st.sampled_from([*WORDS.split(), b" ", b"\n", b"\xff", b"\x1f\x8b\x08"])


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS), body=st.lists(PIECES, max_size=20).map(b"".join) | st.binary(max_size=60))
def test_no_body_makes_the_server_fail(client: Client, path: str, body: bytes) -> None:
    answers = [post(client, path, body), post(client, path, body, content_type=FORM)]
    if path in ("/track", "/import"):
        answers.append(client.get(path, QUERY_STRING=body.decode("latin-1")))
    assert max(answer.status_code for answer in answers) < 500
