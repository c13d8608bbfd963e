"""What rules ask of somebody's past: answers to offers, kept once; and what of it follows them, or is forgotten."""

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from campaigns_app import enroll, interact, merges, person_export
from campaigns_app.models import Interaction
from people_app.models import Person
from signals_app.models import Answer, Score, Segment, SegmentMember
from tests.build import a_person, a_source, an_account
from tests.campaigns.forgetting import ask, forget
from tests.conftest import Time
from tests.engine import MORNING, account_of, act, begun, offer_of, receive, somebody
from tests.signals.segments_world import FREE, a_segment, inside
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)
    Segment.objects.all().delete()


def answers() -> list[tuple[str, str]]:
    return list(Answer.objects.exclude(answer="shown").order_by("pk").values_list("offer", "answer"))


@pytest.mark.parametrize("kind", ["accepted", "dismissed", "declined", "snoozed", "opted_out"])
def test_an_answer_is_kept_for_rules_once(kind: str) -> None:
    person = somebody()
    offer, name = offer_of(begun(person)), uuid.uuid4()
    for _ in range(2):
        assert interact.record(offer.pk, person.pk, kind, id=name, at=MORNING, how="widget")
    row = Answer.objects.exclude(answer="shown").get()
    assert (row.person, row.account, row.offer, row.answer) == (
        person,
        account_of(person),
        offer.offer.slug,
        kind,
    )
    assert row.at == Interaction.objects.get(pk=name).recorded_at == clock.now()


def test_what_is_no_answer_is_not_kept() -> None:
    person = somebody()
    offer = offer_of(begun(person))
    act(person, offer, "viewed")
    act(person, offer, "clicked")
    act(person, offer, "feedback", answer="helpful")
    assert answers() == []
    act(person, offer, "feedback", answer="intrusive")
    assert answers() == [(offer.offer.slug, "intrusive")]


def test_what_was_acted_on_already_is_kept_once() -> None:
    offer = offer_of(begun(somebody()))
    for _ in range(2):
        interact.note(offer, Interaction.Kind.OPTED_OUT, "page")
    assert answers() == [(offer.offer.slug, "opted_out")]


def test_an_offer_that_was_seen_and_not_answered_was_ignored() -> None:
    person = somebody()
    run = begun(person)
    offer = offer_of(run)
    act(person, offer, "viewed")
    enroll.exit_one(run.pk, "no_engagement")
    assert answers() == [(offer.offer.slug, "ignored")]
    enroll.exit_one(run.pk, "no_engagement")
    assert len(answers()) == 1


def unite(old: str, new: str) -> None:
    receive(a_source("http"), {"type": "alias", "userId": new, "previousId": old})


def test_who_turned_out_to_be_one_is_in_what_either_was_since_the_earlier_day() -> None:
    ana, old = a_person("ana"), a_person("old")
    friends, others, both = (a_segment(slug) for slug in ("friends", "others", "both"))
    days = {(friends, ana): 5, (others, old): 9, (both, ana): 3, (both, old): 7}
    for (segment, person), ago in days.items():
        since = MORNING - timedelta(days=ago)
        SegmentMember.objects.create(segment=segment, person=person, since=since, added_by=str(person))
    Answer.objects.create(person=old, offer="pro", answer="declined", at=MORNING)
    unite("old", "ana")
    rows = SegmentMember.objects.filter(person=ana).order_by("segment__slug")
    found = [(row.segment.slug, (MORNING - row.since).days, row.added_by) for row in rows]
    assert found == [("both", 7, "old"), ("friends", 5, "ana"), ("others", 9, "old")]
    assert not SegmentMember.objects.filter(person=old).exists()
    assert Answer.objects.get().person == ana


def test_whom_a_rule_put_in_is_judged_as_the_one_they_are() -> None:
    acme, globex = an_account("acme", plan="free"), an_account("globex", plan="pro")
    a_person("ana", globex)
    old = a_person("old", acme)
    SegmentMember.objects.create(segment=a_segment("free", FREE), person=old, since=MORNING)
    unite("old", "ana")
    assert inside("free") == set(), "they are in two accounts now, and none is guessed"


def test_answers_and_the_newest_scores_follow_an_account() -> None:
    kept, gone = an_account("acme"), an_account("acme-old")
    person = a_person("ana", gone)
    Answer.objects.create(person=person, account=gone, offer="pro", answer="declined", at=MORNING)
    earlier, later = MORNING - timedelta(days=1), MORNING
    for account, name, value, at in (
        (kept, "health", 0.1, earlier),
        (gone, "health", 0.2, later),
        (kept, "fit", 0.3, later),
        (gone, "fit", 0.4, earlier),
        (kept, "even", 0.5, later),
        (gone, "even", 0.6, later),
        (gone, "alone", 0.7, later),
    ):
        Score.objects.create(account=account, name=name, value=value, at=at)
    merges.by_hand(kept.pk, gone.pk)
    assert Answer.objects.get().account == kept
    scores = dict(Score.objects.filter(account=kept).values_list("name", "value"))
    assert scores == {
        name: Decimal(value)
        for name, value in (("health", "0.2"), ("fit", "0.3"), ("even", "0.5"), ("alone", "0.7"))
    }
    assert Score.objects.count() == 4


def test_who_is_forgotten_is_in_no_segment_and_answered_nothing() -> None:
    ana, bob = a_person("ana"), a_person("bob")
    friends = a_segment("friends")
    for person in (ana, bob):
        SegmentMember.objects.create(segment=friends, person=person, since=MORNING, added_by="sam")
        Answer.objects.create(person=person, offer="pro", answer="declined", at=MORNING)
    ask(a_source("http"), "ana")
    forget()
    assert inside("friends") == {"bob"}
    assert Answer.objects.get().person == bob


def test_who_asks_gets_their_segments_and_answers_without_the_names_of_staff() -> None:
    ana = a_person("ana")
    SegmentMember.objects.create(segment=a_segment("friends"), person=ana, since=MORNING, added_by="sam")
    Answer.objects.create(person=ana, offer="pro", answer="declined", at=MORNING)
    told = person_export.of(Person.objects.get(pk=ana.pk))
    assert told["segments"] == [{"person_id": ana.pk, "since": MORNING, "slug": "friends", "name": "friends"}]
    assert [(row["offer"], row["answer"]) for row in told["answers"]] == [("pro", "declined")]
