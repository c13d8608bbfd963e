"""What an offer said of itself as free JSON becomes a product with a price, and a deal."""

import json
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.databases import migrate_in_child as migrate
from tests.operations.test_partitions_migration import pytestmark, url

__all__ = ["pytestmark", "url"]

PERCENT = {"kind": "percent", "value": 20, "ends_at": "2026-12-31T00:00:00Z"}
TERMS = {
    "price": "49.00",
    "currency": "EUR",
    "period": "month",
    "renews": True,
    "cancel_anytime": True,
    "trial_days": 14,
    "incentive": PERCENT,
}
OFFERS: list[tuple[str, str, str, bool, Any]] = [
    ("pro", "pro", "", True, TERMS),
    ("seats", "", "", True, {"price": "8", "currency": "USD"}),
    ("reports", "", "reports", True, {"price": "free", "currency": "EUR", "trial_days": "soon"}),
    ("both", "pro", "reports", True, {**TERMS, "period": "year", "renews": None}),
    ("training", "", "", False, {}),
    ("odd", "", "", True, [1, 2]),
    ("gift", "", "", True, {"incentive": {"kind": "amount", "value": 5}, "price": "NaN", "currency": "EUR"}),
    ("bound", "", "", True, {"incentive": {"kind": "percent", "value": 5, "ends_at": "one day"}}),
]


@pytest.fixture
def migrated(url: str) -> str:
    migrate(url, "offers_app", "0002")
    with psycopg.connect(url) as connection:
        for slug, plan, addon, for_sale, terms in OFFERS:
            connection.execute(
                "INSERT INTO offers_app_offer (slug, name, topic, for_sale, plan, addon, fields, terms, url,"
                " chat_url, priority, live, edited, eligibility)"
                " VALUES (%s, %s, 'x', %s, %s, %s, '{}', %s, '', '', 0, true, %s, '{}')",
                [slug, slug.title(), for_sale, plan, addon, json.dumps(terms), slug == "pro"],
            )
    migrate(url, "offers_app", "0003")
    return url


def test_it_works(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        products = connection.execute(
            "SELECT o.slug, p.kind, p.code, p.edited FROM offers_app_offer o"
            " LEFT JOIN offers_app_product p ON p.id = o.product_id ORDER BY o.id"
        ).fetchall()
        prices = connection.execute(
            "SELECT p.slug, currency, period, amount, renews, cancel_anytime FROM offers_app_price r"
            " JOIN offers_app_product p ON p.id = r.product_id ORDER BY r.id"
        ).fetchall()
    assert products == [
        ("pro", "plan", "pro", True),
        ("seats", "addon", "", False),
        ("reports", "addon", "reports", False),
        ("both", "bundle", "", False),
        ("training", None, None, None),
        ("odd", None, None, None),
        ("gift", None, None, None),
        ("bound", None, None, None),
    ]
    assert prices == [
        ("pro", "EUR", "month", Decimal(49), True, True),
        ("seats", "USD", "once", Decimal(8), False, False),
        ("both", "EUR", "year", Decimal(49), False, True),
    ]


def test_the_deal_goes_along_where_it_means_something(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        deals = connection.execute(
            "SELECT slug, trial_days, incentive_kind, incentive_value, incentive_currency,"
            " incentive_ends_at AT TIME ZONE 'UTC' IS NOT NULL FROM offers_app_offer ORDER BY id"
        ).fetchall()
    assert deals == [
        ("pro", 14, "percent", Decimal(20), "", True),
        ("seats", None, "", None, "", False),
        ("reports", None, "", None, "", False),
        ("both", 14, "percent", Decimal(20), "", True),
        ("training", None, "", None, "", False),
        ("odd", None, "", None, "", False),
        ("gift", None, "amount", Decimal(5), "EUR", False),
        ("bound", None, "", None, "", False),
    ], "an end that nobody can read would have become none at all"


def test_a_bundle_keeps_both_names(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        parts = connection.execute(
            "SELECT p.kind, p.code FROM offers_app_product_parts b JOIN offers_app_product p ON p.id = b.to_product_id"
            " ORDER BY p.kind"
        ).fetchall()
    assert parts == [("addon", "reports"), ("plan", "pro")]
