"""The example of RFC 8291, appendix A."""

import base64
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.push_browser import Browser
from upsell_project.lib import clock, web_push

PLAIN = b"When I grow up, I want to be a watermelon"
SERVER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER = Browser(private="q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", auth="BTBZMqHH6r4Tts7J_aSIgg")
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
    "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_example_of_the_rfc() -> None:
    assert BROWSER.p256dh == (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    made = web_push.encrypted(
        PLAIN,
        decoded(BROWSER.p256dh),
        decoded(BROWSER.auth),
        key=web_push.private_key(SERVER),
        salt=decoded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert made == decoded(BODY)
    assert BROWSER.reads(decoded(BODY)) == PLAIN


def test_each_message_has_a_key_and_a_salt_of_its_own() -> None:
    made = [web_push.encrypted(PLAIN, decoded(BROWSER.p256dh), decoded(BROWSER.auth)) for _ in range(2)]
    assert made[0][:86] != made[1][:86]
    assert [BROWSER.reads(one) for one in made] == [PLAIN, PLAIN]


@pytest.mark.parametrize("size", [0, 1, 3993])
def test_it_takes_what_fits_into_one_record(size: int) -> None:
    made = web_push.encrypted(b"x" * size, decoded(BROWSER.p256dh), decoded(BROWSER.auth))
    assert (len(made), BROWSER.reads(made)) == (size + web_push.OVERHEAD, b"x" * size)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 3993"):
        web_push.encrypted(b"x" * 3994, decoded(BROWSER.p256dh), decoded(BROWSER.auth))


def test_a_point_off_the_curve_is_refused() -> None:
    with pytest.raises(ValueError):
        web_push.encrypted(PLAIN, b"\4" + b"\1" * 64, decoded(BROWSER.auth))


def test_who_we_are_is_signed_for_one_service_and_half_a_day() -> None:
    key = web_push.private_key(SERVER)
    header = web_push.authorization("https://fcm.googleapis.com/fcm/send/x?y", key, "mailto:ops@x.test")
    token, _, public = header.removeprefix("vapid t=").partition(", k=")
    assert public == web_push.public_text(key)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(public))
    said: dict[str, Any] = jwt.decode(token, point, ["ES256"], audience="https://fcm.googleapis.com")
    assert said["sub"] == "mailto:ops@x.test"
    assert 0 < said["exp"] - clock.real().timestamp() <= web_push.LIVES.total_seconds()


@pytest.mark.parametrize("text", ["", "abc", "x" * 43 + "!", "-----BEGIN PRIVATE KEY-----", SERVER[:-4]])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        web_push.private_key(text)
