"""Two workers take in what completes one moment of an account: one of the two sees both, and finds it."""

import json
import threading
import uuid
from typing import Any

import pytest
from django.db import transaction

from campaigns_app import asked_again, pipeline, privacy, sweeps
from campaigns_app.backlog import Backlog
from people_app import identify
from people_app.models import Person
from signals_app import again, ingest, noted
from signals_app.ahead import Chunk
from signals_app.models import AskAgain, Meter, Segment, SegmentMember, Signal, SignalDefinition, Source
from tests.at_once import Other
from tests.build import a_source, an_account, the_starter_pack
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)
TICKET = {"type": "track", "event": "Ticket Created", "context": {"groupId": "acme"}}
EXPORT = {"type": "track", "event": "Report Exported", "userId": "bob", "context": {"groupId": "acme"}}
FOUR_TICKETS = {
    "fact": "events",
    "names": ["Ticket Created"],
    "of": "account",
    "window": {"days": 14},
    "op": "at_least",
    "value": 4,
}
FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
THREE_EXPORTS = {
    "fact": "events",
    "names": ["Report Exported"],
    "window": {"days": 14},
    "op": "at_least",
    "value": 3,
}


@pytest.fixture
def source() -> Source:
    return a_source("http")


def a_definition(detector: str, config: dict[str, Any], about: str = "account") -> None:
    SignalDefinition.objects.create(
        slug="moment", name="Moment", detector=detector, config=config, about=about, live=True
    )
    SignalDefinition.objects.update(swept_at=clock.now())  # or the next sweep looks at everybody


def group(user: str, **traits: Any) -> dict[str, Any]:
    return {"type": "group", "userId": user, "groupId": "acme", "traits": traits}


def at_once(source: Source, *calls: dict[str, Any]) -> None:
    """Each by a worker of its own, the second when the first has noticed and not committed yet."""
    for call in calls:
        batch = [{"messageId": uuid.uuid4().hex, **call}]
        ingest.accept(source.pk, "batch", json.dumps({"batch": batch}).encode(), {})
    one, two = (Chunk(ingest.claim(1)) for _ in calls)
    with transaction.atomic():
        pipeline._process(one, Backlog())
        other = Other(lambda: pipeline._process(two, Backlog()))
        other.until_it_waits()
    other.end()


def test_the_last_two_tickets_of_two_colleagues(source: Source) -> None:
    a_definition("frequency", {"events": ["Ticket Created"], "count": 4, "days": 14})
    receive(source, group("ana"), group("bob"), {**TICKET, "userId": "ana"}, {**TICKET, "userId": "bob"})
    at_once(source, {**TICKET, "userId": "ana"}, {**TICKET, "userId": "bob"})
    assert Signal.objects.count() == 1


def test_a_smaller_limit_beside_the_use_that_reaches_it(source: Source) -> None:
    Meter.objects.create(resource="exports", label="reports", verb="exported", event="Report Exported")
    a_definition("threshold", {"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7})
    receive(source, group("ana", limits={"exports": 25}), group("bob"), *[EXPORT] * 15)
    at_once(source, group("ana", limits={"exports": 20}), EXPORT)
    assert Signal.objects.count() == 1


def test_another_plan_beside_the_third_export(source: Source) -> None:
    a_definition("rule", {"rule": {"all": [FREE, THREE_EXPORTS]}}, about="person")
    receive(source, group("ana", plan="pro"), group("bob"), EXPORT, EXPORT)
    at_once(source, group("ana", plan="free"), EXPORT)
    assert [one.person and one.person.user_id for one in Signal.objects.all()] == ["bob"]


def test_a_segment_of_an_account(source: Source) -> None:
    Segment.objects.create(slug="busy", name="Busy", rule=FOUR_TICKETS)
    receive(source, group("ana"), group("bob"), {**TICKET, "userId": "ana"}, {**TICKET, "userId": "bob"})
    at_once(source, {**TICKET, "userId": "ana"}, {**TICKET, "userId": "bob"})
    assert set(SegmentMember.objects.values_list("person__user_id", flat=True)) == {"ana", "bob"}


def test_what_is_noted_while_it_is_asked_is_asked_once_more(source: Source) -> None:
    """And nobody waits for who asks, or asks before what is new is there."""
    a_definition("rule", {"rule": {"all": [FREE, THREE_EXPORTS]}}, about="person")
    account = an_account("acme")
    again.joined([], [], [account.pk], [], clock.now())
    with transaction.atomic():
        assert len(noted.take()) == 1
        other = Other(lambda: again.joined([], [], [account.pk], [], clock.now()))
        other.end()
        assert AskAgain.objects.count() == 2
    with transaction.atomic():
        again.joined([], [], [account.pk], [], clock.now())
        assert AskAgain.objects.count() == 2
        other = Other(lambda: taken.extend(noted.take()))
        taken: list[noted.Row] = []
        other.end()
        assert not taken, "who noted it may not have committed what is new"
    assert len(noted.take()) == 2


def test_an_erasure_beside_what_is_asked_again(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one holds the person, the other what was noted of them: neither waits for both."""
    the_starter_pack()
    SignalDefinition.objects.update(swept_at=clock.now())
    receive(source, group("ana"))
    sweeps.run()
    ana = Person.objects.get(user_id="ana")
    again.joined([ana.pk], [], [], [], clock.now())
    privacy.ask(ana)
    there, go, locks = threading.Event(), threading.Event(), identify.lock

    def lock(people: Any) -> None:
        there.set()
        assert go.wait(20)
        locks(people)

    monkeypatch.setattr(identify, "lock", lock)
    other = Other(lambda: asked.append(asked_again._ask()))
    asked: list[bool] = []
    assert there.wait(20)
    monkeypatch.setattr(identify, "lock", locks)
    with transaction.atomic():
        privacy.carry_out_now(ana)
        go.set()
        other.until_it_waits()
    other.end()
    assert asked == [True] and not AskAgain.objects.exists()
    assert Person.objects.get(pk=ana.pk).erased_at and not Signal.objects.exists()
