"""Stored histories of a small company, and what `lib.rules` says of the same events."""

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis import strategies as st

from people_app.models import Account, Membership, Person
from signals_app.models import Event
from tests.build import a_source
from tests.rules import drawn
from tests.rules.drawn import NOW
from upsell_project.lib.rules.measuring import Happened, Seen

QUICK = examples(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
PEOPLE = ("ana", "ben", "cat", "dan")
"""Ana and Ben are at home at Acme, Dan's own account became Acme's, Cat belongs to Acme and to another account."""
AT_HOME = {"ana", "ben", "dan"}


@dataclass(frozen=True)
class Did:
    """`named`: the account that the event names."""

    who: str
    named: str | None
    kind: str
    what: Happened


dids = st.builds(
    Did,
    who=st.sampled_from(PEOPLE),
    named=st.sampled_from([None, None, "acme", "merged", "other"]),
    kind=st.sampled_from(["track", "track", "page", "screen", "identify"]),
    what=drawn.happened,
)
visits = st.builds(
    lambda did, at: Did(did.who, did.named, did.kind, Happened(at, did.what.name, did.what.properties)),
    dids,
    st.integers(0, 30).map(lambda minute: NOW.replace(minute=minute)),
)
stories = st.lists(dids | visits, max_size=14)
turns = drawn.turns.map(lambda events: [Did("ana", "acme", "track", one) for one in events])


@dataclass
class World:
    accounts: dict[str, Account]
    people: dict[str, Person]
    source: int

    def store(self, story: Sequence[Did]) -> None:
        """In this order, so that the ids are."""
        Event.objects.bulk_create([self._event(did) for did in story])

    def _event(self, did: Did) -> Event:
        unnamed = did.kind == "identify"
        return Event(
            source_id=self.source,
            message_id=uuid.uuid4().hex,
            kind=did.kind,
            name="" if unnamed else did.what.name,
            person=self.people[did.who],
            account=self.accounts[did.named] if did.named else None,
            properties=dict(did.what.properties),
            occurred_at=did.what.at,
            received_at=did.what.at,
        )


def of_person(story: Sequence[Did], who: str) -> list[Happened]:
    return _events(story, lambda did: did.who == who)


def of_acme(story: Sequence[Did]) -> list[Happened]:
    """What names it, and what those who are at home there did without naming any."""
    return _events(
        story, lambda did: did.named in ("acme", "merged") or (did.named is None and did.who in AT_HOME)
    )


def _events(story: Sequence[Did], mine: Callable[[Did], bool]) -> list[Happened]:
    return [did.what for did in story if did.kind != "identify" and mine(did)]


@contextmanager
def a_world(zone: str = "", own_zone: str = "", **account: Any) -> Iterator[World]:
    """Everything in it is gone afterwards. `own_zone` is Ana's."""
    with transaction.atomic():
        acme = _account("acme", timezone=zone, **account)
        accounts = {
            "acme": acme,
            "merged": _account("old", merged_into=acme),
            "other": _account("other"),
        }
        people = {
            name: Person.objects.create(
                user_id=name, first_seen_at=NOW, timezone=own_zone if name == "ana" else ""
            )
            for name in PEOPLE
        }
        for name in ("ana", "ben", "cat"):
            Membership.objects.create(person=people[name], account=acme, joined_at=NOW)
        Membership.objects.create(person=people["cat"], account=accounts["other"], joined_at=NOW)
        _account(None, personal_of=people["dan"], merged_into=acme)
        yield World(accounts, people, a_source().pk)
        transaction.set_rollback(True)


def _account(group: str | None, **fields: Any) -> Account:
    return Account.objects.create(group_id=group, created_at=NOW, **fields)


def seen(zone: str, billing_from: date | None = None) -> Seen:
    since = datetime.combine(billing_from, time.min, UTC) if billing_from else None
    return Seen(NOW, zone or "UTC", since)
