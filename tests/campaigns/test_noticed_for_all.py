"""Whose moment it is where others did it: visitors who turn out to be somebody, people who become one or join an
account, colleagues, chains of definitions."""

from typing import Any

import pytest

from campaigns_app import merges, sweeps
from campaigns_app.models import Enrollment
from people_app.models import Account, Person
from signals_app import detect
from signals_app.models import AskAgain, DetectorState, Signal, SignalDefinition, Source
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}


@pytest.fixture
def source(time: Time, settings: Any) -> Source:
    settings.HOLDOUT_PERCENT = 0
    return a_source("http")


def a_definition(rule: dict[str, Any], slug: str = "moment", **fields: Any) -> SignalDefinition:
    """Everybody was looked at already: what is not found now is not found."""
    made = SignalDefinition.objects.create(
        **{"slug": slug, "name": slug, "detector": "rule", "config": {"rule": rule}, "live": True, **fields}
    )
    SignalDefinition.objects.filter(pk=made.pk).update(swept_at=clock.now())
    return made


def walked(at_least: int = 5, of: str = "person") -> dict[str, Any]:
    return {
        "fact": "events",
        "names": ["Walked"],
        "of": of,
        "window": {"days": 14},
        "op": "at_least",
        "value": at_least,
    }


def signaled(slug: str) -> dict[str, Any]:
    return {"fact": "signal", "slug": slug, "window": {"days": 1}, "op": "at_least", "value": 0.1}


def walk(count: int, **who: Any) -> list[dict[str, Any]]:
    return [{"type": "track", "event": "Walked", **who} for _ in range(count)]


def group(user: str, name: str = "acme", **traits: Any) -> dict[str, Any]:
    return {"type": "group", "userId": user, "groupId": name, "traits": traits}


def found(slug: str = "moment") -> list[str | None]:
    """For whom, after what was noted has been asked."""
    sweeps.run()
    assert not AskAgain.objects.exists()
    signals = Signal.objects.filter(definition__slug=slug).order_by("person__user_id")
    return [one.person.user_id if one.person else None for one in signals]


@pytest.mark.usefixtures("starter")
def test_a_visitor_is_found_when_it_turns_out_who_they_are(source: Source) -> None:
    """And what follows of it begins for who they are."""
    premium = {"event": "Feature Used", "properties": {"tier": "premium"}, "context": {"groupId": "acme"}}
    receive(source, group("boss", plan="free"))
    receive(source, *(one | premium for one in walk(5, anonymousId="cookie")))
    assert found("premium-feature-frequent") == [], "nobody is told what nobody is known to have done"
    receive(source, {"type": "identify", "userId": "ana", "anonymousId": "cookie"})
    assert found("premium-feature-frequent") == ["ana"]
    assert [run.person.user_id for run in Enrollment.objects.all()] == ["ana"]


def test_a_visitor_and_a_user_did_enough_together(source: Source) -> None:
    a_definition(walked())
    receive(source, *walk(3, userId="ana"), *walk(3, anonymousId="cookie"))
    receive(source, {"type": "identify", "userId": "ana", "anonymousId": "cookie"})
    assert found() == ["ana"]


def test_two_users_who_are_one_did_enough_together(source: Source) -> None:
    a_definition(walked())
    receive(source, *walk(3, userId="ana"), *walk(3, userId="ana2"))
    receive(source, {"type": "alias", "userId": "ana", "previousId": "ana2"})
    assert found() == ["ana"]


def test_who_joins_an_account_brings_along_what_they_did(source: Source) -> None:
    a_definition(walked(of="account"), about="account")
    receive(source, group("bob"), *(one | {"context": {"groupId": "acme"}} for one in walk(3, userId="bob")))
    receive(source, *walk(3, userId="ana"))
    assert found() == []
    receive(source, group("ana"))
    assert len(found()) == 1


def test_two_accounts_that_staff_say_are_one(source: Source) -> None:
    a_definition(walked(of="account"), about="account")
    for user, name in (("ana", "a"), ("bob", "b")):
        receive(
            source, group(user, name), *(one | {"context": {"groupId": name}} for one in walk(3, userId=user))
        )
    assert found() == []
    merges.by_hand(Account.objects.get(group_id="a").pk, Account.objects.get(group_id="b").pk)
    assert len(found()) == 1


def test_what_a_colleague_says_of_the_account_completes_it_for_whoever_is_at_home_there(
    source: Source,
) -> None:
    a_definition({"all": [FREE, walked()]})
    receive(source, group("ana", plan="pro"), group("bob"), group("eve", "other", plan="pro"))
    receive(source, *walk(5, userId="ana"), *walk(5, userId="eve"))
    receive(source, group("bob", plan="free"))
    assert found() == ["ana"]


def test_what_a_colleague_does_completes_it_for_whoever_is_at_home_there(source: Source) -> None:
    a_definition({"all": [walked(1), walked(5, "account")]})
    receive(source, group("ana"), group("bob"), group("eve", "other"))
    receive(source, *walk(1, userId="ana"), *walk(1, userId="eve"), *walk(2, userId="bob"))
    assert found() == []
    receive(source, *walk(2, userId="bob"))
    assert found() == ["ana", "bob"]


def test_what_is_found_of_an_account_is_so_for_everybody_at_home_there(source: Source) -> None:
    a_definition(walked(2, "account"), "busy", about="account")
    a_definition({"all": [signaled("busy"), walked(1)]})
    receive(source, group("ana"), group("bob"), *walk(1, userId="ana"), *walk(1, userId="bob"))
    assert found() == ["ana", "bob"]


def test_a_chain_is_followed_to_its_end(source: Source) -> None:
    a_definition(walked(1), "s0")
    for number in range(2 * detect.MOST_ROUNDS):
        a_definition(signaled(f"s{number}"), f"s{number + 1}")
    receive(source, *walk(1, userId="ana"))
    assert [found(f"s{number}") for number in range(2 * detect.MOST_ROUNDS + 1)] == [["ana"]] * (
        2 * detect.MOST_ROUNDS + 1
    )


def test_who_was_found_lately_is_not_found_again_as_another_one(source: Source, time: Time) -> None:
    """Of two who become one the later moment counts."""
    a_definition(walked(1), cooldown_hours=24, lifetime_hours=24)
    receive(source, *walk(1, userId="ana"))
    time.move(days=10)
    receive(source, *walk(1, userId="ana2"))
    receive(source, {"type": "alias", "userId": "ana", "previousId": "ana2"})
    receive(source, *walk(1, userId="ana"))
    assert found() == ["ana", "ana"]
    time.move(hours=25)
    receive(source, *walk(1, userId="ana"))
    assert found() == ["ana", "ana", "ana"]
    assert DetectorState.objects.count() == 1


def test_nobody_who_asked_to_be_forgotten_is_found(source: Source, time: Time) -> None:
    a_definition(walked(1))
    receive(source, {"type": "identify", "userId": "ana"})
    receive(source, {"type": "delete", "userId": "ana"}, *walk(1, userId="ana"))
    assert Person.objects.exclude(erased_at=None).exists()
    assert found() == []


def test_one_moment_is_found_once_though_nothing_rests(source: Source) -> None:
    a_definition({"any": [walked(1), signaled("moment")]}, cooldown_hours=0, lifetime_hours=0)
    receive(source, *walk(1, userId="ana"))
    assert Signal.objects.count() == 1
