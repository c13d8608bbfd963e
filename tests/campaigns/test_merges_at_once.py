"""Two workers, one person: who waits for a lock looks again at who is who."""

import json
import threading
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import transaction

from campaigns_app import merges, pipeline, privacy, shown, standing, starter_pack
from campaigns_app.backlog import Backlog
from campaigns_app.models import Delivery
from consent_app import permission
from people_app import account_names, identify
from people_app.item import Said, Trust
from people_app.models import Account, Erasure, Identity, Person
from signals_app import ingest
from signals_app.ahead import Chunk
from signals_app.incoming import Incoming
from signals_app.models import Answer, Event, Source
from tests.at_once import Other
from tests.build import a_person, a_source
from tests.campaigns.test_outbox import a_mail
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime(2026, 3, 1, tzinfo=UTC)
_numbers = count()


def item(kind: str = "identify", minute: int = 0, **fields: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", occurred_at=START + timedelta(minutes=minute), **fields)


def resolve(*items: Incoming) -> None:
    resolved = identify.resolve(list(items), "http", clock.now())
    merges.carry_out(resolved.steps)


def send(source: Source, *calls: dict[str, Any]) -> Chunk:
    ingest.accept(source.pk, "batch", json.dumps({"batch": list(calls)}).encode(), {})
    return Chunk(ingest.claim(1))


def test_two_aliases_at_once_make_one_person_of_three() -> None:
    with transaction.atomic():
        resolve(item(user_id="a"), item(user_id="b"), item(user_id="z"))
    with transaction.atomic():
        resolve(item("alias", 1, user_id="z", previous_id="a"))
        other = Other(lambda: resolve(item("alias", 2, user_id="a", previous_id="b")))
        other.until_it_waits()
    other.end()
    assert Identity.objects.filter(kind="user").values("person").distinct().count() == 1
    assert Person.objects.filter(merged_into=None).count() == 1


def process(chunk: Chunk) -> None:
    pipeline._process(chunk, Backlog())


def test_an_opt_out_that_waited_for_a_merge_is_that_of_whom_they_became() -> None:
    source = a_source()
    process(
        send(source, *({"type": "identify", "userId": user, "messageId": user} for user in ("old", "new")))
    )
    alias = send(source, {"type": "alias", "userId": "new", "previousId": "old", "messageId": "alias"})
    said = {"type": "track", "userId": "old", "event": "Unsubscribed", "properties": {"channel": "email"}}
    no = send(source, {**said, "messageId": "no"})
    with transaction.atomic():
        process(alias)
        other = Other(lambda: process(no))
        other.until_it_waits()
    other.end()
    new = Person.objects.get(user_id="new")
    assert Event.objects.get(message_id="no").person == new
    assert permission.of(new.pk, clock.now()).no("email", "*")


def test_a_mail_that_left_while_two_people_became_one_was_shown_to_whom_they_became() -> None:
    old, new = a_person(), a_person()
    mail = a_sent_mail(old)
    with transaction.atomic():
        merges._people(new.pk, old.pk)
        other = Other(lambda: note(mail))
        other.until_it_waits()
    other.end()
    assert Answer.objects.get(proposition=mail.proposition_id).person == new


def test_a_mail_that_left_before_two_people_became_one_is_theirs() -> None:
    old, new = a_person(), a_person()
    mail = a_sent_mail(old)
    with transaction.atomic():
        assert note(mail)
        other = Other(lambda: merges._people(new.pk, old.pk))
        other.until_it_waits()
    other.end()
    assert Answer.objects.get(proposition=mail.proposition_id).person == new


def a_sent_mail(person: Person) -> Delivery:
    starter_pack.load()
    mail = a_mail(person)
    Delivery.objects.filter(pk=mail.pk).update(state="sending", lease_until=START)
    return mail


def note(mail: Delivery) -> bool:
    return shown.accepted(mail.pk, START, "smtp", "1", START)


def test_two_workers_who_meet_the_same_visitors_wait_in_no_circle() -> None:
    with transaction.atomic():
        resolve(item("track", user_id="u", anonymous_id="x"), item("track", anonymous_id="y"))
        other = Other(
            lambda: resolve(item("track", anonymous_id="x"), item("track", user_id="u", anonymous_id="y"))
        )
        other.until_it_waits()
    other.end()
    assert Person.objects.filter(merged_into=None).count() == 1
    assert set(Identity.objects.values_list("person__user_id", flat=True)) == {"u"}


def test_workers_with_new_visitors_of_their_own_do_not_wait_for_each_other() -> None:
    with transaction.atomic():
        resolve(item("track", anonymous_id="x"))
        other = Other(lambda: resolve(item("track", anonymous_id="y")))
        other.end()
    assert Identity.objects.count() == 2


def test_what_waited_for_an_erasure_is_read_afresh_and_dropped() -> None:
    source = a_source()
    process(send(source, {"type": "identify", "userId": "ana", "messageId": "i"}))
    process(send(source, {"type": "delete", "userId": "ana", "messageId": "d"}))
    early = (START - timedelta(days=9)).isoformat()
    late = send(
        source, {"type": "track", "userId": "ana", "event": "X", "messageId": "t", "timestamp": early}
    )
    with transaction.atomic():
        privacy._erase(Erasure.objects.get())
        other = Other(lambda: process(late))
        other.until_it_waits()
    other.thread.join(20)
    assert isinstance(other.error, identify.ErasedMeanwhile)
    process(late)
    assert not Event.objects.filter(message_id="t").exists()
    assert not Identity.objects.exists()


def test_senders_of_all_sorts_take_their_locks_together() -> None:
    """Ben comes by another sort of sender than the account: whoever has him may still take the account."""
    resolve(item("group", user_id="ana", group_id="acme"), item(user_id="ben"))
    ben, acme = Person.objects.get(user_id="ben").pk, Account.objects.get(group_id="acme").pk
    plan = item("group", 1, user_id="ana", group_id="acme", account_traits={"plan": "pro"})
    said = [Said([plan], "http"), Said([item("track", 1, user_id="ben")], "web", Trust.ANYBODY)]
    with transaction.atomic():
        identify.lock([ben])
        other = Other(lambda: identify.resolve_all(said, clock.now()))
        other.until_it_waits()
        standing.lock([acme], [])
    other.end()
    assert Account.objects.get(pk=acme).plan == "pro"


def event(user: str, group: str) -> dict[str, Any]:
    id = f"{user} in {group} {next(_numbers)}"
    return {"type": "track", "event": "E", "userId": user, "context": {"groupId": group}, "messageId": id}


def claim(user: str, group: str) -> dict[str, Any]:
    return {
        "type": "group",
        "userId": user,
        "groupId": group,
        "traits": {"stripe_customer_id": "cus_1"},
        "messageId": group,
    }


@pytest.mark.parametrize(("sender", "user"), [("http", "somebody new"), ("web", "ben")])
def test_a_claim_beside_events_in_older_accounts_waits_in_no_circle(
    monkeypatch: pytest.MonkeyPatch, sender: str, user: str
) -> None:
    """Who takes a name from an account holds at once whatever else they take something in for: what the second worker
    has, who waits for them, they want no more."""
    source, another = a_source("http"), a_source(sender)
    process(send(source, event("ana", "x"), event("ben", "x")))
    process(send(source, claim("cleo", "y")))
    process(send(source, event("dan", "z")))
    ingest.accept(another.pk, "batch", json.dumps({"batch": [event(user, "x")]}).encode(), {})
    ingest.accept(source.pk, "batch", json.dumps({"batch": [claim("eve", "z")]}).encode(), {})
    claiming, beside = Chunk(ingest.claim(2)), send(source, event("ana", "x"), event("dan", "z"))
    holds, there, go = [], threading.Event(), threading.Event()
    really, here = account_names.hold, threading.get_ident()

    def hold(account_ids: Collection[int]) -> None:
        if threading.get_ident() != here:
            holds.append(account_ids)
            if len(holds) == 2:
                there.set()
                assert go.wait(20)
        really(account_ids)

    monkeypatch.setattr(account_names, "hold", hold)
    other = Other(lambda: process(claiming))
    assert there.wait(20), other.error
    second = Other(lambda: process(beside))
    second.until_it_waits()
    go.set()
    second.end()
    other.end()


def test_who_is_merged_lets_go_of_no_contact_point_before_an_account_is_had() -> None:
    """Whoever holds an account may still take the contact points of people who are being merged."""
    resolve(item("group", user_id="ana", group_id="acme"), item(user_id="ben", traits={"email": "b@x.test"}))
    ben, acme = Person.objects.get(user_id="ben").pk, Account.objects.get(group_id="acme").pk
    alias = item("alias", 1, user_id="ana", previous_id="ben")
    plan = item("group", 1, user_id="ana", group_id="acme", account_traits={"plan": "pro"})
    with transaction.atomic():
        standing.lock([acme], [])
        other = Other(lambda: resolve(alias, plan))
        other.until_it_waits()
        standing.lock([], [ben])
    other.end()
    assert Person.objects.get(pk=ben).merged_into == Person.objects.get(user_id="ana")


def test_an_address_that_two_get_at_once_is_nobodys() -> None:
    by_address = item("track", lookup={"email": "x@x.test"})
    resolve(by_address)
    with transaction.atomic():
        resolve(item(user_id="ana", traits={"email": "x@x.test"}))
        with_other = Other(lambda: resolve(item(user_id="ben", traits={"email": "x@x.test"})))
        with_other.end()
    pipeline.process_inbox()
    assert Identity.objects.get(kind="hashed_email").person is None
    resolve(item(user_id="ben", minute=1, traits={"email": "y@x.test"}))
    pipeline.process_inbox()
    assert Identity.objects.get(kind="hashed_email").person == Person.objects.get(user_id="ana")
