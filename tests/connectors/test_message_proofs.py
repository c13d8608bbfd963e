"""Each messaging provider's proof of origin: real, forged, of another secret, of none."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest
from tests.connectors import payload
from tests.connectors.messaging import SECRET, asked
from upsell_project.lib import signing

SIGNED = ("sendgrid", "twilio", "customerio", "klaviyo")
PREFIXES = {"customerio": "cio-"}
VECTORS = [(kind, name) for kind in SIGNED for name in payload.names(kind, PREFIXES.get(kind, f"{kind}-"))]
TRUE = [(kind, name) for kind, name in VECTORS if payload.read(kind, name)["valid"]]
URL = "https://app.example.com/hooks/twilio/t"
FORM = "application/x-www-form-urlencoded"


def accepted(kind: str, request: HookRequest, *secrets: str, now: float = 1772443800) -> bool:
    try:
        CONNECTORS[kind].verify(request, secrets, now)
    except BadSignature:
        return False
    return True


def test_all_vectors_are_here() -> None:
    assert (len(VECTORS), len(TRUE)) == (11, 7)


@pytest.mark.parametrize(("kind", "name"), VECTORS)
def test_signatures_are_judged_as_the_vectors_say(kind: str, name: str) -> None:
    vector = payload.read(kind, name)
    assert accepted(kind, payload.request(vector), "old", vector["secret"]) is vector["valid"]


@pytest.mark.parametrize(("kind", "name"), TRUE)
@pytest.mark.parametrize("secrets", [[], [""], ["  "], ["wrong"]])
def test_no_secret_or_an_empty_or_wrong_one_always_refuses(kind: str, name: str, secrets: list[str]) -> None:
    assert not accepted(kind, payload.request(payload.read(kind, name)), *secrets)


@pytest.mark.parametrize(("kind", "name"), TRUE)
def test_no_age_is_too_old_because_they_repeat_for_days(kind: str, name: str) -> None:
    vector = payload.read(kind, name)
    assert accepted(kind, payload.request(vector), vector["secret"], now=vector["now_unix"] + 7 * 86_400)


@pytest.mark.parametrize(("kind", "name"), TRUE)
def test_one_byte_more_is_another_body(kind: str, name: str) -> None:
    vector = payload.read(kind, name)
    request = payload.request(vector)
    forged = HookRequest(request.method, request.url, request.headers, request.body + b"&a=b")
    assert not accepted(kind, forged, vector["secret"])


@settings(deadline=None)
@given(st.sampled_from(TRUE), st.data(), st.text(max_size=60))
def test_a_strange_header_is_a_bad_signature(which: tuple[str, str], data: st.DataObject, value: str) -> None:
    kind, name = which
    vector = payload.read(kind, name)
    request = payload.request(vector)
    header = data.draw(
        st.sampled_from([one for one in request.headers if "signature" in one and "setting" not in one])
    )
    forged = HookRequest(request.method, request.url, {**request.headers, header: value}, request.body)
    assert not accepted(kind, forged, vector["secret"])


def a_key_pair() -> tuple[ec.EllipticCurvePrivateKey, str]:
    private = ec.generate_private_key(ec.SECP256R1())
    der = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, base64.b64encode(der).decode()


def by_sendgrid(private: ec.EllipticCurvePrivateKey, body: bytes, timestamp: str = "1") -> HookRequest:
    signature = base64.b64encode(private.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    return asked(
        body,
        x_twilio_email_event_webhook_signature=signature,
        x_twilio_email_event_webhook_timestamp=timestamp,
    )


def test_sendgrid_may_have_two_keys_and_either_may_wear_armor() -> None:
    (old, old_key), (new, new_key) = a_key_pair(), a_key_pair()
    armored = f"-----BEGIN PUBLIC KEY-----\n{new_key[:64]}\n{new_key[64:]}\n-----END PUBLIC KEY-----\n"
    for private in (old, new):
        assert accepted("sendgrid", by_sendgrid(private, b"[]\r\n"), armored, old_key)
    assert not accepted("sendgrid", by_sendgrid(old, b"[]"), new_key)


def test_a_key_of_another_kind_signs_for_nobody() -> None:
    other = ed25519.Ed25519PrivateKey.generate().public_key()
    der = other.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    private, key = a_key_pair()
    assert accepted("sendgrid", by_sendgrid(private, b"[]"), base64.b64encode(der).decode(), "%%%", key)


def by_twilio(fields: Any, url: str = URL, signed_url: str | None = None, **headers: str) -> HookRequest:
    """Signed as twilio-python does it: names and values sorted, each pair once."""
    pairs = sorted(set(fields.items() if isinstance(fields, Mapping) else fields))
    text = (signed_url or url) + "".join(name + value for name, value in pairs)
    algorithm = "sha256" if "SHA256" in headers.get("x_twilio_webhooks_signature_settings", "") else "sha1"
    signature = signing.base64_mac(SECRET, text.encode(), algorithm=algorithm)
    body = urlencode(fields).encode()
    return asked(body, url=url, **{"x_twilio_signature": signature, "content_type": FORM, **headers})


@pytest.mark.parametrize("signed", ["https://app.example.com:443/hooks/twilio/t", URL])
@pytest.mark.parametrize("seen", ["https://app.example.com:443/hooks/twilio/t", URL])
def test_twilio_may_sign_the_url_with_its_port_or_without(signed: str, seen: str) -> None:
    assert accepted("twilio", by_twilio({"Body": "Hi"}, seen, signed), SECRET)


def test_another_port_or_path_is_another_url() -> None:
    assert not accepted("twilio", by_twilio({"Body": "Hi"}, URL, f"{URL}x"), SECRET)
    assert not accepted("twilio", by_twilio({"Body": "Hi"}, URL, URL.replace(".com", ".com:8443")), SECRET)


def test_several_fields_of_one_name_are_signed_once_each_and_sorted() -> None:
    fields = [("Media", "b"), ("Media", "a"), ("Media", "b"), ("Body", "Ünicode & more"), ("Empty", "")]
    assert accepted("twilio", by_twilio(fields), SECRET)


def test_a_get_is_signed_by_its_url_and_may_have_no_body() -> None:
    url = f"{URL}?MessageSid=SM1&MessageStatus=delivered&To=%2B14155550100"
    mac = signing.base64_mac(SECRET, url.encode(), algorithm="sha1")
    assert accepted("twilio", asked(b"", "GET", url, x_twilio_signature=mac), SECRET)
    for content_type in (FORM, "text/plain", "application/json"):
        smuggled = asked(b"Body=STOP", "GET", url, x_twilio_signature=mac, content_type=content_type)
        assert not accepted("twilio", smuggled, SECRET)


def test_a_json_body_is_bound_by_its_hash_in_the_url() -> None:
    body = b'{"a": 1}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body).hexdigest()}"
    mac = signing.base64_mac(SECRET, url.encode(), algorithm="sha1")
    request = asked(body, "POST", url, x_twilio_signature=mac, content_type="application/json")
    assert accepted("twilio", request, SECRET)
    assert not accepted("twilio", HookRequest("POST", url, request.headers, b'{"a": 2}'), SECRET)


def test_an_algorithm_we_do_not_know_is_refused() -> None:
    known = by_twilio({"Body": "Hi"}, x_twilio_webhooks_signature_settings="key=k1,algorithm=HMAC_SHA256")
    assert accepted("twilio", known, SECRET)
    headers = {**known.headers, "x-twilio-webhooks-signature-settings": "algorithm=none"}
    assert not accepted("twilio", HookRequest("POST", URL, headers, known.body), SECRET)


def test_klaviyo_names_its_webhook_in_header_and_body() -> None:
    vector = payload.read("klaviyo", "klaviyo-1")
    request = payload.request(vector)
    for other in ("wh_2", ""):
        headers = {**request.headers, "klaviyo-webhook-id": other}
        forged = HookRequest("POST", request.url, headers, request.body)
        assert not accepted("klaviyo", forged, vector["secret"])


@pytest.mark.parametrize("kind", ["klaviyo", "onesignal", "airship"])
def test_who_signs_nothing_has_to_know_the_secret(kind: str) -> None:
    assert accepted(kind, asked(x_api_key=SECRET), "old", SECRET)
    assert accepted(kind, asked(authorization=f"Bearer {SECRET}"), SECRET)
    for request in (asked(), asked(x_api_key="wrong"), asked(x_api_key="")):
        assert not accepted(kind, request, SECRET)
    for secrets in ([], [""], [" "]):
        assert not accepted(kind, asked(x_api_key=SECRET), *secrets)
        assert not accepted(kind, asked(), *secrets)
