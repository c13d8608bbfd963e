"""Who is who, what is said of them and where they belong end the same, whatever order a history arrives in and however
often: names that are claimed, aliases between users, groups, providers' customers, traits and facts of all kinds."""

import copy
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from people_app import homes, identify, settling
from people_app.item import Said, Trust
from people_app.models import Account, AccountName, ContactPoint, Entitlement, Identity, Membership, Person
from signals_app.incoming import Incoming
from tests import examples

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=1)
USERS, VISITORS, GROUPS = ("ana", "ben", "eve"), ("anon1", "anon2"), ("acme", "bolt")
users, visitors, groups = (st.sampled_from(names) for names in (USERS, VISITORS, GROUPS))
# Few moments, so that many things happen at the same one.
moments = st.integers(0, 5).map(lambda n: START + timedelta(seconds=40 * n))
ADDRESSES = ("a@x.test", "b@x.test", "not an address")
said_of_people = st.fixed_dictionaries(
    {},
    optional={
        "first_name": st.sampled_from(["Ana", "Anna", 7, None, "x" * 400]),
        "country": st.sampled_from(["de", "FR", "ßß", "DEU"]),
        "email": st.sampled_from(ADDRESSES),
        "timezone": st.sampled_from(("Europe/Berlin", "Europe/Paris", "nowhere", 7)),
        "colour": st.sampled_from(["red", 1, True, None, ["x"]]),
        "n" * 150: st.integers(0, 3),
    },
)
devices = [{"device_type": "ios"}, {"push_address": "fcm:one-token"}, {"push_address": "fcm:two-token"}]
told = st.sampled_from([{}, {"timezone": "Asia/Tokyo"}, {"locale": "de-DE"}, *devices])
said_of_accounts = st.fixed_dictionaries(
    {},
    optional={
        "plan": st.sampled_from(["free", "pro", None, ["x"]]),
        "mrr": st.sampled_from(["49", 500, 10**12, "999999999999.999", "NaN", None]),
        "renews_at": st.sampled_from(
            ["2026-05-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-12:00", 5]
        ),
        "limits": st.dictionaries(
            st.sampled_from(["exports", "seats", "r" * 150]), st.sampled_from([5, 20, None, "many"])
        ),
        "currency": st.sampled_from(["eur", "ßßß"]),
        "role": st.sampled_from(["admin", "member", 3]),
        "seats_used": st.sampled_from([1, 2.0, 2**40, True]),
        "addons": st.sampled_from([["a"], ["b", "a"], "a"]),
        "stripe_customer_id": st.sampled_from(["cus_1", "cus_2"]),
        "subscriptions": st.dictionaries(
            st.sampled_from(["sub_1", "sub_2"]),
            st.fixed_dictionaries(
                {"status": st.sampled_from(["active", "canceled", "trialing"])},
                optional={"mrr": st.sampled_from(["10", "20"]), "seats": st.integers(1, 3)},
            ),
        ),
    },
)
implied = st.sampled_from(
    [
        ("Cancellation Requested", {}),
        ("Subscription Renewed", {}),
        ("Plan Upgraded", {"plan": "pro"}),
        ("Trial Started", {"ends_at": "2026-04-01"}),
        ("Report Exported", {}),
    ]
)
Batch = list[tuple[Incoming, str]]


class History(RuleBasedStateMachine):
    """Draws things that happen, and lets all of them arrive in their own order and in another one."""

    def __init__(self) -> None:
        super().__init__()
        self.happened: Batch = []
        self.chance = Random()

    def _add(self, kind: str, at: datetime, source: str = "http", **fields: Any) -> None:
        self.happened.append((Incoming(kind=kind, message_id="m", occurred_at=at, **fields), source))

    @initialize(user=users, at=moments, chance=st.randoms(use_true_random=False))
    def begin(self, user: str, at: datetime, chance: Random) -> None:
        self.chance = Random(chance.random())
        self._add("track", at, user_id=user)

    @rule(user=users, at=moments, traits=said_of_people, context=told, visitor=st.none() | visitors)
    def identify(self, user: str, at: datetime, traits: Any, context: Any, visitor: str | None) -> None:
        self._add("identify", at, user_id=user, anonymous_id=visitor, traits=traits, context=context)

    @rule(
        visitor=visitors,
        at=moments,
        traits=said_of_people,
        context=told,
        source=st.sampled_from(["http", "web"]),
    )
    def visit(self, visitor: str, at: datetime, traits: Any, context: Any, source: str) -> None:
        self._add("identify", at, source, anonymous_id=visitor, traits=traits, context=context)

    @rule(user=users, visitor=visitors, at=moments)
    def sign_in(self, user: str, visitor: str, at: datetime) -> None:
        self._add("track", at, "web", user_id=user, anonymous_id=visitor)

    @rule(user=users, at=moments, event=implied, group=st.none() | groups)
    def act(self, user: str, at: datetime, event: Any, group: str | None) -> None:
        self._add("track", at, user_id=user, name=event[0], properties=event[1], group_id=group)

    @rule(
        address=st.sampled_from(ADDRESSES[:2]),
        requester=st.none() | st.sampled_from(["z1", "z2"]),
        at=moments,
        traits=st.sampled_from([{}, {"first_name": "Zoe"}, {"email": "b@x.test"}, {"phone": "+49170"}]),
        active=st.booleans(),
    )
    def mail(self, address: str, requester: str | None, at: datetime, traits: Any, active: bool) -> None:
        ids = {"zendesk_requester_id": requester} if requester else {}
        how = {"lookup": {"email": address}, "person_ids": ids, "traits": traits, "active": active}
        self._add("identify", at, "zendesk", **how)

    @rule(at=moments, name=st.sampled_from(["Cancellation Requested", "Report Exported"]))
    def call(self, at: datetime, name: str) -> None:
        self._add("track", at, "zendesk", lookup={"phone": "+49170"}, name=name)

    @rule(user=users, group=groups, at=moments, traits=said_of_accounts)
    def group(self, user: str, group: str, at: datetime, traits: Any) -> None:
        self._add("group", at, user_id=user, group_id=group, account_traits=traits)

    @rule(customer=st.sampled_from(["cus_1", "cus_2"]), at=moments, traits=said_of_accounts)
    def bill(self, customer: str, at: datetime, traits: Any) -> None:
        facts = {name: value for name, value in traits.items() if name != "stripe_customer_id"}
        self._add("group", at, "stripe", account_ids={"stripe_customer_id": customer}, account_traits=facts)

    @rule(user=users, previous=st.sampled_from([*USERS, *VISITORS, "nobody"]), at=moments)
    def alias(self, user: str, previous: str, at: datetime) -> None:
        self._add("alias", at, user_id=user, previous_id=previous)

    @rule(requester=st.sampled_from(["z1", "z2"]), user=st.none() | users, at=moments)
    def write(self, requester: str, user: str | None, at: datetime) -> None:
        self._add("track", at, "zendesk", user_id=user, person_ids={"zendesk_requester_id": requester})

    def teardown(self) -> None:
        again = [*self.happened, *self.chance.choices(self.happened, k=self.chance.randint(0, 3))]
        self.chance.shuffle(again)
        cuts = sorted({0, len(again), *(self.chance.randint(0, len(again)) for _ in range(3))})
        assert after([again[a:b] for a, b in pairwise(cuts)], at_once=True) == after(
            [[one] for one in self.happened]
        )


def after(batches: list[Batch], at_once: bool = False) -> Any:
    """The final state, taken back again. `at_once`: all senders together, and addresses are looked at in the end."""
    with transaction.atomic():
        for batch in batches:
            said = [saying_of(batch, source) for source in ("http", "web", "stripe", "zendesk")]
            for together in [said] if at_once else [[one] for one in said]:
                identify.resolve_all(together, NOW)
            if not at_once:
                settle()
        settle()
        found = state()
        transaction.set_rollback(True)
    return found


def saying_of(batch: Batch, source: str) -> Said:
    items = [copy.deepcopy(one) for one, said_by in batch if said_by == source]
    return Said(items, source, Trust.ANYBODY if source == "web" else Trust.FULL)


def settle() -> None:
    while settling.settle(NOW):
        pass


def state() -> Any:
    people = Person.objects.filter(merged_into=None).order_by("pk")
    names = {
        person.pk: tuple(sorted(Identity.objects.filter(person=person).values_list("kind", "value")))
        for person in people
    }
    accounts = Account.objects.filter(merged_into=None, personal_of=None)
    home = homes.of([person.pk for person in people], START)
    owner = dict(Account.objects.values_list("pk", "group_id"))
    own = dict(Account.objects.filter(merged_into=None).values_list("pk", "personal_of"))
    fields = ("group_id", "plan", "mrr", "renews_at", "currency", "seats_used", "addons", "cancelling")
    return {
        "people": sorted(
            (names[p.pk], p.user_id, p.first_name, p.country, p.timezone, p.locale, p.device, repr(p.traits))
            for p in people
            if names[p.pk]
        ),
        "seen": sorted((names[p.pk], p.first_seen_at, repr(p.last_seen_at)) for p in people if names[p.pk]),
        "nobody's": sorted(Identity.objects.filter(person=None).values_list("kind", "value")),
        "reached": sorted(
            (names[point.person_id], point.channel, point.address)
            for point in ContactPoint.objects.filter(person__merged_into=None)
        ),
        "members": sorted(
            (names[m.person_id], m.account.group_id, m.role)
            for m in Membership.objects.select_related("account")
        ),
        "homes": sorted(
            (names[p], repr(owner.get(a or 0)), own.get(a or 0) == p) for p, a in home.items() if names[p]
        ),
        "accounts": sorted(
            (
                repr(sorted(a.names.exclude(kind="person").values_list("kind", "value"))),
                repr([getattr(a, f) for f in fields]),
                repr(sorted(a.traits.items())),
            )
            for a in accounts
        ),
        "limits": sorted(
            (
                repr(sorted(e.account.names.exclude(kind="person").values_list("kind", "value"))),
                e.resource,
                repr(e.cap),
            )
            for e in Entitlement.objects.select_related("account")
        ),
        "owners": sorted(
            (n.kind, n.value, repr(owner.get(n.account_id or 0)))
            for n in AccountName.objects.exclude(kind="person")
        ),
    }


def test_any_order_and_repetition_of_a_history_ends_the_same() -> None:
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=examples.slow(15),
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
