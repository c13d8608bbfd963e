"""Colleagues are asked of what others did or said of their account: whatever else they did meanwhile, whoever they are
by then, each once, however many they are, and so that nothing else waits for it."""

from typing import Any

import pytest

from campaigns_app import merges, sweeps
from people_app.models import Account, Person
from signals_app import again, detect, noted
from signals_app.models import AskAgain, Signal, Source
from signals_app.subjects import Subject
from tests.build import a_person, a_source, an_account
from tests.campaigns.test_noticed_for_all import FREE, a_definition, found, group, walk, walked
from tests.conftest import Time
from tests.engine import receive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
PAGE = {"type": "page", "name": "Home", "userId": "bob", "context": {"groupId": "acme"}}
DANCED = {"fact": "events", "names": ["Danced"], "window": {"days": 14}, "op": "at_least", "value": 3}


@pytest.fixture
def source(time: Time) -> Source:
    return a_source("http")


def dance(user: str, count: int = 3) -> list[dict[str, Any]]:
    return [{"type": "track", "event": "Danced", "userId": user}] * count


@pytest.fixture
def dancers(source: Source) -> Source:
    """Bob danced three times, and Ana walked three times in their account. Four times is a moment of each dancer."""
    a_definition({"all": [walked(4, "account"), DANCED]})
    receive(source, group("ana"), group("bob"), *dance("bob"), *walk(3, userId="ana"))
    assert found() == []
    return source


@pytest.mark.parametrize("apart", [True, False])
def test_who_does_something_else_at_that_moment_is_asked(source: Source, apart: bool) -> None:
    a_definition({"all": [FREE, DANCED]})
    receive(source, group("ana", plan="pro"), group("bob"), *dance("bob"))
    for calls in [[group("ana", plan="free")], [PAGE]] if apart else [[group("ana", plan="free"), PAGE]]:
        receive(source, *calls)
    assert found() == ["bob"]


@pytest.mark.parametrize("apart", [True, False])
def test_who_does_something_else_when_a_colleague_completes_it_is_asked(dancers: Source, apart: bool) -> None:
    for calls in [walk(1, userId="ana"), [PAGE]] if apart else [[*walk(1, userId="ana"), PAGE]]:
        receive(dancers, *calls)
    assert found() == ["bob"]


def test_who_joins_completes_it_for_their_colleagues(dancers: Source) -> None:
    receive(dancers, *walk(1, userId="zed"))
    assert found() == []
    receive(dancers, group("zed"))
    assert found() == ["bob"]


def test_who_joins_is_asked_with_what_the_others_did(dancers: Source) -> None:
    receive(dancers, *walk(1, userId="ana"), *dance("zed"))
    assert found() == ["bob"]
    receive(dancers, group("zed"))
    assert found() == ["bob", "zed"]


def test_who_joins_and_did_nothing_of_it_has_nobody_asked(dancers: Source) -> None:
    receive(dancers, *dance("zed", 1))
    receive(dancers, group("zed"))
    zed = Person.objects.get(user_id="zed")
    assert not AskAgain.objects.filter(definition__about="person", person=None).exists()
    assert AskAgain.objects.filter(definition__about="person", person=zed).exists()


def test_another_account_that_is_the_same_completes_it_for_colleagues(dancers: Source) -> None:
    receive(dancers, group("zed", "other"), *walk(1, userId="zed"))
    assert found() == []
    merges.by_hand(Account.objects.get(group_id="acme").pk, Account.objects.get(group_id="other").pk)
    assert found() == ["bob"]


def test_a_visitor_who_is_a_colleague_completes_it(dancers: Source) -> None:
    receive(dancers, *walk(1, anonymousId="cookie"))
    assert found() == []
    receive(dancers, {"type": "identify", "anonymousId": "cookie", "userId": "ana"})
    assert found() == ["bob"]


def test_of_two_who_are_one_by_then_nobody_is_found_who_is_gone(source: Source) -> None:
    a_definition(FREE)
    receive(source, group("ana", plan="pro"), group("old"), group("new"))
    assert found() == []
    receive(source, group("ana", plan="free"))
    receive(source, {"type": "alias", "userId": "new", "previousId": "old"})
    assert found() == ["ana", "new"]


def test_who_answered_and_is_another_one_by_then_is_asked_as_that_one(time: Time) -> None:
    acme, old_acme = an_account("acme"), an_account("old-acme")
    new, old = a_person("new", account=acme), a_person("old")
    a_definition(
        {"fact": "answer", "answer": "dismissed", "window": {"days": 30}, "op": "at_least", "value": 1}
    )
    again.answered([(old.pk, old_acme.pk)], "dismissed")
    Person.objects.filter(pk=old.pk).update(merged_into=new)
    Account.objects.filter(pk=old_acme.pk).update(merged_into=acme)
    assert [subject for _, subject in noted.whom(noted.take()).pairs] == [Subject(new.pk, acme.pk)]


def test_of_an_account_that_is_another_by_then_nothing_is_found(source: Source) -> None:
    a_definition(FREE)
    receive(source, group("ana", plan="pro"), group("bob"), group("zed", "other", plan="enterprise"))
    assert found() == []
    receive(source, group("ana", plan="free"))
    merges.by_hand(Account.objects.get(group_id="other").pk, Account.objects.get(group_id="acme").pk)
    receive(source, group("zed", "other", plan="free"))
    assert found() == ["ana", "bob", "zed"]
    assert {one.account.group_id for one in Signal.objects.exclude(person__user_id="ana") if one.account} == {
        "other"
    }


def test_who_is_at_home_in_no_account_by_then_is_not_judged_by_the_first(source: Source) -> None:
    a_definition(FREE)
    receive(source, group("ana", plan="pro"), group("bob"))
    receive(source, group("ana", plan="free"))
    receive(source, group("bob", "other", plan="enterprise"))
    assert found() == ["ana"]


def test_what_is_noted_again_and_again_is_one_row(source: Source) -> None:
    a_definition(FREE)
    receive(source, group("ana", plan="pro"), group("bob"), group("eve"))
    sweeps.run()
    for number in range(10):
        receive(source, group("ana", plan=f"plan {number}"))
    assert AskAgain.objects.count() == 1


def test_what_no_definition_reads_has_nobody_asked(source: Source) -> None:
    a_definition(FREE)
    receive(source, group("ana", plan="pro", color="red"), group("bob"))
    sweeps.run()
    receive(source, group("ana", color="blue", limits={"exports": 3}))
    assert not AskAgain.objects.exists()
    receive(source, group("ana", plan="free", color="blue"))
    assert found() == ["ana", "bob"]


def test_where_everybody_was_asked_already_nothing_is_noted(source: Source) -> None:
    a_definition({"all": [walked(2), walked(2, "account")]})
    receive(source, group("ana"))
    sweeps.run()
    receive(source, *walk(1, userId="ana"), *walk(1, userId="loner"))
    assert not AskAgain.objects.exists()


def test_many_colleagues_are_asked_some_at_a_time_and_each_once(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_definition(FREE)
    receive(source, group("ana", plan="pro"), *(group(f"u{number}") for number in range(10)))
    sweeps.run()
    monkeypatch.setattr(noted, "AT_ONCE", 4)
    asked: list[int] = []
    swept = detect.swept

    def counted(pairs: Any, *more: Any) -> list[Signal]:
        asked.append(len(pairs))
        return swept(pairs, *more)

    monkeypatch.setattr(detect, "swept", counted)
    receive(source, group("ana", plan="free"))
    assert len(found()) == 11
    assert asked == [4, 4, 3]


def test_of_very_many_only_the_first_are_asked(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    a_definition(FREE)
    receive(source, group("ana", plan="pro"), *(group(f"u{number}") for number in range(10)))
    sweeps.run()
    monkeypatch.setattr(noted, "AT_ONCE", 2)
    monkeypatch.setattr(noted, "MOST_COLLEAGUES", 4)
    receive(source, group("ana", plan="free"))
    assert len(found()) == 4


def test_nobody_waits_for_a_large_account(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its next people come behind whoever was noted meanwhile."""
    a_definition(FREE)
    people = [f"u{number}" for number in range(5)]
    others = [group("eve", "b", plan="pro"), group("fay", "b")]
    receive(source, *(group(user, plan="pro") for user in people), *others)
    sweeps.run()
    monkeypatch.setattr(noted, "AT_ONCE", 2)
    receive(source, group("u0", plan="free"), group("eve", "b", plan="free"))
    asked = []
    while rows := noted.take():
        asking = noted.whom(rows)
        noted.done(asking)
        asked.append([Account.objects.get(pk=account).group_id for account in sorted(asking.accounts)])
    assert asked == [["acme"], ["b"], ["acme"], ["acme"]]
