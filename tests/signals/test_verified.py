"""A token that was verified is believed again without its signature, and not a moment longer than it may be."""

import time as wall
from datetime import timedelta
from typing import Any

import jwt
import pytest

from signals_app import authentication
from signals_app.authentication import BadToken, claims_of
from signals_app.models import Source
from tests.build import a_source
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def web() -> Source:
    return a_source("web")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signature was computed."""
    seen: list[str] = []
    decode = jwt.decode

    def noted(token: str, *given: Any, **more: Any) -> Any:
        seen.append(token)
        return decode(token, *given, **more)

    monkeypatch.setattr(jwt, "decode", noted)
    return seen


def token(web: Source, user: str = "ana", lives: float = 600) -> str:
    return jwt.encode({"sub": user, "exp": int(wall.time() + lives)}, web.signing_secret, "HS256")


def test_it_works(web: Source, decoded: list[str]) -> None:
    ana, ben = token(web), token(web, "ben")
    told = [claims_of(web, one).user_id for one in (ana, ana, ben, ana, ben)]
    assert told == ["ana", "ana", "ben", "ana", "ben"]
    assert decoded == [ana, ben]


def test_a_secret_that_is_gone_makes_no_token(web: Source) -> None:
    bearer = token(web)
    claims_of(web, bearer)
    web.signing_secret = "another_secret_of_decent_length_for_it"
    with pytest.raises(BadToken):
        claims_of(web, bearer)
    web.previous_secret = "whsec_test_secret_of_decent_length"
    assert claims_of(web, bearer).user_id == "ana"


def test_a_token_of_one_source_opens_no_other(web: Source) -> None:
    bearer = token(web)
    claims_of(web, bearer)
    with pytest.raises(BadToken):
        claims_of(a_source("web", signing_secret="a_secret_of_another_source_than_that"), bearer)


def test_it_ends_when_it_says(web: Source, monkeypatch: pytest.MonkeyPatch, decoded: list[str]) -> None:
    bearer = token(web, lives=-authentication.LEEWAY_SECONDS + 5)
    claims_of(web, bearer)
    later = clock.real() + timedelta(seconds=6)
    monkeypatch.setattr(clock, "real", lambda: later)
    claims_of(web, bearer)
    assert decoded == [bearer] * 2, "it is asked itself: what was remembered says nothing any more"


def test_it_is_verified_anew_after_a_while(
    web: Source, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bearer = token(web)
    claims_of(web, bearer)
    monkeypatch.setattr(authentication, "VERIFIED_SECONDS", 0.0)
    authentication.forget()
    claims_of(web, bearer)
    claims_of(web, bearer)
    assert decoded == [bearer] * 3


def test_what_is_refused_is_not_kept(web: Source) -> None:
    for number in range(5):
        with pytest.raises(BadToken):
            claims_of(web, jwt.encode({"sub": f"{number}", "exp": int(wall.time()) + 60}, "s" * 32, "HS256"))
    assert not authentication._verified


def test_no_more_are_kept_than_fit(web: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "MOST_VERIFIED", 3)
    for number in range(5):
        claims_of(web, token(web, f"u{number}"))
    assert [one.claims.user_id for one in authentication._verified.values()] == ["u2", "u3", "u4"]
