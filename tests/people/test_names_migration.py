"""What waited for an account as it was sent is judged when it moves under its name, and what is sound is shown."""

import json

import psycopg

from tests.databases import migrate_in_child as migrate
from tests.operations.test_partitions_migration import pytestmark, url

__all__ = ["pytestmark", "url"]

SAID = {
    "mrr": "n/a",
    "industry": "mills",
    "renews_at": "soon",
    "trial_ends_at": "2026-05-01T00:00:00Z",
    "limits": {"exports": 100, "seats": None, "rows": "many"},
    "cancel_at_period_end": True,
    "billing_price_keys": ["price_pro", 7],
    "role": "owner",
    "referrer": {"deep": "x" * 5_000},
    "region": "north",
}
FILL = """
INSERT INTO people_app_planprice (price_key, plan) VALUES ('price_pro', 'pro');
INSERT INTO people_app_waitingfacts (kind, value, source, at, facts)
VALUES ('stripe_customer_id', 'cus_1', 'stripe', '2026-01-02T00:00:00Z', {said}),
    ('stripe_customer_id', 'cus_1', 'stripe', '2026-01-01T00:00:00Z', '{{"industry": "older", "ltv": 5}}'),
    ('stripe_customer_id', 'cus_2', 'stripe', '2026-01-01T00:00:00Z', '{{"mrr": []}}');
"""


def test_it_works(url: str) -> None:
    migrate(url, "people_app", "0001")
    with psycopg.connect(url) as connection:
        connection.execute(FILL.format(said=psycopg.sql.quote(json.dumps(SAID))))
    migrate(url, "people_app")
    with psycopg.connect(url) as connection:
        kept = connection.execute("SELECT facts FROM people_app_accountname WHERE value = 'cus_1'").fetchone()
        assert kept and {field: said[3] for field, said in kept[0].items()} == {
            "industry": "mills",
            "ltv": 5,
            "trial_ends_at": "2026-05-01T00:00:00Z",
            "limits.exports": "100.00",
            "limits.seats": None,
            "cancelling": True,
            "billing_price_keys": ["price_pro"],
            "region": "north",
        }
        shown = connection.execute(
            "SELECT industry, ltv::int, trial_ends_at::date::text, cancelling, plan, mrr, traits"
            " FROM people_app_account a JOIN people_app_accountname n ON n.account_id = a.id WHERE n.value = 'cus_1'"
        ).fetchall()
        assert shown == [("mills", 5, "2026-05-01", True, "pro", None, {"region": "north"})]
        caps = connection.execute(
            "SELECT resource, cap::int FROM people_app_entitlement ORDER BY 1"
        ).fetchall()
        assert caps == [("exports", 100), ("seats", None)]
