"""What was shown or sent is known to rules: each offer once, when it really was, and whoever asks for it is asked."""

import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from campaigns_app import merges, outbox, receipts, shown, sweeps, uncertain
from campaigns_app.models import Delivery, Enrollment, StaffTask
from offers_app.models import Offer, Proposition
from people_app.models import Person
from signals_app import again, knowing
from signals_app.models import Answer, AskAgain, Signal, SignalDefinition
from signals_app.subjects import Subject
from tests.campaigns.rules import BANNER, MAIL, publish
from tests.campaigns.test_receipts import told
from tests.conftest import Time
from tests.engine import MORNING, account_of, act, begun, offer_of, somebody, work
from tests.signals.segments_world import a_segment, refreshed
from tests.smtp_sink import Sink, serving
from upsell_project.lib import bulk, clock
from upsell_project.lib.rules.facts import Answered, Unit, Window

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
NOON = MORNING + timedelta(hours=5)
"""Mail may leave at once."""
WEEK = Window(Unit.DAYS, 7)
SHOWN = {"fact": "answer", "answer": "shown", "offer": "pro-plan", "window": {"days": 7}}
ONCE = {**SHOWN, "op": "at_least", "value": 1}
CFO = {"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "cfo"}
NEVER = {**SHOWN, "op": "at_most", "value": 0}


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(NOON)
    SignalDefinition.objects.update(live=False)


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    kept = Sink()
    with serving(kept) as port:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
        yield kept


def jobs() -> None:
    while sweeps.waiting():
        sweeps.run()
    work()


def kept() -> list[tuple[str, datetime]]:
    return list(Answer.objects.filter(answer="shown").order_by("pk").values_list("offer", "at"))


def times(person: Person, offer: str = "") -> Any:
    asked = Answered("shown", WEEK, offer)
    subject = Subject(person.pk, account_of(person).pk)
    return knowing.load([knowing.Asked(subject, frozenset({asked}))], clock.now())[0].values[asked]


def a_definition(rule: dict[str, Any], **fields: Any) -> SignalDefinition:
    """Live, and swept: what is found of it from now on is found by news, or by time."""
    given = {"detector": "rule", "config": {"rule": rule}, "about": "person", "live": True, **fields}
    made = SignalDefinition.objects.create(slug="asks", name="Asks", **given)
    jobs()
    return made


def mailed(person: Person) -> Delivery:
    publish([MAIL, {"wait_until": {"hours": 12}}])
    return Delivery.objects.get(enrollment=begun(person))


def test_it_works(time: Time) -> None:
    a_definition(ONCE)
    person, other = somebody(), somebody()
    offer = offer_of(begun(person))
    begun(other)
    jobs()
    assert (kept(), Signal.objects.filter(definition__slug="asks").exists()) == ([], False), "nobody saw it"
    act(person, offer, "viewed")
    jobs()
    found = Signal.objects.get(definition__slug="asks")
    assert (found.person, found.detected_at, kept()) == (person, NOON, [("pro-plan", NOON)])


def test_an_offer_that_is_seen_again_and_again_was_shown_once(time: Time) -> None:
    person = somebody()
    offer = offer_of(begun(person))
    for kind in ("viewed", "viewed", "clicked", "dismissed"):
        act(person, offer, kind)
        time.move(minutes=1)
    assert kept() == [("pro-plan", NOON)]


@pytest.mark.parametrize("kind", ["clicked", "accepted", "dismissed", "declined", "feedback"])
def test_who_did_something_with_it_was_shown_it(kind: str) -> None:
    person = somebody()
    act(person, offer_of(begun(person)), kind, answer="helpful")
    assert kept() == [("pro-plan", NOON)]


def test_a_task_for_staff_was_shown_to_nobody() -> None:
    publish([{"message": {**BANNER["message"], "channel": "chat"}}, {"wait_until": {"hours": 12}}])
    begun(somebody())
    assert (StaffTask.objects.count(), kept()) == (1, [])


def test_a_mail_was_sent_when_the_provider_took_it(sink: Sink, time: Time) -> None:
    a_definition(ONCE)
    person = somebody()
    mail = mailed(person)
    assert kept() == []
    time.move(minutes=2)
    outbox.send()
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at, kept()) == ("accepted", clock.now(), [("pro-plan", clock.now())])
    jobs()
    assert Signal.objects.get(definition__slug="asks").person == person


def test_a_mail_that_nobody_took_was_not_sent(sink: Sink, settings: Any) -> None:
    mail = mailed(somebody())
    settings.EMAIL_URL = ""
    outbox.send()
    mail.refresh_from_db()
    assert (mail.state, kept()) == ("refused", [])


def test_who_lost_the_lease_notes_nothing() -> None:
    mail = mailed(somebody())
    mine, theirs = clock.real(), clock.real() + timedelta(minutes=1)
    Delivery.objects.filter(pk=mail.pk).update(state="sending", lease_until=theirs)
    assert not shown.accepted(mail.pk, mine, "smtp", "1", NOON)
    assert kept() == []
    assert shown.accepted(mail.pk, theirs, "smtp", "1", NOON)
    assert kept() == [("pro-plan", NOON)]


def parked(person: Person) -> Delivery:
    mail = mailed(person)
    Delivery.objects.filter(pk=mail.pk).update(state="unknown")
    return mail


def test_what_is_uncertain_was_sent_once_somebody_knows(time: Time) -> None:
    mail = parked(somebody())
    time.move(minutes=5)
    assert (uncertain.was_sent([mail.pk]), uncertain.was_sent([mail.pk])) == (1, 0)
    assert kept() == [("pro-plan", clock.now())]
    receipts.apply([told("Message Delivered", delivery_id=str(mail.pk))], clock.now())
    assert len(kept()) == 1


def test_what_is_uncertain_was_sent_once_the_provider_says_so(time: Time) -> None:
    mail, other = parked(somebody()), parked(somebody())
    receipts.apply([told("Message Opened", delivery_id=str(mail.pk), machine=False)], clock.now())
    assert Answer.objects.get().person == mail.person
    assert uncertain.was_sent([mail.pk, other.pk]) == 1


def test_a_mail_that_bounced_was_not_shown_and_who_asks_for_that_is_asked(sink: Sink) -> None:
    asks = a_definition({"all": [NEVER, CFO]})
    person = somebody(role="cfo")
    mail = mailed(person)
    outbox.send()
    jobs()
    assert not Signal.objects.filter(definition=asks).exists()
    bounced = told("Message Bounced", of=person, delivery_id=str(mail.pk), permanent=False)
    receipts.apply([bounced], clock.now())
    jobs()
    assert (kept(), Signal.objects.get(definition=asks).person) == ([], person)


def test_what_was_shown_is_over_when_it_leaves_the_window(time: Time) -> None:
    publish()
    person = somebody(role="cfo")
    act(person, offer_of(begun(person)), "viewed")
    asks = a_definition({"all": [NEVER, CFO]})
    assert not Signal.objects.filter(definition=asks, person=person).exists()
    time.set(NOON + timedelta(days=7) - timedelta(minutes=1))
    jobs()
    assert not Signal.objects.filter(definition=asks, person=person).exists()
    time.move(hours=1)
    jobs()
    assert Signal.objects.filter(definition=asks, person=person).count() == 1


def test_a_rule_that_ends_a_run_hears_of_it_within_the_job() -> None:
    publish(exit_when=ONCE)
    person, other = somebody(), somebody()
    run, stays = begun(person), begun(other)
    act(person, offer_of(run), "viewed")
    jobs()
    ends = {
        one.pk: (one.state, one.end_reason) for one in Enrollment.objects.filter(pk__in=[run.pk, stays.pk])
    }
    assert ends == {run.pk: ("finished", "exit_rule"), stays.pk: ("active", "")}


def test_a_segment_asks_for_it() -> None:
    a_segment("shown", ONCE)
    person, other = somebody(), somebody()
    act(person, offer_of(begun(person)), "viewed")
    begun(other)
    refreshed()
    found = person.segmentmember_set.values_list("segment__slug", flat=True)
    assert ("shown" in found, other.segmentmember_set.filter(segment__slug="shown").exists()) == (True, False)


def test_who_is_asked_again_is_noted_also_when_a_worker_dies_after_it_was_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_definition(ONCE)
    person = somebody()
    act(person, offer_of(begun(person)), "viewed")
    with monkeypatch.context() as broken:
        broken.setattr(again, "answered", lambda pairs, answer: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            shown.tell()
        assert not sweeps._tell(), "what else waits goes on"
    assert (shown.waiting(), AskAgain.objects.exists()) == (True, False)
    assert (shown.tell(), shown.waiting(), AskAgain.objects.exists()) == (True, False, True)


def test_it_follows_who_turns_out_to_be_another() -> None:
    old, new = somebody(), somebody()
    act(old, offer_of(begun(old)), "viewed")
    assert (times(old), times(new)) == (1, 0)
    merges._people(new.pk, old.pk)
    assert times(new) == 1


def test_of_who_asked_to_be_forgotten_nothing_is_kept() -> None:
    mail = mailed(somebody())
    Person.objects.filter(pk=mail.person_id).update(erased_at=NOON)
    lease = clock.real()
    Delivery.objects.filter(pk=mail.pk).update(state="sending", lease_until=lease)
    assert shown.accepted(mail.pk, lease, "smtp", "1", NOON)
    assert kept() == []


def test_what_was_shown_before_it_was_kept_is_kept_by_the_migration(sink: Sink, time: Time) -> None:
    person = somebody()
    viewed, unseen = offer_of(begun(person)), offer_of(begun(somebody()))
    act(person, viewed, "viewed")
    mailed(somebody())
    time.move(minutes=3)
    outbox.send()
    before = kept()
    assert len(before) == 2
    Answer.objects.all().delete()
    for _ in range(2):
        bulk.run(import_module("campaigns_app.migrations.0005_shown").SHOWN)
    assert sorted(kept()) == sorted(before)
    assert not Answer.objects.filter(proposition=unseen.pk).exists()


@pytest.mark.parametrize("seed", range(12))
def test_a_count_is_what_the_raw_history_says(seed: int, time: Time) -> None:
    """Of one and of any offer, over a window, whatever was seen, clicked and answered and how often."""
    draw = random.Random(seed)
    person = somebody()
    first = offer_of(begun(person))
    other = Offer.objects.exclude(pk=first.offer_id).first()
    assert other
    made = [_another(first, draw.choice((first.offer, other))) for _ in range(6)]
    raw: dict[uuid.UUID, tuple[str, datetime]] = {}
    for _ in range(14):
        time.move(hours=draw.randrange(1, 30))
        one = draw.choice(made)
        act(person, one, draw.choice(("viewed", "viewed", "clicked", "dismissed")))
        raw.setdefault(one.pk, (one.offer.slug, clock.now()))
        since = clock.now() - timedelta(days=7)
        for slug in ("", first.offer.slug, other.slug):
            expected = sum(slug in ("", name) and at > since for name, at in raw.values())
            assert times(person, slug) == expected


def _another(like: Proposition, offer: Offer) -> Proposition:
    made = Proposition.objects.get(pk=like.pk)
    made.pk, made.offer, made._state.adding = uuid.uuid4(), offer, True
    made.save(force_insert=True)
    return made
