"""Whatever is asked by the short way gets an answer below 500: no exception leaves it, as nothing above turns one into
an answer."""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from campaigns_app import express_offers
from signals_app import express, limits
from signals_app.models import Source
from tests.build import a_source
from tests.campaigns.test_offer_views import token
from tests.signals.test_express import asked, djangos, sent

pytestmark = pytest.mark.django_db

SEED = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10_000))
ROUNDS = 3_000 if os.environ.get("FUZZ_SECONDS") else 300
CALLS = [*express_offers.VIEWS, ("POST", "/v1/track"), ("POST", "/v1/b")]
PIECES = [
    *(
        "",
        " ",
        "%",
        "%zz",
        "%00",
        "\x00",
        "%ff%fe",
        "\xff",
        "\xc3\xa9",
        "%ed%a0%80",
        "+",
        "&",
        "=",
        ";",
        "[]",
        "\r\n",
    ),
    *(
        "limit=",
        "key=",
        "placement=",
        "9" * 5_000,
        "\xb2",
        "-1",
        "1",
        "Bearer ",
        "Bearer \xff",
        "Basic %",
        "a.b.c",
    ),
    *(
        "x" * 70_000,
        "&a=1" * 1_001,
        "{",
        '{"id": "',
        "\\ud800",
        "[" * 50,
        "gzip",
        "application/json",
        "::1",
        "a.test:x",
    ),
]
HEADERS = [
    *("HTTP_X_WRITE_KEY", "HTTP_AUTHORIZATION", "HTTP_ORIGIN", "HTTP_X_REQUEST_ID", "HTTP_X_FORWARDED_FOR"),
    *("HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_CONTENT_ENCODING", "CONTENT_TYPE", "REMOTE_ADDR"),
]


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> Iterator[None]:
    settings.REQUESTS_PER_ADDRESS = settings.UNKNOWN_KEYS_PER_ADDRESS = 1_000_000
    yield
    limits.forget()


def odd(dice: random.Random) -> str:
    return "".join(dice.choices(PIECES, k=dice.randint(0, 4)))


def environ(dice: random.Random, web: Source) -> dict[str, Any]:
    """A call, sound but for its query, its body and a few headers."""
    method, path = dice.choice(CALLS)
    known = {"HTTP_AUTHORIZATION": f"Bearer {token(web, 'u_1')}", "HTTP_X_WRITE_KEY": web.write_key}
    sound = {name: value for name, value in known.items() if dice.random() < 0.7}
    spoiled = {name: odd(dice) for name in dice.sample(HEADERS, dice.randint(0, 3))}
    body = odd(dice).encode("latin-1")
    return sent(body, path, method, QUERY_STRING=odd(dice), **sound | spoiled)


def test_it_answers_below_500() -> None:
    dice, web = random.Random(SEED), a_source("web")
    application = express_offers.Lane(express.Lane(djangos))
    statuses = set()
    for _ in range(ROUNDS):
        call = environ(dice, web)
        told = (SEED, call["PATH_INFO"], {name: str(value)[:99] for name, value in call.items()})
        status, _, _ = asked(application, call)
        statuses.add(status[:3])
        assert status < "500", told
    assert {"200", "400", "401"} <= statuses
