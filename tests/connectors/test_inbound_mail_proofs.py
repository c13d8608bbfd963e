"""Who may hand over mail: whoever knows the URL, and once a secret is set, whoever proves it."""

import hmac

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest
from tests.connectors.mails import RAW, carried, form

MAIL = CONNECTORS["inbound_mail"]
FORM = form({"text": "x"})
SECRET = "mailgun-signing-key"


def signed(fields: dict[str, str], at: int = 1_772_443_790, secret: str = SECRET) -> HookRequest:
    mac = hmac.new(secret.encode(), f"{at}tok".encode(), "sha256").hexdigest()
    body, headers = form({**fields, "timestamp": str(at), "token": "tok", "signature": mac})
    return HookRequest("POST", "", headers, body)


def test_mailguns_signature_counts_with_either_secret() -> None:
    for secrets in ([SECRET], ["old", SECRET], [SECRET, "old"]):
        MAIL.verify(signed({"body-plain": "x"}), secrets, 1_772_443_800)


@pytest.mark.parametrize(
    ("request_", "secrets", "now"),
    [
        (signed({}, secret="guess"), [SECRET], 1_772_443_800),
        (signed({}), ["wrong secret"], 1_772_443_800),
        (signed({}), [SECRET], 1_772_443_790 + 12 * 3600 + 1),
        (signed({}), [SECRET], 1_772_443_790 - 12 * 3600 - 1),
        (HookRequest("POST", "", FORM[1], FORM[0]), [SECRET], 1_772_443_800),
        (HookRequest("POST", "", RAW, b"From: a@b.test"), [SECRET], 1_772_443_800),
        (
            HookRequest("POST", "", {**RAW, "authorization": "Basic dXNlcjp3cm9uZw=="}, b""),
            [SECRET],
            1_772_443_800,
        ),
    ],
)
def test_a_secret_once_set_must_be_proven(request_: HookRequest, secrets: list[str], now: float) -> None:
    with pytest.raises(BadSignature):
        MAIL.verify(request_, secrets, now)


def test_the_password_in_the_url_is_a_proof_and_the_url_alone_is_none() -> None:
    body, headers = carried("sendgrid")
    for secrets in ([], [""], [" "]):
        with pytest.raises(BadSignature):
            MAIL.verify(HookRequest("POST", "", headers, body), secrets, 0)
    basic = {**headers, "authorization": "Basic dXNlcjptYWlsZ3VuLXNpZ25pbmcta2V5"}
    MAIL.verify(HookRequest("POST", "", basic, body), [SECRET], 0)
