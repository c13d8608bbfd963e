"""Segments follow what no event says: answers, what was shown, what was found, scores."""

import json
import time as wall
import uuid
from typing import Any

import jwt
import pytest
from django.test import Client

from campaigns_app import advance, asked_again, sweeps
from campaigns_app.models import Enrollment
from people_app.models import Account, Person
from signals_app import noted
from signals_app.models import AskAgain, Segment, Signal, SignalDefinition, Source
from signals_app.scores import compute
from signals_app.segments import following, judge
from tests.build import a_person, a_source, an_account
from tests.campaigns.rules import publish
from tests.conftest import Time
from tests.engine import MORNING, account_of, begun, offer_of, receive, somebody
from tests.signals import scores_world
from tests.signals.segments_world import a_segment, group, inside, track, used, within
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
FIT = {"fact": "score", "name": "fit", "op": "at_least", "value": 0.5}


def answered(answer: str) -> dict[str, Any]:
    return {"fact": "answer", "answer": answer, "window": {"days": 7}, "op": "at_least", "value": 1}


def signaled(slug: str = "busy") -> dict[str, Any]:
    return {"fact": "signal", "slug": slug, "window": {"days": 7}, "op": "at_least", "value": 0.1}


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    """No segment but those of a test, and no definition."""
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)
    Segment.objects.update(live=False)
    SignalDefinition.objects.update(live=False)


@pytest.fixture
def server(morning: None) -> Source:
    return a_source("http")


def a_definition(rule: dict[str, Any], slug: str = "busy", **fields: Any) -> SignalDefinition:
    """Nobody is left to be looked at."""
    return SignalDefinition.objects.create(
        slug=slug,
        name=slug,
        detector="rule",
        config={"rule": rule},
        live=True,
        swept_at=clock.now(),
        **fields,
    )


def says(client: Client, person: Person, kind: str) -> None:
    """What the widget sends of the offer that they see."""
    web = a_source("web", origins=["https://app.test"])
    claims = {"sub": person.user_id, "exp": int(wall.time()) + 600}
    token = jwt.encode(claims, web.signing_secret, "HS256")
    offer = offer_of(Enrollment.objects.get(person=person))
    body = {"id": str(uuid.uuid4()), "proposition_id": str(offer.pk), "kind": kind}
    headers = {"X-Write-Key": web.write_key, "Authorization": f"Bearer {token}"}
    raw = json.dumps(body)
    sent = client.post("/v1/interactions", raw, content_type="application/json", headers=headers)
    assert sent.status_code < 300, sent.content


def work() -> None:
    """The job, whenever there is something to do for it; nobody is left then."""
    while sweeps.waiting():
        sweeps.run()
    assert nothing_waits()


def nothing_waits() -> bool:
    return not AskAgain.objects.exists()


def test_who_declined_is_in_before_the_request_is_answered(client: Client) -> None:
    """And in what refers to the segment; the job has whoever reads it asked."""
    person = somebody()
    begun(person)
    a_segment("declined", answered("declined"))
    a_segment("left-alone", {"any": [within("declined"), answered("intrusive")]})
    a_definition(within("declined"))
    says(client, person, "declined")
    assert inside("declined") == inside("left-alone") == {person.user_id}
    work()
    assert [one.person for one in Signal.objects.filter(definition__slug="busy")] == [person]


def test_an_answer_ends_a_run_by_a_segment_that_asks_for_it(client: Client) -> None:
    a_segment("dismissed", answered("dismissed"))
    publish(exit_when=within("dismissed"))
    person = somebody()
    run = begun(person)
    says(client, person, "dismissed")
    advance.due()
    run.refresh_from_db()
    assert run.end_reason == "exit_rule"


def test_who_was_shown_an_offer_is_in_within_seconds(client: Client) -> None:
    a_segment("seen", answered("shown"))
    person = somebody()
    begun(person)
    says(client, person, "viewed")
    assert inside("seen") == set()
    work()
    assert inside("seen") == {person.user_id}


def test_what_fails_in_the_request_takes_no_answer_away_and_the_job_does_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = somebody()
    begun(person)
    a_segment("declined", answered("declined"))

    def fails(*_: Any) -> Any:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(judge, "bring", fails)
        says(client, person, "declined")
        assert Enrollment.objects.get().end_reason == "declined"
        sweeps.run()
        assert AskAgain.objects.get().failed == 1 and inside("declined") == set()
    AskAgain.objects.update(retry_at=clock.real())
    work()
    assert inside("declined") == {person.user_id}


def test_what_cannot_be_judged_when_it_is_found_is_judged_later(
    server: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_segment("was-busy", signaled())
    a_definition(used(1))

    def fails(*_: Any) -> None:
        raise ValueError

    with monkeypatch.context() as patch:
        patch.setattr(following, "asked", fails)
        receive(server, track("ana"))
    assert Signal.objects.exists() and inside("was-busy") == set()
    work()
    assert inside("was-busy") == {"ana"}


def test_what_is_found_of_somebody_counts_for_who_enters_by_it(server: Source) -> None:
    a_segment("was-busy", signaled("premium-feature-frequent"))
    SignalDefinition.objects.filter(slug="premium-feature-frequent").update(live=True, swept_at=clock.now())
    publish(entry=within("was-busy"))
    premium = {"properties": {"tier": "premium"}}
    receive(server, *(track("ana") | premium for _ in range(5)), track("bob"))
    assert inside("was-busy") == {"ana"}
    assert [run.person.user_id for run in Enrollment.objects.all()] == ["ana"]
    work()


def test_what_is_found_of_an_account_counts_for_whoever_is_at_home_there(
    server: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many these are, nothing is noted of each."""
    monkeypatch.setattr(noted, "AT_ONCE", 1)
    a_segment("of-a-busy-team", signaled())
    a_definition(used(2, of="account"), about="account")
    team = ["ana", "bob", "cyd"]
    receive(server, *(group(one, "acme") for one in team), group("eve", "other"))
    receive(server, track("ana", account="acme"), track("ana", account="acme"))
    assert inside("of-a-busy-team") == {"ana"}
    row = AskAgain.objects.exclude(segment=None).get()
    assert (row.person, row.account) == (None, Account.objects.get(group_id="acme"))
    work()
    assert inside("of-a-busy-team") == {*team}


def test_what_time_alone_finds_is_followed_by_the_same_job(server: Source, time: Time) -> None:
    a_segment("fell-silent", signaled())
    a_definition({"not": used(1, days=3)})
    receive(server, track("ana"))
    time.move(days=4)
    work()
    assert inside("fell-silent") == {"ana"}


def test_a_new_score_counts_for_whoever_is_at_home_there() -> None:
    a_segment("fits", FIT)
    acme = an_account("acme", plan="pro")
    for name in ("ana", "bob"):
        a_person(name, account=acme)
    a_person("eve", account=an_account("other", plan="free"))
    scores_world.a_definition("fit", signs=[scores_world.a_sign("fit", scores_world.PAID)])
    compute.run()
    assert set(AskAgain.objects.exclude(segment=None).values_list("person", flat=True)) == {None}
    work()
    assert inside("fits") == {"ana", "bob"}


def test_where_no_live_segment_asks_for_it_nothing_is_noted(client: Client, server: Source) -> None:
    person = somebody()
    begun(person)
    a_segment("accepted", {"any": [answered("accepted"), signaled("other"), FIT | {"name": "other"}]})
    a_segment("off", {"any": [answered("declined"), signaled(), FIT]}, live=False)
    a_definition(used(1))
    scores_world.a_definition("fit", signs=[scores_world.a_sign("fit", scores_world.PAID)])
    says(client, person, "declined")
    receive(server, track(str(person.user_id), account=str(account_of(person).group_id)))
    compute.run()
    assert Signal.objects.filter(definition__slug="busy").exists()
    assert nothing_waits()


def test_a_segment_and_a_definition_that_ask_for_each_other_come_to_an_end(server: Source) -> None:
    a_segment("odd", {"not": signaled()})
    a_definition(
        {"all": [used(1), {"any": [within("odd"), {"not": within("odd")}]}]},
        cooldown_hours=0,
        lifetime_hours=0,
    )
    receive(server, track("ana"))
    for _ in range(20):
        if nothing_waits():
            break
        asked_again.step()
    assert nothing_waits() and inside("odd") == set()
