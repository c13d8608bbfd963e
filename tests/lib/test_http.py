"""The client that goes out: where it does not go, how long it waits, how much it takes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.signals import provider_api
from tests.signals.provider_api import KEY, Api, Told
from upsell_project.lib import http

HEADERS = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def api(settings: Any) -> Iterator[Api]:
    with provider_api.running() as running:
        settings.OUTBOUND_ALLOWED_HOSTS = [running.host]
        yield running


def test_it_reads_an_answer_and_keeps_its_connection(api: Api) -> None:
    api.tell("/a", Told(200, {"id": 1}))
    answers = [http.get(f"{api.url}/a", HEADERS) for _ in range(5)]
    assert [(one.status, one.body, one.wait) for one in answers] == [(200, b'{"id": 1}', None)] * 5
    assert (api.connections, api.keys) == (1, [f"Bearer {KEY}"] * 5)


def test_it_asks_with_a_body_by_the_same_connection(api: Api) -> None:
    api.tell("/a", Told(200, {"id": 1}))
    api.tell("/b", Told(method="POST", reply=lambda body, kind: Told(200, [body.decode(), kind])))
    assert http.get(f"{api.url}/a", HEADERS).status == 200
    answer = http.post(f"{api.url}/b", {**HEADERS, "Content-Type": "text/plain"}, b"who?")
    assert (answer.status, answer.body) == (200, b'["who?", "text/plain"]')
    assert http.post(f"{api.url}/a", HEADERS, b"").status == 405
    assert (api.connections, set(api.keys)) == (1, {f"Bearer {KEY}"})


@pytest.mark.parametrize(("said", "wait"), [("7", 7.0), ("99999999", 3600.0), ("soon", None), ("-5", None)])
def test_it_hears_how_long_to_wait(api: Api, said: str, wait: float | None) -> None:
    api.tell("/a", Told(429, {}, {"Retry-After": said}))
    assert http.get(f"{api.url}/a", HEADERS).wait == wait


def test_it_hears_until_when_to_wait(api: Api) -> None:
    api.tell("/a", Told(503, {}, {"Retry-After": "Fri, 31 Dec 2060 23:59:59 GMT"}))
    api.tell("/b", Told(503, {}, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}))
    assert [http.get(f"{api.url}{path}", HEADERS).wait for path in ("/a", "/b")] == [3600.0, 0.0]


def test_it_does_not_follow_to_another_host(api: Api) -> None:
    api.tell("/a", Told(302, {}, {"Location": "http://169.254.169.254/latest/meta-data/"}))
    assert http.get(f"{api.url}/a", HEADERS).status == 302
    assert api.asked == ["/a"]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (provider_api.RESET, "Error"),
        (provider_api.SLOW, "ReadTimeout"),
        (provider_api.ENDLESS, "larger than"),
    ],
)
def test_no_usable_answer_is_said_so(
    api: Api, trouble: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "READ_SECONDS", 0.3)
    api.tell("/a", Told(trouble=trouble))
    with pytest.raises(http.Unreachable, match=said) as raised:
        http.get(f"{api.url}/a", HEADERS)
    assert KEY not in str(raised.value) and api.host not in str(raised.value)


def test_an_answer_that_drips_is_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.0)
    api.tell("/a", Told(trouble=provider_api.ENDLESS))
    with pytest.raises(http.Unreachable, match="took too long"):
        http.get(f"{api.url}/a", HEADERS)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("::ffff:1.1.1.1", True),
        ("64:ff9b::101:101", True),
        ("2002:101:101::1", True),
        ("2606:4700::1111", True),
        ("2002:a00:1::1", False),
        ("100.64.0.1", False),
    ],
)
def test_an_address_that_holds_another_is_judged_as_that(address: str, public: bool) -> None:
    assert http._public(address) is public


def test_headers_that_drip_are_given_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.5)
    api.tell("/a", Told(trouble=provider_api.DRIPPING))
    with pytest.raises(http.Unreachable):
        http.get(f"{api.url}/a", HEADERS)


@pytest.mark.parametrize("key", ["clé", "a\nb", "ключ"])
def test_a_key_that_no_header_holds_is_said_so(api: Api, key: str) -> None:
    with pytest.raises(http.Forbidden, match="cannot be sent") as raised:
        http.get(f"{api.url}/a", {"Authorization": f"Bearer {key}"})
    assert key not in str(raised.value)
    assert api.asked == []


@pytest.mark.parametrize(
    "url",
    ["https://a..b.com/", f"https://{'a' * 70}.com/", "https://example.com/ü", "https://example.com/a b\n"],
)
def test_a_url_that_cannot_be_sent_is_said_so(url: str) -> None:
    with pytest.raises((http.Forbidden, http.Unreachable)):
        http.get(url, {"Authorization": "a\nb"})


def test_nobody_at_home_is_unreachable(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    with pytest.raises(http.Unreachable):
        http.get("http://127.0.0.1:9/a", {})


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/a",
        "https://localhost/a",
        "https://10.1.2.3/a",
        "https://192.168.0.1/a",
        "https://169.254.169.254/latest",
        "https://[::1]/a",
        "https://[::ffff:10.0.0.1]/a",
        "https://0.0.0.0/a",
        "https://2130706433/a",
        "https://224.0.0.1/a",
        "https://[::127.0.0.1]/a",
        "https://[64:ff9b::7f00:1]/a",
        "https://[64:ff9b::a9fe:a9fe]/a",
        "https://[64:ff9b:1::a00:1]/a",
        "https://[2002:7f00:1::]/a",
        "https://[2002:a9fe:a9fe::1]/a",
        "https://[fec0::1]/a",
        "https://[fd00::1]/a",
        "https://[::ffff:0:127.0.0.1]/a",
        "https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/a",
        "http://example.com/a",
        "ftp://example.com/a",
        "file:///etc/passwd",
        "https:///a",
        "https://example.com:port/a",
        "no url",
    ],
)
def test_private_addresses_and_plain_text_are_refused(url: str) -> None:
    with pytest.raises(http.Forbidden):
        http.get(url, HEADERS)


def test_only_the_port_that_was_allowed_is_open(api: Api, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1:1"]
    with pytest.raises(http.Forbidden):
        http.get(f"{api.url}/a", HEADERS)
    assert api.asked == []
