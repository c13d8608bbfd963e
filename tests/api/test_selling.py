"""Products with their prices, and offers with their deal and caps, are written here as in the admin."""

import json
from typing import Any

import pytest

from offers_app.models import Offer, OfferCap, Price, Product
from tests.api.caller import Caller
from tests.offers.selling import a_product, an_offer

pytestmark = pytest.mark.django_db

PRICE = {"currency": "EUR", "period": "month", "amount": "49.000", "renews": True, "cancel_anytime": True}
OFFER = {
    "slug": "pro",
    "name": "Pro",
    "product": "pro-plan",
    "value": "49.00",
    "trial_days": 14,
    "incentive_kind": "percent",
    "incentive_value": "20.00",
    "fields": {"feature": "x"},
    "url": "{public}/buy",
    "caps": [{"outcome": "dismissed", "scope": "person", "at_most": 3, "days": 90}],
}


def body(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(json.loads(answer.content))


def test_a_product_is_made_and_read_back(editor: Caller) -> None:
    said = {"slug": "pro-plan", "name": "Pro", "kind": "plan", "code": "pro", "rank": 10, "parts": []}
    said |= {"prices": [PRICE]}
    made = body(editor.post("/api/products/", said), 201)
    assert made == {**said, "edited": True}
    assert body(editor.get("/api/products/pro-plan")) == made
    assert str(Price.objects.get().amount) == "49.000"


def test_prices_are_replaced_together(editor: Caller) -> None:
    a_product("pro", "plan")
    changed = body(editor.patch("/api/products/pro/", {"prices": [{**PRICE, "amount": "50.00"}]}))
    assert [(one["currency"], one["amount"]) for one in changed["prices"]] == [("EUR", "50.000")]
    assert len(body(editor.patch("/api/products/pro/", {"name": "Pro"}))["prices"]) == 1


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"prices": [{**PRICE, "amount": "-1"}]}, "#/prices/0/amount"),
        ({"prices": [{**PRICE, "amount": "NaN"}]}, "#/prices/0/amount"),
        ({"prices": [{**PRICE, "amount": "9.999"}]}, "#/prices/0/amount"),
        ({"prices": [{**PRICE, "currency": "euro"}]}, "#/prices/0/currency"),
        ({"prices": [{**PRICE, "period": "once"}]}, "#/prices/0/renews"),
        ({"prices": [{**PRICE, "period": "monthly"}]}, "#/prices/0/period"),
        ({"rank": 1}, "#/rank"),
        ({"prices": [PRICE, PRICE]}, "#/prices"),
        ({"kind": "plan", "code": ""}, "#/code"),
        ({"kind": "bundle", "code": ""}, "#/parts"),
        ({"parts": ["seats"]}, "#/parts"),
        ({"parts": ["nothing"]}, "#/parts"),
    ],
)
def test_a_product_that_means_nothing_is_refused(editor: Caller, said: Any, pointer: str) -> None:
    a_product("seats")
    answer = editor.post("/api/products/", {"slug": "x", "name": "X", "kind": "addon", "code": "x", **said})
    assert {row["pointer"].rstrip("/0123456789") for row in body(answer, 400)["errors"]} == {
        pointer.rstrip("/0123456789")
    }
    assert not Product.objects.filter(slug="x").exists()


def test_a_bundle_holds_products(editor: Caller) -> None:
    a_product("seats")
    said = {"slug": "both", "name": "Both", "kind": "bundle", "parts": ["seats"]}
    assert body(editor.post("/api/products/", said), 201)["parts"] == ["seats"]
    answer = editor.post("/api/products/", {**said, "slug": "more", "parts": ["both"]})
    assert answer.status_code == 400, "no bundle of bundles"


@pytest.mark.parametrize("part", ["seats", "reports"])
def test_what_a_bundle_holds_becomes_no_bundle(editor: Caller, part: str) -> None:
    """Nor does a product hold itself."""
    a_product("both", "bundle", parts=(a_product("seats"),))
    a_product("reports")
    said = {"kind": "bundle", "code": "", "parts": ["reports"]}
    refused = str(body(editor.patch(f"/api/products/{part}/", said), 400)["errors"])
    assert ("not bundles" if part == "reports" else "The bundle Both holds this") in refused
    assert Product.objects.get(slug=part).kind == "addon"
    assert body(editor.patch("/api/products/both/", {"kind": "bundle", "parts": ["reports"]}))["parts"]


def test_an_offer_is_made_and_read_back(editor: Caller) -> None:
    a_product("pro-plan", "plan")
    made = body(editor.post("/api/offers/", OFFER), 201)
    assert {name: made[name] for name in OFFER} == OFFER
    assert body(editor.get("/api/offers/pro")) == made


def test_caps_are_replaced_together_and_stay_when_nothing_is_said(editor: Caller) -> None:
    an_offer("pro")
    caps = [{"at_most": 2, "scope": "account"}]
    assert body(editor.patch("/api/offers/pro/", {"caps": caps}))["caps"][0]["at_most"] == 2
    assert body(editor.patch("/api/offers/pro/", {"name": "New"}))["caps"][0]["scope"] == "account"
    assert body(editor.patch("/api/offers/pro/", {"caps": []}))["caps"] == []
    assert not OfferCap.objects.exists()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"trial_days": -1}, "trial_days"),
        ({"incentive_kind": "gift"}, "incentive_kind"),
        ({"incentive_value": None}, "incentive_value"),
        ({"incentive_value": "101"}, "incentive_value"),
        ({"incentive_value": "0"}, "incentive_value"),
        ({"incentive_value": "0.99"}, "incentive_value"),
        ({"incentive_value": "NaN"}, "incentive_value"),
        ({"incentive_kind": "trial_days", "incentive_value": "1000000000"}, "incentive_value"),
        ({"incentive_kind": "trial_days", "incentive_value": "3637"}, "incentive_value"),
        ({"trial_days": 3651}, "trial_days"),
        (
            {"incentive_kind": "amount", "incentive_value": "49.01", "incentive_currency": "EUR"},
            "incentive_value",
        ),
        (
            {"incentive_kind": "amount", "incentive_value": "0.40", "incentive_currency": "JPY"},
            "incentive_value",
        ),
        ({"incentive_kind": "trial_days", "incentive_value": "1.5"}, "incentive_value"),
        ({"incentive_kind": "amount"}, "incentive_currency"),
        ({"incentive_kind": "bonus", "incentive_value": None}, "fields"),
        ({"incentive_kind": ""}, "incentive_kind"),
        ({"incentive_ends_at": "soon"}, "incentive_ends_at"),
        ({"valid_from": "2026-03-02T00:00:00Z", "valid_until": "2026-03-01T00:00:00Z"}, "valid_until"),
        ({"suitability": {"fact": "moon"}}, "suitability"),
        ({"applicability": {"fact": "member", "segment": "nobody"}}, "applicability"),
        ({"product": "moon"}, "product"),
    ],
)
def test_a_deal_that_means_nothing_is_refused(editor: Caller, said: Any, field: str) -> None:
    a_product("pro-plan", "plan")
    answer = editor.post("/api/offers/", {**OFFER, **said})
    assert {row["pointer"].split("/")[1] for row in body(answer, 400)["errors"]} == {field}
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"incentive_value": "100"},
        {"incentive_value": "1"},
        {"incentive_kind": "trial_days", "incentive_value": "3636"},
        {"incentive_kind": "amount", "incentive_value": "49", "incentive_currency": "EUR"},
        {"incentive_kind": "amount", "incentive_value": "500", "incentive_currency": "JPY"},
    ],
)
def test_as_much_as_may_be_is_taken(editor: Caller, said: dict[str, Any]) -> None:
    a_product("pro-plan", "plan")
    body(editor.post("/api/offers/", {**OFFER, **said}), 201)


def test_offers_are_found_by_what_they_sell(editor: Caller) -> None:
    an_offer("pro", a_product("pro-plan", "plan"))
    an_offer("training")
    for query, found in (
        ("for_sale=true", "pro"),
        ("for_sale=false", "training"),
        ("product=pro-plan", "pro"),
    ):
        rows = body(editor.get(f"/api/offers/?{query}"))["results"]
        assert [row["slug"] for row in rows] == [found]


def test_a_viewer_writes_neither(viewer: Caller) -> None:
    assert viewer.post("/api/products/", {"slug": "x", "name": "X", "kind": "addon"}).status_code == 403
    assert viewer.post("/api/offers/", {"slug": "x", "name": "X"}).status_code == 403
