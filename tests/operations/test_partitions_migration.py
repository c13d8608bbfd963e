"""A deployment from before the partitions keeps every row, its numbers go on, and what it took stays taken."""

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from tests.databases import migrate_in_child as migrate

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def url(django_db_blocker: Any) -> Iterator[str]:
    """An empty database of its own."""
    name = f"migration_{os.getpid()}"
    server = os.environ["DATABASE_URL"]
    for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
        with psycopg.connect(postgres(server), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    with django_db_blocker.unblock():
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    with psycopg.connect(postgres(server), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def postgres(server: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path="/postgres"))


FILL = """
INSERT INTO signals_app_event (source_id, message_id, kind, name, properties, occurred_at, received_at, person_id)
SELECT 1 + n % 3, 'message ' || n, 'track', 'E', jsonb_build_object('n', n),
    now() - n * interval '20 hours' + interval '3 days', now() - n * interval '20 hours', n % 7
FROM generate_series(1, 2000) n;
INSERT INTO signals_app_envelope (source_id, call, body, headers, received_at, clock_offset, state, attempts, error)
SELECT 1, 'batch', convert_to('body ' || n, 'UTF8'), '{"a": "b"}', now() - n * interval '5 hours', 0,
    CASE n % 3 WHEN 0 THEN 'pending' WHEN 1 THEN 'parked' ELSE 'done' END, n % 5, 'e' FROM generate_series(1, 300) n;
DELETE FROM signals_app_event WHERE id % 10 = 0;
"""
EVENTS = (
    "SELECT id, source_id, message_id, kind, name, properties, occurred_at, received_at, person_id"
    " FROM signals_app_event"
)
ENVELOPES = (
    "SELECT id, source_id, call, body, headers, received_at, state, attempts, error FROM signals_app_envelope"
)
PLACES = "SELECT tableoid::regclass::text, count(*) FROM {} GROUP BY 1"
AGAIN = (
    "SELECT count(*) FROM signals_app_eventkey WHERE digest ="
    " encode(substr(sha256('message 5'), 1, 16), 'hex')::uuid"
)


def test_it_works(url: str) -> None:
    migrate(url, "signals_app", "0002")
    with psycopg.connect(url) as connection:
        connection.execute(FILL)
        events = connection.execute(f"{EVENTS} ORDER BY id").fetchall()
        envelopes = connection.execute(f"{ENVELOPES} ORDER BY id").fetchall()
    assert (len(events), len(envelopes)) == (1800, 300)
    migrate(url)
    with psycopg.connect(url) as connection:
        assert connection.execute(f"{EVENTS} ORDER BY id").fetchall() == events
        assert connection.execute(f"{ENVELOPES} ORDER BY id").fetchall() == envelopes
        placed: dict[str, int] = dict(connection.execute(PLACES.format("signals_app_event")).fetchall())
        assert len(placed) > 36
        assert 500 < placed["signals_app_event_default"] < 1000, "what is older than three years"
        assert len(connection.execute(PLACES.format("signals_app_envelope")).fetchall()) > 8
        made = connection.execute(
            "INSERT INTO signals_app_event (source_id, message_id, kind, name, properties, occurred_at, received_at)"
            " VALUES (1, 'm', 'track', 'E', '{}', now(), now()) RETURNING id"
        ).fetchone()
        assert made == (events[-1][0] + 1,)
        assert connection.execute(AGAIN).fetchone() == (1,)


AT_HOME = """
INSERT INTO people_app_person (id, user_id, first_name, role, timezone, locale, country, preferred_channel, device,
    traits, provenance, first_seen_at, last_seen_at)
SELECT n, CASE WHEN n <> 3 THEN 'u' || n END, '', '', '', '', '', '', '', '{}', '{}', now(), now()
FROM generate_series(1, 4) n;
INSERT INTO people_app_account (id, group_id, personal_of_id, name, plan, billing_period, subscription_status,
    cancelling, invoice_status, fiscal_year_end, currency, industry, tier, country, timezone, addons, account_manager,
    stripe_customer_id, traits, provenance, created_at)
SELECT id, g, p, '', '', '', '', false, '', '', '', '', '', '', '', '[]', '{}', '', '{}', '{}', now()
FROM (VALUES (11, 'acme', NULL), (12, 'bolt', NULL), (13, NULL, 2)) a (id, g, p);
INSERT INTO people_app_membership (person_id, account_id, role, joined_at)
VALUES (1, 11, '', now()), (4, 11, '', now()), (4, 12, '', now());
INSERT INTO people_app_identity (id, kind, value, person_id)
VALUES (21, 'anonymous', 'x', 1), (22, 'user', 'u1', 1), (23, 'user', 'u2', 2), (24, 'anonymous', 'y', 3);
INSERT INTO signals_app_event (source_id, message_id, kind, name, properties, occurred_at, received_at, person_id,
    account_id)
SELECT 1, p || ' in ' || coalesce(a, 0), 'track', 'E', '{}', now(), now(), p, a
FROM (VALUES (1, 11), (1, 12), (2, 13), (3, NULL), (4, 11)) e (p, a);
"""


def test_what_counted_at_home_follows_the_person_from_now_on(url: str) -> None:
    migrate(url, "people_app", "0001")
    migrate(url, "signals_app", "0002")
    with psycopg.connect(url) as connection:
        connection.execute(AT_HOME)
    migrate(url, "signals_app", "0003")
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT message_id, account_id, identity_id FROM signals_app_event ORDER BY 1"
        ).fetchall()
    assert rows == [
        ("1 in 11", None, 22),
        ("1 in 12", 12, 22),
        ("2 in 13", None, 23),
        ("3 in 0", None, 24),
        ("4 in 11", 11, None),
    ]
