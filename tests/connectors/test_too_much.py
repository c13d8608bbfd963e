"""A request with more items than its kind may bring is refused whole: 10 MB hold millions of `{}`."""

import json
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app import counted
from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Connector
from signals_app.models import Envelope
from tests.build import a_source
from tests.connectors import resign
from tests.connectors.messaging import NOW, parsed, raw
from tests.connectors.test_vectors import FIRST
from tests.connectors.test_vectors_at_the_door import PUBLIC, send, then

__all__ = ["then"]
SECRET = "first-secret"
RECORDED = {
    "airship": "stream",
    "amplitude": "stream_many",
    "amplitude_cohort": "left",
    "tray": "meeting-booked",
    "workato": "meeting-booked",
    "zapier": "meeting-booked",
}
PLACES = [(kind, path) for kind, connector in CONNECTORS.items() for path in connector.lists]
LINED = [kind for kind, connector in CONNECTORS.items() if connector.lines]
EVERYWHERE = sorted({path for _, path in PLACES})
MANY = 1 + max(connector.most for connector in CONNECTORS.values())

each_list = pytest.mark.parametrize(("kind", "path"), PLACES)
at_the_door = [pytest.mark.django_db, pytest.mark.usefixtures("time", "then")]


def real(kind: str) -> Any:
    return json.loads(FIRST[kind]["body"] if kind in FIRST else raw(kind, RECORDED[kind]))


def items(said: Any, path: str) -> list[Any]:
    """Those of a real body, or it is itself one."""
    for name in path.split(".") if path else ("events",):
        said = said.get(name, [said]) if isinstance(said, dict) else said
    return said if isinstance(said, list) else [said]


def with_items(kind: str, path: str, count: int) -> bytes:
    """The real body with so many of its items."""
    said = real(kind)
    many = list(islice(cycle(items(said, path)), count))
    return json.dumps(placed(path, many, said if isinstance(said, dict) else {})).encode()


def placed(path: str, many: list[Any], beside: dict[str, Any]) -> Any:
    name, _, rest = path.partition(".")
    if not name:
        return many
    inner = beside.get(name)
    return {**beside, name: placed(rest, many, inner if isinstance(inner, dict) else {})}


def post(client: Client, kind: str, body: bytes) -> HttpResponse:
    # Of an array Segment signs the first event only: its proof has tests of its own.
    secret = "" if kind == "segment_webhook" else resign.secret(kind, SECRET)
    source = a_source(kind, signing_secret=secret)
    vector = {"provider": kind, "headers": {"Content-Type": "application/json"}, **FIRST.get(kind, {})}
    vector |= {"body": body.decode(), "url": f"{PUBLIC}{source.hook_path}"}
    if kind in resign.SIGNERS and secret:
        vector = resign.signed(vector, SECRET, vector["url"])
    elif secret:
        vector["headers"] |= {"X-Api-Key": secret}
    return send(client, vector, source.hook_path)


class TestTheDoor:
    pytestmark = at_the_door

    @each_list
    def test_it_takes_so_many_items_and_none_more(self, client: Client, kind: str, path: str) -> None:
        most = CONNECTORS[kind].most
        refused = post(client, kind, with_items(kind, path, most + 1))
        assert refused.status_code == 413
        assert json.loads(refused.content)["message"] == f"The body holds more than {most} events."
        assert not Envelope.objects.exists()
        assert post(client, kind, with_items(kind, path, most)).status_code == 200
        assert Envelope.objects.count() == 1

    @pytest.mark.parametrize("kind", LINED)
    def test_it_counts_lines_too(self, client: Client, kind: str) -> None:
        most, line = CONNECTORS[kind].most, json.dumps(items(real(kind), "events")[0]).encode()
        assert post(client, kind, b"\n".join([line] * most)).status_code == 200
        assert post(client, kind, b"\n".join([line] * (most + 1))).status_code == 413
        pairs = b'{"events": [' + line + b"," + line + b"]}\n"
        assert post(client, kind, pairs * (most // 2 + 1)).status_code == 413

    def test_it_takes_a_hundred_notifications_of_salesforce_and_none_more(self, client: Client) -> None:
        stored = FIRST["salesforce_outbound_message"]["body"]
        one = stored[stored.index("<Notification>") : stored.index("</notifications>")]
        refused = post(client, "salesforce_outbound_message", stored.replace(one, one * 101).encode())
        assert refused.status_code == 413
        assert json.loads(refused.content)["message"] == "The body holds more than 100 events."
        assert not Envelope.objects.exists()
        most = stored.replace(one, one * 100).encode()
        assert post(client, "salesforce_outbound_message", most).status_code == 200

    def test_whoever_sends_too_much_has_to_prove_who_they_are_first(self, client: Client) -> None:
        stored = FIRST["salesforce_outbound_message"]["body"]
        one = stored[stored.index("<Notification>") : stored.index("</notifications>")]
        source = a_source("salesforce_outbound_message", signing_secret="00D999999999999EAA")
        answer = client.post(source.hook_path, stored.replace(one, one * 101), "text/xml")
        assert answer.status_code == 401


def test_those_that_take_lists_say_so() -> None:
    assert {kind for kind, _ in PLACES} == {
        *("airship", "amplitude", "amplitude_cohort", "hubspot", "klaviyo", "mixpanel_cohort", "optimizely"),
        *("segment_webhook", "sendgrid", "standard_webhooks", "tray", "typeform", "workato", "zapier"),
    }


BODIES: list[tuple[str, Callable[[Any], bytes]]] = [
    ("empty objects", lambda path: json.dumps(placed(path, [{}] * MANY, {})).encode()),
    ("numbers", lambda path: json.dumps(placed(path, [7] * MANY, {})).encode()),
]


@pytest.mark.parametrize("connector", CONNECTORS.values(), ids=CONNECTORS.keys())
@pytest.mark.parametrize("write", [write for _, write in BODIES], ids=[name for name, _ in BODIES])
def test_whatever_came_in_no_connector_makes_more_of_it_than_it_may(
    connector: Connector, write: Callable[[str], bytes]
) -> None:
    """Whichever list it looks at: a new connector that reads one has to name it in `lists`."""
    for body in [*map(write, EVERYWHERE), b"{}\n" * MANY]:
        found = connector.parse(body, {}, NOW, "hook")
        assert len(found.items) + len(found.rejected) + len(found.wanted) <= connector.most


@each_list
def test_a_real_body_with_too_many_items_is_one_rejection(kind: str, path: str) -> None:
    most = CONNECTORS[kind].most
    found = parsed(kind, with_items(kind, path, most + 1))
    assert [one.reason for one in found.rejected] == [f"the body holds more than {most} events"]
    assert (found.items, found.wanted) == ([], [])


@pytest.mark.parametrize("kind", ["sendgrid", "airship", "amplitude_cohort", "mixpanel_cohort"])
def test_ten_megabytes_of_empty_objects_are_one_rejection(kind: str) -> None:
    (path, *_), ten_megabytes = CONNECTORS[kind].lists, b"[" + b"{}," * 3_400_000 + b"{}]"
    beside = real(kind) if path else {}
    body = json.dumps(placed(path, [], beside)).encode().replace(b"[]", ten_megabytes)
    assert CONNECTORS[kind].too_much(body)
    assert len(parsed(kind, body).rejected) == 1


@pytest.mark.parametrize("separator", [b"\n", b"\r\n", b"\r", b"\n \n"])
def test_empty_lines_count_for_nothing(separator: bytes) -> None:
    body = separator.join([b"{}"] * 3)
    assert counted.beyond(2, body, ("",), lines=True)
    assert not counted.beyond(3, body, ("",), lines=True)


def test_one_json_value_on_many_lines_is_no_list() -> None:
    assert not counted.beyond(2, b'{"a":\n1,\n"b":\n2\n,"c":[1,2,3]}', ("", "events"), lines=True)


@pytest.mark.parametrize(
    "body", [b'{"u":[1,2,NaN]}', b'{"\\u0075":[1,2,3]}', b' {"u" : [ 1 , {"x":[]}, "," ] } ']
)
def test_neither_spelling_nor_strange_numbers_hide_items(body: bytes) -> None:
    assert counted.beyond(2, body, ("u",))
    assert not counted.beyond(3, body, ("u",))


@pytest.mark.parametrize(
    "body", [b'{"u":{"v":[1,2,3]}}', b'{"v":[1,2,3]}', b'{"u":"[1,2,3]"}', b"[1,2,3]", b"[1,2,"]
)
def test_what_is_not_the_list_does_not_count(body: bytes) -> None:
    assert not counted.beyond(2, body, ("u",))


values = st.recursive(
    st.none() | st.integers(0, 9) | st.text(max_size=3), lambda inner: st.lists(inner, max_size=4)
)


@settings(deadline=None)
@given(st.lists(values, max_size=8), st.integers(1, 8), st.sampled_from(["", "a", "a.b"]))
def test_it_counts_as_whoever_reads_the_body_would(many: list[Any], most: int, path: str) -> None:
    said = placed(path, many, {})
    body = json.dumps(said).encode()
    assert counted.beyond(most, body, (path,)) is (len(many) > most)


@settings(deadline=None)
@given(st.binary(max_size=80), st.booleans())
def test_no_bytes_break_the_count(body: bytes, lines: bool) -> None:
    assert counted.beyond(2, body, ("", "a.b"), lines=lines) in (True, False)
    assert all(line.strip() for line in counted.lines_of(body))
