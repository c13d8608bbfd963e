"""What is wrong with a definition is said before it is saved, with its place."""

from typing import Any

import pytest

from signals_app import sound
from signals_app.models import Segment, Signal, SignalDefinition
from tests.build import a_source
from tests.conftest import Time
from tests.engine import receive
from upsell_project.lib.rules import impersonal

COUNT = {"fact": "events", "names": ["E"], "window": {"days": 7}, "op": "at_least", "value": 1}
ROLE = {"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "admin"}
PLAN = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}


def wrong(**fields: Any) -> dict[str, list[str]]:
    given = {"detector": "rule", "config": {"rule": {**COUNT, "of": "account"}}, "about": "account", **fields}
    return sound.problems(SignalDefinition(**given))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"condition": PLAN},
        {"condition": {"all": [PLAN, ROLE]}, "about": "person"},
        {"route_to": ["admin", "owner"]},
        {"config": {"rule": COUNT}, "about": "person"},
    ],
)
def test_nothing_is_wrong(fields: dict[str, Any]) -> None:
    assert wrong(**fields) == {}


def test_settings_and_condition_are_named_by_their_places() -> None:
    found = wrong(config={"rule": {"fact": "weather"}}, condition={"all": [PLAN, {**PLAN, "op": "was"}]})
    assert found.keys() == {"config", "condition"}
    assert found["condition"][0].startswith("all[1].op ")
    assert found["config"][0].startswith("config.rule")


@pytest.mark.parametrize(
    ("personal", "says"),
    [
        (
            {"config": {"rule": {"any": [PLAN, COUNT]}}},
            {"config": [f"config.rule.any[1].of: {impersonal.CHOOSE}"]},
        ),
        ({"condition": ROLE}, {"condition": [f"of: {impersonal.CHOOSE}"]}),
        (
            {"condition": {"not": {"fact": "segment", "slug": "vip", "op": "is", "value": True}}},
            {"condition": [f"not.slug: {impersonal.NO_SEGMENT}"]},
        ),
    ],
)
@pytest.mark.django_db
def test_what_only_a_person_has_is_refused_of_accounts(
    personal: dict[str, Any], says: dict[str, list[str]]
) -> None:
    Segment.objects.create(slug="vip", name="VIP", rule=PLAN)
    assert wrong(**personal) == says
    assert wrong(**{**personal, "about": "person"}) == {}


@pytest.mark.parametrize("roles", ["admin", [""], [1], ["a"] * 21])
def test_roles_are_a_list_of_words(roles: Any) -> None:
    assert wrong(route_to=roles) == {"route_to": ["must be a list of at most 20 roles"]}


def test_roles_of_a_person_are_refused_for_nobody_would_look_at_them() -> None:
    assert wrong(about="person", route_to=["admin"]) == {"route_to": [sound.OF_ACCOUNTS]}
    assert wrong(about="person", route_to=[]) == {}


IDLE = {"path": "rows", "measure": "count"}
VISITS = {"gap": 45, "measure": "session"}


@pytest.mark.parametrize(
    ("asked", "member"),
    [
        (IDLE, "path"),
        (IDLE | {"measure": "days"}, "path"),
        (VISITS | {"path": "rows"}, "path"),
        ({"gap": 45}, "gap"),
        ({"gap": 45, "path": "rows", "measure": "sum"}, "gap"),
    ],
)
def test_what_a_measure_ignores_is_refused_with_its_place(asked: dict[str, Any], member: str) -> None:
    rule = COUNT | asked
    measure = asked.get("measure", "count")
    about = {"about": "person"}
    told = wrong(config={"rule": {"all": [PLAN, {"not": rule}, COUNT]}}, **about)["config"]
    assert told[0].startswith(f"config.rule.all[1].not.{member}: The measure {measure} ignores it")
    assert len(told) == 1
    parts = {"mode": "any", "parts": [{"if": COUNT}, {"if": rule}]}
    told = wrong(detector="composite", config=parts, **about)["config"]
    assert told[0].startswith(f"config.parts[1].if.{member}: ")
    assert wrong(condition=rule, **about)["condition"][0].startswith(f"{member}: ")


@pytest.mark.parametrize(
    "asked", [VISITS, VISITS | {"measure": "minutes"}, IDLE | {"measure": "sum"}, {"gap": 30}, {"path": ""}]
)
def test_what_a_measure_uses_is_not(asked: dict[str, Any]) -> None:
    assert wrong(config={"rule": COUNT | asked}, about="person") == {}


@pytest.mark.django_db
def test_what_was_accepted_once_is_found_all_the_same(time: Time) -> None:
    """Only saving is refused."""
    rule = COUNT | IDLE | {"gap": 45}
    SignalDefinition.objects.create(
        slug="old", name="Old", detector="rule", config={"rule": rule}, route_to=["admin"], live=True
    )
    receive(a_source("http"), {"type": "track", "userId": "ana", "event": "E"})
    assert Signal.objects.get().definition.slug == "old"


def test_a_kind_that_is_none_is_told_by_the_choice() -> None:
    assert wrong(detector="weather") == {}
