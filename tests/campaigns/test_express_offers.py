"""The short way of the widget's two calls answers what Django's would."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import override_settings

from campaigns_app import express_offers, serve
from campaigns_app.models import Interaction
from offers_app.models import Proposition
from signals_app import limits
from signals_app.models import Source
from tests.build import a_source
from tests.campaigns.test_offer_views import token
from tests.conftest import Time
from tests.engine import MORNING, begun, offer_of, somebody
from tests.signals.test_express import Django, asked, djangos, sent
from upsell_project import wsgi

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
PAGE = "https://app.test"


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


@pytest.fixture
def web() -> Source:
    return a_source("web", origins=[PAGE])


@pytest.fixture
def offer() -> Proposition:
    return offer_of(begun(somebody()))


def get(web: Source, offer: Proposition, query: str = "", **headers: Any) -> dict[str, Any]:
    bearer = f"Bearer {token(web, offer.person.user_id)}"
    known = {"HTTP_X_WRITE_KEY": web.write_key, "HTTP_AUTHORIZATION": bearer, "QUERY_STRING": query}
    return sent(b"", "/v1/offers", "GET", **known | headers)


def post(web: Source, offer: Proposition, **act: Any) -> dict[str, Any]:
    whole = {"id": str(uuid.UUID(int=7)), "proposition_id": str(offer.pk), "kind": "viewed", **act}
    headers = {key: value for key, value in get(web, offer).items() if key.startswith("HTTP_")}
    return sent(json.dumps(whole).encode(), "/v1/interactions", **headers)


CALLS: dict[str, Callable[[Source, Proposition], dict[str, Any]]] = {
    "offers": get,
    "placement": lambda web, offer: get(web, offer, "placement=app-modal&limit=5"),
    "bad limit": lambda web, offer: get(web, offer, "limit=x", HTTP_X_REQUEST_ID="r1"),
    "key in the query": lambda web, offer: get(web, offer, f"key={web.write_key}", HTTP_X_WRITE_KEY=""),
    "page of theirs": lambda web, offer: get(web, offer, HTTP_ORIGIN=PAGE),
    "page of nobody": lambda web, offer: get(
        web, offer, HTTP_ORIGIN="https://x.test", HTTP_X_REQUEST_ID="r1"
    ),
    "no token": lambda web, offer: get(web, offer, HTTP_AUTHORIZATION="", HTTP_X_REQUEST_ID="r1"),
    "no key": lambda web, offer: get(web, offer, HTTP_X_WRITE_KEY="", HTTP_X_REQUEST_ID="r1"),
    "odd key": lambda web, offer: get(web, offer, HTTP_X_WRITE_KEY="\xff", HTTP_X_REQUEST_ID="r1"),
    "act": post,
    "act that is none": lambda web, offer: post(web, offer, kind="eaten") | {"HTTP_X_REQUEST_ID": "r1"},
    "act on nothing": lambda web, offer: (
        post(web, offer, proposition_id=str(uuid.UUID(int=1))) | {"HTTP_X_REQUEST_ID": "r1"}
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_answers_and_keeps_what_django_would(name: str, web: Source, offer: Proposition) -> None:
    ways = []
    for way in (wsgi.application.application, djangos):
        limits.forget()
        Interaction.objects.all().delete()
        status, headers, body = asked(way, CALLS[name](web, offer))
        kept = ("Cache-Control", "Vary", "Content-Type", "Access-Control-Allow-Origin", "X-Request-Id")
        acts = list(Interaction.objects.values_list("id", "kind"))
        ways.append((status, [headers.get(one) for one in kept], json.loads(body), acts))
    assert ways[0] == ways[1]


def test_a_good_call_does_not_go_djangos_way(web: Source, offer: Proposition) -> None:
    django = Django()
    status, headers, body = asked(express_offers.Lane(django), get(web, offer))
    assert (status, len(json.loads(body)["offers"]), django.paths) == ("200 OK", 1, [])
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "environ",
    [
        sent(b"", "/v1/offers", "OPTIONS"),
        sent(b"", "/v1/offers", "POST"),
        sent(b"", "/v1/offers/", "GET"),
        sent(b"", "/v1/interactions", "GET"),
        sent(b"", "/v1/offers", "GET", HTTP_HOST="elsewhere.test"),
        sent(b"", "/v1/decide"),
    ],
)
def test_all_else_goes_djangos_way(environ: dict[str, Any]) -> None:
    django = Django()
    asked(express_offers.Lane(django), environ)
    assert len(django.paths) == 1


def test_more_parameters_than_may_be_are_refused_by_django(web: Source, offer: Proposition) -> None:
    environ = get(web, offer, "&".join(["a=1"] * 1_001), HTTP_X_WRITE_KEY="")
    assert asked(express_offers.Lane(djangos), environ)[0] == "400 Bad Request"


@override_settings(REQUESTS_PER_ADDRESS=1)
def test_an_address_that_is_too_fast_waits(web: Source, offer: Proposition) -> None:
    lane = express_offers.Lane(Django())
    answers = [asked(lane, get(web, offer)) for _ in range(3)]
    assert "429 Too Many Requests" in {status for status, _, _ in answers}


def test_while_the_database_is_away_it_says_so_and_looks_after_its_connection(
    web: Source, offer: Proposition, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []

    def away(*_: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(serve, "offers", away)
    monkeypatch.setattr(express_offers, "close_old_connections", lambda: looked.append(True))
    status, headers, body = asked(express_offers.Lane(Django()), get(web, offer))
    assert (status, headers["Retry-After"], looked) == ("503 Service Unavailable", "2", [True])
    assert json.loads(body)["status"] == 503
