"""What is each vendor's own at the doors for their SDKs: where the data is, and the answers they wait for."""

import base64
import gzip
import json
from itertools import permutations
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.test import Client

from campaigns_app import pipeline
from people_app.models import Person
from signals_app import ingest
from signals_app.incoming import SET_ONCE_BEFORE
from signals_app.models import Envelope, Source
from tests.build import a_source
from tests.signals.compat_calls import FORM, body_for, opened, post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def test_amplitude_hears_what_its_sdks_wait_for(client: Client) -> None:
    source = a_source()
    body = body_for("/2/httpapi", source.write_key)
    said = post(client, "/2/httpapi", body).json()
    assert (said["code"], said["events_ingested"], said["payload_size_bytes"]) == (
        200,
        1,
        len(json.dumps(body)),
    )
    assert said["server_upload_time"] > 1_700_000_000_000
    refused = post(client, "/2/httpapi", body_for("/2/httpapi", "wk_nobody"))
    assert (refused.status_code, refused.json()["code"]) == (401, 401)
    assert refused.json()["error"].startswith("Invalid API key:")


@pytest.fixture
def source() -> Source:
    return a_source()


EVENT: dict[str, Any] = {
    "event": "Größe >>> ???",
    "properties": {"distinct_id": "u_1", "$insert_id": "m-1", "n": "~~~ÿÿÿ"},
}


def mixpanel(source: Source) -> str:
    return json.dumps(
        {**EVENT, "properties": EVENT["properties"] | {"token": source.write_key}}, ensure_ascii=False
    )


def test_mixpanel_reads_data_in_a_form_a_query_and_a_body(client: Client, source: Source) -> None:
    text = mixpanel(source)
    encoded = base64.b64encode(text.encode()).decode()
    assert "+" in encoded, "so that the plus signs are put to the test"
    posted = (
        f"data={quote_plus(text)}",
        f"data={quote(encoded)}",
        f"data={encoded}",
        f"data={quote(text)}&ip=0",
    )
    answers: list[Any] = [
        *(post(client, "/track", one, content_type=FORM) for one in posted),
        post(client, "/track/", text),
        post(client, "/track", f"[{text}]"),
        post(client, "/track", f"data={quote(text)}", content_type="text/plain"),
        client.get(f"/track?data={quote(encoded)}&ip=0&verbose=0"),
        client.get("/track", {"data": base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")}),
    ]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"1")] * len(answers)
    items = opened()
    assert {(one.name, one.properties["n"], one.message_id) for one in items} == {
        (EVENT["event"], "~~~ÿÿÿ", "m-1")
    }
    assert len(items) == len(answers)


def test_mixpanel_answers_at_the_length_that_was_asked_for(client: Client, source: Source) -> None:
    text = mixpanel(source)
    said = post(client, "/track", f"data={quote(text)}&verbose=1", content_type=FORM).json()
    assert (said["status"], said["error"]) == (1, None)
    nameless = text.replace('"event": ', '"e": ')
    said = post(client, "/track", f"data={quote(nameless)}&verbose=1", content_type=FORM).json()
    assert (said["status"], said["error"]) == (0, "event is missing")
    assert post(client, "/track", f"data={quote(nameless)}", content_type=FORM).content == b"0"
    unknown = post(
        client, "/track", f"data={quote(text.replace(source.write_key, 'wk_x'))}", content_type=FORM
    )
    assert (unknown.status_code, unknown.json()["status"]) == (401, 0)
    assert unknown.json()["error"] == "The write key is missing or unknown."


def test_mixpanel_imports_with_a_secret_a_service_account_and_lines(client: Client, source: Source) -> None:
    text = mixpanel(source)
    as_secret = {"Authorization": f"Basic {base64.b64encode(f'{source.write_key}:'.encode()).decode()}"}
    bare = json.dumps(EVENT)
    assert post(client, "/import", bare, headers=as_secret).json()["status"] == "OK"
    account = {"Authorization": f"Basic {base64.b64encode(b'svc.user:svc.secret').decode()}"}
    done = post(
        client, "/import?project_id=1", f"data={quote(text)}&verbose=1", content_type=FORM, headers=account
    )
    assert done.json()["status"] == 1
    lines = gzip.compress(f"{bare}\n{bare}\n{{broken\n".encode())
    said = post(client, "/import", lines, content_type="application/x-ndjson", headers=as_secret).json()
    assert (said["num_records_imported"], [one["index"] for one in said["failed_records"]]) == (2, [2])
    assert len(opened()) == 4


def test_two_tokens_in_one_batch_are_not_mixed(client: Client, source: Source) -> None:
    other = mixpanel(a_source())
    said = post(client, "/track?verbose=1", f"[{mixpanel(source)},{other}]").json()
    assert (said["accepted"], said["rejected"][0]["index"]) == (1, 1)
    assert "token" in said["rejected"][0]["reason"]


@pytest.mark.parametrize("path", ["/e/?compression=gzip-js&ver=1.2", "/i/v0/e/?ip=0", "/capture"])
def test_posthog_in_a_browser_sends_plain_gzipped_and_in_a_form(client: Client, path: str) -> None:
    source = a_source("web", origins=["https://app.example"])
    text = json.dumps([body_for("/e/", source.write_key, "Größe >>> ???")] * 2, ensure_ascii=False).encode()
    encoded = base64.b64encode(text).decode()
    assert "+" in encoded, "so that the plus signs are put to the test"
    packed = base64.b64encode(gzip.compress(text)).decode()
    bodies = [
        (text, "application/json"),
        (text, "text/plain"),
        (gzip.compress(text), "text/plain"),
        (f"data={quote(encoded)}&compression=base64", FORM),
        (f"data={quote(packed)}&compression=gzip-js", FORM),
        (f"data={quote(text)}", FORM),
    ]
    for body, form in bodies:
        answer = post(client, path, body, content_type=form, headers={"Origin": "https://app.example"})
        assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
        assert answer["Access-Control-Allow-Origin"] == "https://app.example"
    items = opened()
    assert {(one.name, one.user_id, one.message_id) for one in items} == {("Größe >>> ???", "u_1", "m-1")}
    assert (len(items), {one.properties["n"] for one in items}) == (12, {1})
    other = a_source("web", origins=["https://app.example"])
    assert post(client, path, text, headers={"Origin": "https://evil.example"}).status_code == 403
    mixed = [body_for("/e/", one.write_key) for one in (source, other)]
    said = post(client, path, mixed, headers={"Origin": "https://app.example"}).json()
    assert (said["accepted"], said["rejected"][0]["index"]) == (1, 1)


def test_heap_sets_the_properties_of_people(client: Client, source: Source) -> None:
    path = "/heap/api/add_user_properties"
    one = {"app_id": source.write_key, "identity": "u_1", "properties": {"role": "admin"}}
    many = {"app_id": source.write_key, "users": [{"identity": "u_2", "properties": {"role": "user"}}, {}]}
    assert post(client, path, one).status_code == 200
    said = post(client, path, many).json()
    assert (said["accepted"], said["rejected"][0]["reason"]) == (1, "identity is missing")
    assert post(client, path, one | {"app_id": "wk_nobody"}).status_code == 401
    found = [(item.kind, item.user_id, item.traits) for item in opened()]
    assert found == [("identify", "u_1", {"role": "admin"}), ("identify", "u_2", {"role": "user"})]


@pytest.mark.usefixtures("starter")
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_is_set_once_never_overwrites_in_any_order(
    client: Client, source: Source, order: tuple[int, ...]
) -> None:
    about = {"$token": source.write_key, "$distinct_id": "u_1"}
    said = [
        about | {"$time": 1772443800, "$set_once": {"plan": "free", "first_page": "/a"}},
        about | {"$time": 1772443801, "$set": {"plan": "pro"}},
        about | {"$time": 1772443802, "$set_once": {"plan": "team", "first_page": "/b"}},
    ]
    for number in order:
        assert post(client, "/engage", said[number]).content == b"1"
        while pipeline.process(20):
            pass
    assert Person.objects.get(user_id="u_1").traits == {"plan": "pro", "first_page": "/a"}


def test_the_first_of_two_is_the_first_though_the_sandbox_clock_was_moved_between(
    client: Client, source: Source
) -> None:
    about = {"$token": source.write_key, "$distinct_id": "u_1"}
    for moment in (1772443800, 1772443900):
        assert (
            post(client, "/engage", about | {"$time": moment, "$set_once": {"p": moment}}).status_code == 200
        )
    early, late = Envelope.objects.order_by("pk")
    for early.clock_offset, late.clock_offset in ((0, 0), (0, 40 * 86_400), (86_400, 86_401)):
        first, second = (one.items[-1] for one in ingest.open_all([early, late]))
        assert first.occurred_at > second.occurred_at
        assert first.occurred_at < SET_ONCE_BEFORE


def test_only_what_the_npm_package_sends_by_get_is_taken_by_get(client: Client, source: Source) -> None:
    about = {"$token": source.write_key, "$distinct_id": "u_1", "$set": {"plan": "pro"}}
    group = {
        "$token": source.write_key,
        "$group_key": "company",
        "$group_id": "acme",
        "$set": {"plan": "pro"},
    }
    for path, said in (("/engage", about), ("/groups", group), ("/track", json.loads(mixpanel(source)))):
        assert client.get(path, {"data": json.dumps([said])}).status_code == 200
    before = Envelope.objects.count()
    assert client.get("/import", {"data": mixpanel(source)}).status_code == 405
    assert Envelope.objects.count() == before == 3
