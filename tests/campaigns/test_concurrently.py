"""Workers at the same time, in real threads with real locks."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from campaigns_app import advance, interact, outbox, pipeline, playbook_files, starter_pack
from campaigns_app.models import Delivery, Enrollment, Playbook
from consent_app import ledger
from offers_app.models import Decision, HoldoutAssignment, Proposition
from people_app.models import Person
from signals_app import ingest
from signals_app.models import Envelope, Event, MeterTotal, Signal, SignalDefinition
from tests.build import a_source, an_account
from tests.conftest import Time
from tests.engine import MORNING, begun, enrolled, offer_of, somebody, touches, used
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def pack(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)
    starter_pack.load()


def at_once(*jobs: Callable[[], object]) -> None:
    """Run these together, each in its own thread with its own connection; the first error is raised."""
    barrier = threading.Barrier(len(jobs))
    errors: list[Exception] = []

    def run(job: Callable[[], object]) -> None:
        try:
            with clock.frozen(now):
                barrier.wait(5)
                job()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    now = clock.now()
    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


def drain() -> None:
    while pipeline.process(1):
        pass


def test_concurrent_workers_count_each_event_once_and_fire_once() -> None:
    source = a_source("http")
    group = {"type": "group", "userId": "ana", "groupId": "acme", "traits": {"limits": {"exports": 20}}}
    call = {"type": "track", "userId": "ana", "event": "Report Exported", "context": {"groupId": "acme"}}
    ingest.accept(source.pk, "batch", json.dumps({"batch": [group]}).encode(), {})
    for number in range(20):
        twice = [{**call, "messageId": f"{number}"}] * 2
        ingest.accept(source.pk, "batch", json.dumps({"batch": twice}).encode(), {})
        ingest.accept(source.pk, "batch", json.dumps({"batch": twice[:1]}).encode(), {})
    at_once(drain, drain, drain)
    Envelope.objects.update(lease_until=None)
    drain()
    assert set(Envelope.objects.values_list("state", flat=True)) == {"done"}
    assert Event.objects.filter(name="Report Exported").count() == 20
    assert MeterTotal.objects.get().used == 20
    assert Signal.objects.count() == 1
    assert Enrollment.objects.count() == 1
    assert Person.objects.count() == 1


def a_second_playbook(**fields: Any) -> None:
    second = Playbook.objects.create(slug="second", name="Second", live=True)
    second.signals.set(SignalDefinition.objects.filter(slug="usage-limit-near"))
    message = {"channel": "in_app", "placement": "app-modal", "offers": ["pro-plan"]}
    templates = {"templates": {"usage-limit-near": "smart-nudge"}}
    steps = [{"message": message | templates}, {"wait_until": {"hours": 12}}]
    playbook_files.publish(second, {"goal_event": "Plan Upgraded", "steps": steps, **fields})


def test_two_playbooks_and_three_people_of_an_account_get_one_live_offer() -> None:
    a_second_playbook()
    account = an_account(caps={"exports": 20})
    for _ in range(3):
        enrolled_in_both(somebody(account=account))
    at_once(*[lambda: advance.due(1)] * 6)
    assert Proposition.objects.filter(state="live").count() == 1
    assert Decision.objects.filter(outcome="delivered").count() == 1
    assert set(Decision.objects.exclude(outcome="delivered").values_list("gate", flat=True)) == {
        "account_busy"
    }
    assert HoldoutAssignment.objects.count() == 1


def enrolled_in_both(person: Person) -> None:
    try:
        enrolled(person)
    except Enrollment.MultipleObjectsReturned:
        assert Enrollment.objects.filter(person=person).count() == 2


def test_the_caps_hold_when_workers_reach_one_person_together() -> None:
    """Two accounts, so that only the caps stand between one person and two banners."""
    a_second_playbook()
    person = somebody()
    enrolled_in_both(person)
    other = an_account(caps={"exports": 20})
    used(other, 17)
    second = Enrollment.objects.get(playbook__slug="second")
    Signal.objects.filter(pk=second.signal_id).update(account=other)
    Enrollment.objects.filter(pk=second.pk).update(account=other)
    at_once(lambda: advance.due(1), lambda: advance.due(1))
    advance.due()
    assert len(touches(person)) == 1
    assert Decision.objects.exclude(outcome="delivered").get().gate == "cap"


@pytest.mark.parametrize("round_", range(4))
def test_after_an_opt_out_has_committed_no_intent_is_recorded(time: Time, round_: int) -> None:
    people = [somebody() for _ in range(4)]
    for person in people:
        enrolled(person)
    order: list[str] = []

    def opt_out() -> None:
        for person in people:
            ledger.withdraw(person, how="test")
            order.append(person.user_id or "")

    at_once(lambda: advance.due(2), opt_out, lambda: advance.due(2))
    while advance.due():
        pass
    assert len(order) == 4
    for person in people:
        sent = Delivery.objects.filter(person=person).exists()
        refused = Decision.objects.filter(person=person, gate="opted_out").exists()
        assert sent != refused, "the intent came first, or it saw the opt-out: never neither, never both"
    time.move(hours=12)
    while advance.due() or outbox.send():
        pass
    assert not Delivery.objects.filter(channel="email").exists()


@pytest.mark.parametrize("kind", ["declined", "opted_out", "snoozed"])
def test_a_no_that_races_the_next_step_leaves_nothing_on_its_way(time: Time, kind: str) -> None:
    people = [somebody() for _ in range(4)]
    offers = {person.pk: offer_of(begun(person)) for person in people}
    time.move(hours=12)

    def refuse() -> None:
        for person in people:
            interact.record(
                offers[person.pk].pk, person.pk, kind, id=uuid.uuid4(), at=clock.now(), how="widget"
            )

    at_once(lambda: advance.due(1), refuse, lambda: advance.due(2))
    while advance.due():
        pass
    assert not Enrollment.objects.filter(state="active").exists()
    waiting = Delivery.objects.filter(state__in=["held", "intended", "claimed"])
    assert not waiting.exists()
    assert not Proposition.objects.filter(state="live").exists()


def test_one_act_sent_twice_at_once_counts_once() -> None:
    person = somebody()
    offer, act_id = offer_of(begun(person)), uuid.uuid4()

    def record() -> None:
        assert interact.record(offer.pk, person.pk, "dismissed", id=act_id, at=MORNING, how="widget")

    at_once(record, record, record)
    assert offer.interaction_set.count() == 1


def test_workers_that_advance_together_repeat_no_step() -> None:
    for _ in range(6):
        enrolled(somebody())
    at_once(*[lambda: advance.due(3)] * 4)
    assert Delivery.objects.count() == 6
    assert Decision.objects.count() == 6


@pytest.fixture
def postgres_away() -> Iterator[None]:
    """The address leads nowhere: what a stopped server looks like to a web process."""
    kept = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    yield
    connection.close()
    connection.settings_dict["PORT"] = kept


def test_without_postgresql_nothing_is_acknowledged(client: Client, postgres_away: None) -> None:
    event = {"userId": "ana", "event": "Report Exported", "writeKey": "wk_any"}
    for path, body in (("/v1/track", event), ("/hooks/stripe/abc", {}), ("/v1/consents", event)):
        answer = client.post(path, json.dumps(body), content_type="application/json")
        assert (answer.status_code, answer["Retry-After"]) == (503, "2"), path
    answer = client.get("/v1/offers", {"key": "wk_any"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    ready = client.get("/readyz")
    assert (ready.status_code, json.loads(ready.content)["checks"]["database"]) == (503, False)
    assert client.get("/healthz").status_code == 200
