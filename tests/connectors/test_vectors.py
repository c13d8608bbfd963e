"""Every signed request of `vectors.json`, judged at the moment it was signed for.

The file holds what the vendors' own SDKs produced, or where there is none, what their documented algorithm gives in two
independent implementations; each vector says which.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, Connector
from signals_app.connectors.paddle import Paddle
from tests.connectors import payload, resign

ALL: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_text())["vectors"]
KEYED = "segment_http_api"
"""Known by its write key, not by a signature: judged at its door only."""
SIGNED = [vector for vector in ALL if vector["provider"] != KEYED]
ASSUMED = "tolerance_seconds_assumed"
FIRST = {vector["provider"]: vector for vector in reversed(SIGNED) if vector["valid"]}
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

vectors = pytest.mark.parametrize("vector", SIGNED, ids=lambda vector: str(vector["id"]))
authentic = pytest.mark.parametrize(
    "vector", [vector for vector in SIGNED if vector["valid"]], ids=lambda vector: str(vector["id"])
)
one_each = pytest.mark.parametrize("vector", FIRST.values(), ids=lambda vector: str(vector["provider"]))


def accepts(connector: Connector, vector: dict[str, Any], *secrets: str) -> bool:
    try:
        connector.verify(payload.request(vector), secrets, vector["now_unix"])
    except BadSignature:
        return False
    return True


def of(vector: dict[str, Any]) -> Connector:
    return CONNECTORS[vector["provider"]]


def test_there_are_56_of_21_providers() -> None:
    assert (len(ALL), len({vector["provider"] for vector in ALL})) == (56, 21)


@vectors
def test_each_is_judged_as_it_says(vector: dict[str, Any]) -> None:
    if ASSUMED not in vector:
        assert accepts(of(vector), vector, vector["secret"]) is vector["valid"]


class AsStrictAsTheSdk(Paddle):
    freshness: ClassVar[timedelta | None] = timedelta(seconds=5)


def test_paddle_allows_five_minutes_where_its_sdk_allows_five_seconds() -> None:
    """The one vector whose verdict depends on a window that it only assumes. Ours is wider on purpose: a queue or a
    retry between Paddle and us easily takes six seconds, and a repeated event changes nothing."""
    (vector,) = (one for one in ALL if ASSUMED in one)
    assert (vector["provider"], vector[ASSUMED], vector["valid"]) == ("paddle", 5, False)
    assert not accepts(AsStrictAsTheSdk(), vector, vector["secret"])
    assert accepts(Paddle(), vector, vector["secret"])
    assert not accepts(Paddle(), {**vector, "now_unix": vector["now_unix"] + 300}, vector["secret"])


@one_each
@pytest.mark.parametrize("secrets", [[], [""], [" \n"]])
def test_without_a_secret_everything_is_refused_that_needs_one(
    vector: dict[str, Any], secrets: list[str]
) -> None:
    if of(vector).needs_secret:
        assert not accepts(of(vector), vector, *secrets)


@one_each
def test_two_secrets_count_at_once_and_a_third_does_not(vector: dict[str, Any]) -> None:
    names = ("first-secret", "second-secret")
    secrets = [resign.secret(vector["provider"], name) for name in names]
    for name in names:
        assert accepts(of(vector), resign.signed(vector, name), *secrets)
        assert accepts(of(vector), resign.signed(vector, name), *(f" {secret}\n" for secret in secrets))
    assert not accepts(of(vector), resign.signed(vector, "first-secret"), secrets[1])
    assert not accepts(of(vector), vector, *secrets)


WINDOWS = {
    "stripe": 300,
    "slack": 300,
    "hubspot": 300,
    "recurly": 300,
    "standard_webhooks": 300,
    "paddle": 300,
    "zendesk": 3600,
}


@one_each
def test_how_old_a_signature_may_be(vector: dict[str, Any]) -> None:
    """Both ways; where nothing is signed but the body, a repeat is known by its id instead."""
    window = WINDOWS.get(vector["provider"])
    late = [{**vector, "now_unix": vector["now_unix"] + seconds} for seconds in (-30 * 86400, 30 * 86400)]
    if window is None:
        assert of(vector).freshness is None
        assert all(accepts(of(vector), one, vector["secret"]) for one in late)
    else:
        assert of(vector).freshness == timedelta(seconds=window)
        assert not any(accepts(of(vector), one, vector["secret"]) for one in late)


UNBOUND = {"mixpanel_cohort", "salesforce_outbound_message"}
"""Proved by a password or by what is in the body."""


@authentic
def test_a_body_that_was_changed_by_one_blank_is_refused(vector: dict[str, Any]) -> None:
    changed = {**vector, "body": f"{vector['body'][:-1]} {vector['body'][-1]}"}
    bound = vector["provider"] not in UNBOUND and vector["id"] != "segwh-2-batch-first-event-only"
    assert accepts(of(vector), changed, vector["secret"]) is not bound


@authentic
def test_what_was_authentic_is_read_alike_whenever_it_comes_again(vector: dict[str, Any]) -> None:
    request = payload.request(vector)
    first, again = (
        of(vector).parse(request.body, request.headers, NOW + timedelta(hours=hours), "hook")
        for hours in (0, 2)
    )
    assert first.rejected == []
    ids = [item.message_id for item in first.items]
    assert ids == [item.message_id for item in again.items]
    assert len(set(ids)) == len(ids)
    assert all(item.occurred_at <= NOW for item in first.items)
    assert first.wanted == again.wanted
