"""Whom `decide` asks for: people at their limit who got an offer, among many offers, placements and segments; and as
many more like them as are wanted, each with an account, words about mail, an assignment and a live offer of their own.

The many are copies of rows that the product itself wrote, made within PostgreSQL (`INSERT ... SELECT` from a series,
the rows that COPY would bring, without sending them), then vacuumed and analyzed as time would have done.
"""

import json
import os
import random
import time
import urllib.request

import jwt
import psycopg

from benchmarks import _load as load
from benchmarks import _rows as rows

PEOPLE = 200
OFFERS, PLACEMENTS, SEGMENTS = 200, 20, 50
FIRST = 10_000_000
CHUNK = 500_000
EXPIRES = 3000
# Per table what differs between two copies; {n} is the number of the copy. In the order of their references.
_COPIED = {
    "people_app_account": {"id": "{n}", "group_id": "'g_' || {n}", "personal_of_id": "NULL"},
    "people_app_person": {"id": "{n}", "user_id": "'g_' || {n}"},
    "people_app_membership": {"id": "{n}", "person_id": "{n}", "account_id": "{n}"},
    "people_app_contactpoint": {"id": "{n}", "person_id": "{n}"},
    "consent_app_permission": {"id": "{n}", "person_id": "{n}"},
    "offers_app_holdoutassignment": {"id": "{n}", "account_id": "{n}"},
    "offers_app_proposition": {"id": "gen_random_uuid()", "person_id": "{n}", "account_id": "{n}"},
}
_PERSON = "(SELECT min(person_id) FROM offers_app_proposition)"
_ACCOUNT = f"(SELECT account_id FROM offers_app_proposition WHERE person_id = {_PERSON} LIMIT 1)"
_PATTERN = {
    "people_app_account": f"x.id = {_ACCOUNT}",
    "people_app_person": f"x.id = {_PERSON}",
    "offers_app_holdoutassignment": f"x.account_id = {_ACCOUNT}",
}


def begin(port: int, server_key: str) -> None:
    """Every one of `PEOPLE` gets an offer, on the product's own way from an event to a banner."""
    _catalog()
    _post(port, "/v1/batch", {"batch": _arrivals(), "writeKey": server_key})
    said = {
        "purpose": "marketing",
        "channels": {"email": True},
        "wording_version": "1",
        "proof": {"form": "bench"},
    }
    for n in range(PEOPLE):
        _post(port, "/v1/consents", {"userId": f"u_{n}", "writeKey": server_key, **said})
    from campaigns_app import advance, pipeline  # noqa: PLC0415  Django must be set up first
    from offers_app.models import Proposition  # noqa: PLC0415

    while pipeline.process(pipeline.CHUNK) or advance.due():
        pass
    assert Proposition.objects.count() == PEOPLE


def _post(port: int, path: str, body: object) -> None:
    headers = {"Content-Type": "application/json"}
    sent = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers)
    urllib.request.urlopen(sent).read()


def _catalog() -> None:
    """Beside the starter pack's as many as make the numbers up."""
    from offers_app.models import Offer, Placement  # noqa: PLC0415  Django must be set up first
    from signals_app.models import Segment  # noqa: PLC0415

    more = range(OFFERS - Offer.objects.count())
    Offer.objects.bulk_create(
        Offer(slug=f"offer-{n}", name=f"Offer {n}", priority=-n, live=True) for n in more
    )
    more = range(PLACEMENTS - Placement.objects.count())
    Placement.objects.bulk_create(
        Placement(slug=f"place-{n}", name=f"Place {n}", format="banner") for n in more
    )
    for n in range(SEGMENTS - Segment.objects.count()):
        rule = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": f"plan-{n}"}
        Segment.objects.create(slug=f"segment-{n}", name=f"Segment {n}", rule=rule, live=True)


def _arrivals() -> list[dict[str, object]]:
    """People at their limit, each in an account of their own."""
    batch: list[dict[str, object]] = []
    for n in range(PEOPLE):
        context = {"groupId": f"acct_{n}", "timezone": "Europe/Berlin"}
        who = {"userId": f"u_{n}", "context": context}
        traits = {"first_name": "Ana", "country": "DE", "email": f"u{n}@example.test"}
        plan = {"plan": "free", "limits": {"exports": 1}}
        batch += [
            {"type": "identify", "traits": traits, **who},
            {"type": "group", "groupId": f"acct_{n}", "traits": plan, **who},
            {"type": "track", "event": "Report Exported", **who},
        ]
    return batch


def grow(people: int) -> None:
    """Until there are so many more people."""
    with rows.connect(autocommit=True) as connection:
        found = connection.execute(
            "SELECT count(*) FROM people_app_person WHERE id >= %s", [FIRST]
        ).fetchone()
        there = found[0] if found else 0
        while there < people:
            upto = min(people, there + CHUNK)
            for table, differing in _COPIED.items():
                _copy(connection, table, differing, FIRST + there, FIRST + upto - 1)
            there = upto
        for table in _COPIED:
            connection.execute(f"VACUUM (ANALYZE) {table}")
        connection.execute("CHECKPOINT")


def _copy(
    connection: psycopg.Connection[tuple[object, ...]],
    table: str,
    differing: dict[str, str],
    first: int,
    last: int,
) -> None:
    names = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    columns = [str(name) for (name,) in connection.execute(names, [table])]
    cells = [differing[name].format(n="n") if name in differing else f"x.{name}" for name in columns]
    pattern = _PATTERN.get(table, f"x.person_id = {_PERSON}")
    connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(cells)}"
        f" FROM (SELECT * FROM {table} x WHERE {pattern} LIMIT 1) x, generate_series({first}, {last}) n"
    )


def user_ids(people: int) -> list[str]:
    """`PEOPLE` of them: the first ones, or where there are `people` more, at random among these."""
    if not people:
        return [f"u_{n}" for n in range(PEOPLE)]
    return [f"g_{FIRST + n}" for n in random.sample(range(people), PEOPLE)]


def keys(users: list[str]) -> list[int]:
    """The primary keys of these people."""
    with rows.connect() as connection:
        sql = "SELECT id FROM people_app_person WHERE user_id = ANY(%s)"
        return [int(str(key)) for (key,) in connection.execute(sql, [users])]


def requests(users: list[str], write_key: str, secret: str, times: int = 1) -> list[bytes]:
    """For the offers of each of them, so many times: each with a token that was never seen before."""
    expires = int(time.time()) + EXPIRES
    return [
        load.request("GET", "/v1/offers", {"X-Write-Key": write_key, "Authorization": f"Bearer {token}"})
        for _ in range(times)
        for user in users
        for token in [jwt.encode({"sub": user, "exp": expires, "jti": os.urandom(6).hex()}, secret, "HS256")]
    ]
