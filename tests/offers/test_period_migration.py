"""Periods that staff wrote by hand become those that the code knows."""

import psycopg

from tests.databases import migrate_in_child as migrate
from tests.operations.test_partitions_migration import pytestmark, url

__all__ = ["pytestmark", "url"]

WRITTEN = [
    ("EUR", "month", "month"),
    ("EUR", "year", "year"),
    ("EUR", "", ""),
    ("USD", "Monthly", "month"),
    ("USD", " per  YEAR ", "year"),
    ("USD", "once", ""),
    ("GBP", "month", "month"),
    ("GBP", "monthly", "monthly"),
    ("GBP", "quarter", "quarter"),
]


def test_it_works(url: str) -> None:
    migrate(url, "offers_app", "0011")
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO offers_app_offer (slug, name, topic, value, cost, incentive_kind, incentive_currency, fields,"
            " url, chat_url, priority, eligibility, applicability, suitability, live, edited)"
            " VALUES ('pro', 'Pro', 'x', 0, 0, '', '', '{}', '', '', 0, '{}', '{}', '{}', true, false)"
        )
        for currency, period, _ in WRITTEN:
            connection.execute(
                "INSERT INTO offers_app_checkoutprice (offer_id, provider, currency, period, external_id)"
                " SELECT id, 'stripe', %s, %s, 'price_1' FROM offers_app_offer",
                [currency, period],
            )
    migrate(url, "offers_app", "0012")
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT currency, period FROM offers_app_checkoutprice ORDER BY id"
        ).fetchall()
    assert rows == [(currency, period) for currency, _, period in WRITTEN], (
        "one that is there already, and one that nobody can read, stay as they are"
    )
