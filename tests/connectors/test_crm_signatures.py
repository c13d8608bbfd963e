"""Whom the CRM's and the product tools' connectors believe."""

import hashlib
import hmac

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest
from tests.connectors import payload
from upsell_project.lib import signing

KINDS = ("segment_webhook", "hubspot", "salesforce_outbound_message", "pendo")
SIGNED = [
    (kind, name) for kind in KINDS for name in payload.names(kind, "") if "valid" in payload.read(kind, name)
]


@pytest.mark.parametrize(("kind", "name"), SIGNED)
def test_signed_requests_are_judged_as_the_vectors_say(kind: str, name: str) -> None:
    vector = payload.read(kind, name)
    request, secrets = payload.request(vector), ["another secret", vector["secret"]]
    if vector["valid"]:
        CONNECTORS[kind].verify(request, secrets, vector["now_unix"])
        CONNECTORS[kind].verify(request, secrets[::-1], vector["now_unix"])
    else:
        with pytest.raises(BadSignature):
            CONNECTORS[kind].verify(request, secrets, vector["now_unix"])


@pytest.mark.parametrize("secrets", [[""], ["  "], ["wrong secret"]])
@pytest.mark.parametrize(("kind", "name"), SIGNED)
def test_an_empty_or_wrong_secret_opens_nothing(kind: str, name: str, secrets: list[str]) -> None:
    vector = payload.read(kind, name)
    with pytest.raises(BadSignature):
        CONNECTORS[kind].verify(payload.request(vector), secrets, vector["now_unix"])


@pytest.mark.parametrize(("kind", "name"), [one for one in SIGNED if payload.read(*one)["valid"]])
def test_one_changed_byte_is_a_forgery(kind: str, name: str) -> None:
    vector = payload.read(kind, name)
    request = payload.request(vector)
    changed = request.body.replace(b"00D000000000001", b"00D000000000002").replace(b"rty", b"rtY", 1)
    changed = changed if changed != request.body else request.body.replace(b"u_1", b"u_2", 1)
    forged = HookRequest(request.method, request.url, request.headers, changed)
    with pytest.raises(BadSignature):
        CONNECTORS[kind].verify(forged, [vector["secret"]], vector["now_unix"])


@pytest.mark.parametrize(("off", "fresh"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_hubspots_v3_is_fresh_for_five_minutes_both_ways(off: int, fresh: bool) -> None:
    vector = payload.read("hubspot", "hubspot-1-v3")
    signed_at = int(vector["headers"]["X-HubSpot-Request-Timestamp"]) / 1000
    request, secrets = payload.request(vector), [vector["secret"]]
    if fresh:
        CONNECTORS["hubspot"].verify(request, secrets, signed_at + off)
    else:
        with pytest.raises(BadSignature):
            CONNECTORS["hubspot"].verify(request, secrets, signed_at + off)


def test_a_wrong_v3_signature_is_not_saved_by_a_right_v1() -> None:
    vector = payload.read("hubspot", "hubspot-1-v3")
    request = payload.request(vector)
    headers = {**request.headers, "x-hubspot-signature-v3": "AAAA"}
    forged = HookRequest("POST", request.url, headers, request.body)
    with pytest.raises(BadSignature):
        CONNECTORS["hubspot"].verify(forged, [vector["secret"]], vector["now_unix"])


def test_hubspots_documented_examples_of_v1_and_v2_hold() -> None:
    """The two examples of developers.hubspot.com, "v1 request validation" and "v2 request validation"."""
    secret, body = (
        "y" * 8 + "-yyyy-yyyy-yyyy-" + "y" * 12,
        (
            b'[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,'
            b'"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM",'
            b'"changeFlag":"NEW","appId":54321}]'
        ),
    )
    v1 = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    v2 = "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"
    url = "https://www.example.com/webhook_uri"
    v1_headers = {"x-hubspot-signature": v1, "x-hubspot-signature-version": "v1"}
    CONNECTORS["hubspot"].verify(HookRequest("POST", url, v1_headers, body), [secret], 0)
    v2_headers = {"x-hubspot-signature": v2, "x-hubspot-signature-version": "v2"}
    CONNECTORS["hubspot"].verify(HookRequest("GET", url, v2_headers, b""), [secret], 0)
    with pytest.raises(BadSignature):
        CONNECTORS["hubspot"].verify(HookRequest("POST", url, v2_headers, b""), [secret], 0)


@pytest.mark.parametrize("body", [b"[]", b"[", b"[[" * 5000, b"", b'"text"', b"[1] trailing"])
def test_what_segment_never_signed_is_a_bad_signature(body: bytes) -> None:
    request = HookRequest("POST", "", {"x-signature": signing.hex_mac("s", b"other", algorithm="sha1")}, body)
    with pytest.raises(BadSignature):
        CONNECTORS["segment_webhook"].verify(request, ["s"], 0)


def test_segment_without_a_shared_secret_is_believed_by_its_url() -> None:
    CONNECTORS["segment_webhook"].verify(HookRequest("POST", "", {}, b"{}"), [], 0)


def test_pendos_signature_is_taken_in_base64_too() -> None:
    headers = {"x-pendo-signature": signing.base64_mac("pendo-secret", b"{}")}
    CONNECTORS["pendo"].verify(HookRequest("POST", "", headers, b"{}"), ["pendo-secret"], 0)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"x-userpilot-token": "a long secret"}, b"{}"),
        ({"authorization": "Bearer a-long-secret"}, b"{}"),
        ({}, b'{"secret": "a long secret"}'),
    ],
)
def test_userpilots_token_is_found_wherever_it_travels(headers: dict[str, str], body: bytes) -> None:
    secrets = ["a long secret", "a-long-secret"]
    CONNECTORS["userpilot"].verify(HookRequest("POST", "", headers, body), secrets, 0)
    with pytest.raises(BadSignature):
        CONNECTORS["userpilot"].verify(HookRequest("POST", "", headers, body), ["another secret"], 0)


def test_appcues_tells_the_token_that_was_set() -> None:
    right = {"authorization": "Bearer appcues-token"}
    CONNECTORS["appcues"].verify(HookRequest("POST", "", right, b"{}"), ["old-token", "appcues-token"], 0)
    with pytest.raises(BadSignature):
        CONNECTORS["appcues"].verify(HookRequest("POST", "", {}, b"{}"), ["appcues-token"], 0)


def test_an_organization_is_known_by_its_long_and_its_short_id() -> None:
    vector = payload.read("salesforce_outbound_message", "sf-om-1")
    CONNECTORS["salesforce_outbound_message"].verify(payload.request(vector), [vector["secret"][:15]], 0)
    CONNECTORS["salesforce_outbound_message"].verify(payload.request(vector), [], 0)


def test_the_v1_digest_is_no_mac() -> None:
    """Kept apart from the vectors: a plain hash of secret and body, as HubSpot documents it."""
    body = b"[]"
    plain, mac = (
        hashlib.sha256(b"secret-1" + body).hexdigest(),
        hmac.new(b"secret-1", body, "sha256").hexdigest(),
    )
    CONNECTORS["hubspot"].verify(
        HookRequest("POST", "", {"x-hubspot-signature": plain}, body), ["secret-1"], 0
    )
    with pytest.raises(BadSignature):
        CONNECTORS["hubspot"].verify(
            HookRequest("POST", "", {"x-hubspot-signature": mac}, body), ["secret-1"], 0
        )
