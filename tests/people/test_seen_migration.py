"""When somebody was seen was kept with the person; from now on it is kept with their user id, else their first name."""

import psycopg

from tests.databases import migrate_in_child as migrate
from tests.operations.test_partitions_migration import AT_HOME, pytestmark, url

__all__ = ["pytestmark", "url"]


def test_it_works(url: str) -> None:
    migrate(url, "people_app", "0001")
    migrate(url, "signals_app", "0002")
    with psycopg.connect(url) as connection:
        connection.execute(AT_HOME)
        connection.execute("UPDATE people_app_person SET first_seen_at = '2026-01-01' WHERE id = 1")
    migrate(url, "people_app")
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT i.id, i.first_seen_at = p.first_seen_at, i.last_seen_at = p.last_seen_at"
            " FROM people_app_identity i JOIN people_app_person p ON p.id = i.person_id WHERE i.id < 25 ORDER BY 1"
        ).fetchall()
    assert rows == [(21, None, None), (22, True, True), (23, True, True), (24, True, True)]
