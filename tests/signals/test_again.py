"""What no event completes is asked again: answers, segments, scores."""

from typing import Any

import pytest

from campaigns_app import sweeps
from people_app.models import Account, Person
from signals_app import again, noted
from signals_app.models import AskAgain, Segment, Signal, SignalDefinition
from signals_app.segments import lists
from signals_app.subjects import Subject
from tests.asked_again import take
from tests.build import a_person, an_account
from tests.conftest import Time

pytestmark = pytest.mark.django_db

ANSWERED = {"fact": "answer", "answer": "dismissed", "window": {"days": 30}, "op": "at_least", "value": 1}
MEMBER = {"fact": "segment", "slug": "vips", "op": "is", "value": True}
SCORE = {"fact": "score", "name": "health", "op": "at_least", "value": 0.5}


def a_definition(rule: dict[str, Any], about: str = "person", live: bool = True) -> SignalDefinition:
    slug = f"{rule['fact']}-{about}-{live}".lower()
    return SignalDefinition.objects.create(
        slug=slug, name=slug, detector="rule", config={"rule": rule}, about=about, live=live
    )


@pytest.fixture
def ana(time: Time) -> Person:
    return a_person("ana", account=an_account("acme"))


def test_only_who_reads_it_is_asked_and_of_whom_it_is_about(ana: Person) -> None:
    account = Account.objects.get()
    person, whole = a_definition(ANSWERED), a_definition(ANSWERED, "account")
    a_definition(ANSWERED, live=False)
    a_definition(MEMBER)
    again.answered([(ana.pk, account.pk)], "shown")
    assert not noted.waiting()
    again.answered([(ana.pk, account.pk)], "dismissed")
    assert dict(take()) == {person: Subject(ana.pk, account.pk), whole: Subject(None, account.pk)}
    assert not noted.waiting()


def test_a_score_concerns_the_account_and_whoever_is_at_home_there(ana: Person) -> None:
    account = Account.objects.get()
    person, whole = a_definition(SCORE), a_definition(SCORE, "account")
    again.scored("health", [account.pk])
    again.scored("other", [account.pk])
    asked = take()
    assert len(asked) == 2
    assert dict(asked) == {
        person: Subject(ana.pk, account.pk),
        whole: Subject(None, account.pk),
    }


def test_who_is_put_on_a_list_is_found_by_the_next_sweep(ana: Person) -> None:
    a_definition(MEMBER)
    vips = Segment.objects.create(slug="vips", name="VIPs", kind="list")
    lists.add(vips, ["ana", "nobody"], "staff")
    assert sweeps.waiting()
    sweeps.run()
    assert [one.person for one in Signal.objects.all()] == [ana]
    assert not AskAgain.objects.exists()


def test_each_is_asked_once_and_some_at_a_time(ana: Person) -> None:
    a_definition(ANSWERED)
    ben = a_person("ben", account=Account.objects.get())
    for person in (ana, ana, ben):
        again.answered([(person.pk, None)], "dismissed")
    assert [subject.person for _, subject in take(1)] == [ana.pk]
    assert [subject.person for _, subject in take(1)] == [ben.pk]


def test_what_was_switched_off_meanwhile_is_not_asked(ana: Person) -> None:
    a_definition(ANSWERED)
    again.answered([(ana.pk, None)], "dismissed")
    SignalDefinition.objects.update(live=False)
    assert take() == []
    assert not noted.waiting()


def test_one_that_cannot_be_read_any_more_stops_no_other(ana: Person) -> None:
    broken = a_definition(ANSWERED)
    SignalDefinition.objects.filter(pk=broken.pk).update(slug="broken", config={"rule": {"fact": "weather"}})
    sound = a_definition(ANSWERED)
    again.answered([(ana.pk, None)], "dismissed")
    assert [definition for definition, _ in take()] == [sound]
