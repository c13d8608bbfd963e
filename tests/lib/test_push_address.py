"""Which devices apps and browsers name, and which we would send to."""

import json
from typing import Any

import pytest

from tests.push_browser import Browser
from upsell_project.lib import push_address

BROWSER = Browser("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "BTBZMqHH6r4Tts7J_aSIgg")
FCM = "dPz9Q1:APA91bH_" + "x" * 130
CHROME = "https://fcm.googleapis.com/fcm/send/dA:APA91b_x"


def a_subscription(endpoint: Any = CHROME, **keys: Any) -> dict[str, Any]:
    """As `PushSubscription.toJSON()` writes it."""
    given = {"p256dh": BROWSER.p256dh, "auth": BROWSER.auth, **keys}
    return {"endpoint": endpoint, "expirationTime": None, "keys": given}


@pytest.mark.parametrize(
    ("token", "address"),
    [
        (FCM, f"fcm:{FCM}"),
        ("ab12" * 16, f"device:{'ab12' * 16}"),
        ("6D1C5A9E-3f1f-4f51-9b0e-0f2b6f0f9a11", "device:6D1C5A9E-3f1f-4f51-9b0e-0f2b6f0f9a11"),
    ],
)
def test_a_token_is_of_firebase_unless_it_is_plainly_another_s(token: str, address: str) -> None:
    assert push_address.of_device(token) == address
    assert push_address.sound(address)
    assert push_address.subscription(address) is None


@pytest.mark.parametrize("form", [lambda said: said, json.dumps])
@pytest.mark.parametrize(
    "endpoint",
    [
        CHROME,
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
        "https://web.push.apple.com/QABC",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2b",
    ],
)
def test_a_browser_s_subscription_comes_back_as_it_was(form: Any, endpoint: str) -> None:
    address = push_address.of_device(form(a_subscription(endpoint)))
    assert push_address.sound(address)
    found = push_address.subscription(address)
    assert found is not None
    assert (found.endpoint, len(found.p256dh), len(found.auth)) == (endpoint, 65, 16)


def test_keys_in_plain_base64_are_the_same() -> None:
    plain = {
        name: key.replace("-", "+").replace("_", "/") + "=" for name, key in a_subscription()["keys"].items()
    }
    assert push_address.of_device(a_subscription(**plain)) == push_address.of_device(a_subscription())


@pytest.mark.parametrize(
    "token",
    [
        "",
        "short",
        "with a space in it",
        "ünicode-token",
        "x" * 901,
        None,
        7,
        True,
        [],
        {},
        "{",
        "{}",
        '{"endpoint": ' + "[" * 100_000,
        {"endpoint": CHROME},
        {"endpoint": CHROME, "keys": "x"},
        a_subscription(None),
        a_subscription(p256dh=7),
        a_subscription(p256dh="A" * 87),
        a_subscription(auth="short"),
        a_subscription("http://fcm.googleapis.com/x"),
        a_subscription("https://fcm.googleapis.com:8443/x"),
        a_subscription("https://u:p@fcm.googleapis.com/x"),
        a_subscription("https://evil.test/fcm.googleapis.com"),
        a_subscription("https://evilfcm.googleapis.com.test/"),
        a_subscription("https://notfcm.googleapis.com/"),
        a_subscription("https://169.254.169.254/"),
        a_subscription("https://fcm.googleapis.com/" + "x" * 1_000),
        a_subscription("https://fcm.googleapis.com/a b"),
        a_subscription("https://[fcm.googleapis.com/"),
    ],
)
def test_anything_else_is_no_device(token: Any) -> None:
    assert push_address.of_device(token) == ""


@pytest.mark.parametrize(
    "address", ["", "ana@x.test", "sms:+49170", "fcm:", "device:a b", "https://x.test/#a.b"]
)
def test_anything_else_is_no_address(address: str) -> None:
    assert not push_address.sound(address)
