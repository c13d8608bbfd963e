"""What colleagues are told rests on what somebody wrote who is forgotten then."""

import json

import pytest

from offers_app.models import Proposition
from people_app.models import Person
from signals_app import detect
from signals_app.models import Signal, SignalDefinition, Source
from signals_app.others_evidence import without_words
from tests.admin.world import a_world
from tests.build import a_person, a_source, an_event
from tests.campaigns.forgetting import ask, forget
from tests.engine import receive
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
GROUP = {"context": {"groupId": "acme"}}
LAST = {"fact": "events", "names": ["Searched"], "of": "account", "window": {"days": 14}, "op": "known"}


@pytest.fixture
def server() -> Source:
    return a_source("http")


def a_definition(slug: str, rule: object) -> None:
    SignalDefinition.objects.create(
        slug=slug,
        name=slug,
        detector="rule",
        config={"rule": rule},
        about="account",
        route_to=["admin"],
        live=True,
        swept_at=clock.now(),
    )


def searched(user: str, term: str) -> dict[str, object]:
    return {
        "type": "track",
        "event": "Searched",
        "userId": user,
        "properties": {"term": term, "feature": term},
    }


def test_their_words_go_and_what_happened_remains(server: Source) -> None:
    a_definition("looking", {**LAST, "measure": "last", "path": "term"})
    for user, role in (("ben", "admin"), ("ana", "member")):
        receive(server, {"type": "group", "userId": user, "groupId": "acme", "traits": {"role": role}})
    receive(server, {**searched("ana", "Layoffs"), **GROUP})
    signal = Signal.objects.get()
    assert signal.person and signal.person.user_id == "ben"
    assert "Layoffs" in json.dumps(signal.evidence)
    ask(server, "ana")
    forget()
    left = Signal.objects.get()
    assert "Layoffs" not in json.dumps(left.evidence)
    assert left.evidence["event_ids"] == signal.evidence["event_ids"] and left.evidence["event"] == "Searched"


def test_what_others_wrote_stays(server: Source) -> None:
    a_definition("looking", {**LAST, "measure": "last", "path": "term"})
    for user, role in (("ben", "admin"), ("ana", "member"), ("cem", "member")):
        receive(server, {"type": "group", "userId": user, "groupId": "acme", "traits": {"role": role}})
    receive(server, {**searched("cem", "Invoices"), **GROUP})
    receive(server, {"type": "track", "event": "Ping", "userId": "ana", **GROUP})
    before = Signal.objects.get().evidence
    ask(server, "ana")
    forget()
    assert Signal.objects.get().evidence == before
    assert Person.objects.filter(erased_at=None).count() == 2


def test_the_words_of_a_text_and_what_a_condition_found(server: Source) -> None:
    evidence = {
        "intent": "feature",
        "words": ["need", "sso"],
        "plan": "pro",
        "count": 3,
        "event_ids": [1],
        "facts": [
            {
                "asked": {"fact": "text"},
                "of": "account",
                "found": 0.9,
                "day": "2026-03-10",
                "figures": {"words": ["need", "sso"], "intent": "feature", "event_id": 1},
            }
        ],
        "conditions": [
            {"condition": "last term", "value": "sso", "holds": True},
            {"condition": "at least 3", "value": 3, "holds": True},
        ],
    }
    assert without_words(evidence) == {
        "intent": "feature",
        "count": 3,
        "event_ids": [1],
        "facts": [
            {
                "asked": {"fact": "text"},
                "of": "account",
                "found": 0.9,
                "day": "2026-03-10",
                "figures": {"intent": "feature", "event_id": 1},
            }
        ],
        "conditions": [
            {"condition": "last term", "value": None, "holds": True},
            {"condition": "at least 3", "value": 3, "holds": True},
        ],
    }


def test_what_names_a_limit_stays_so_that_it_can_be_renewed() -> None:
    limit = {"resource": "seats", "resource_label": "seats", "used": 8, "cap": 10, "event_ids": [1]}
    assert without_words(limit) == limit | {"facts": [], "conditions": []}
    assert "resource" not in without_words({"resource": "Layoffs", "event_ids": [1]})


def test_their_words_go_from_the_offer_that_was_made_of_it(server: Source) -> None:
    world = a_world()
    account = world.person.memberships.get().account
    ana = a_person("ana", account=account)
    event = an_event(ana, "Searched")
    told = {"event": "Searched", "last": "Layoffs", "event_ids": [event.pk]}
    Signal.objects.update(evidence=told)
    Proposition.objects.update(evidence=told)
    ask(server, "ana")
    forget()
    assert Proposition.objects.get().evidence == without_words(told)
    assert "Layoffs" not in json.dumps(Signal.objects.get().evidence)


def test_evidence_that_is_renewed_does_not_bring_them_back(server: Source) -> None:
    a_definition("looking", {**LAST, "measure": "last", "path": "term"})
    for user, role in (("ben", "admin"), ("ana", "member")):
        receive(server, {"type": "group", "userId": user, "groupId": "acme", "traits": {"role": role}})
    receive(server, {**searched("ana", "Layoffs"), **GROUP})
    ask(server, "ana")
    forget()
    signal = Signal.objects.get()
    fresh = detect.refresh([signal], clock.now())
    assert "Layoffs" not in json.dumps(fresh[signal.pk])
