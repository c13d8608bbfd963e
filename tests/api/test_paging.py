"""Pages by cursor: everything once, nothing lost, whatever arrives meanwhile."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest

from campaigns_app.models import Interaction
from people_app.models import Person
from signals_app.models import Event
from tests.api.caller import Caller, a_decision, a_delivery, an_enrollment
from tests.build import a_person, an_event
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


def _an_interaction(person: Person) -> Interaction:
    proposition = a_delivery(person).proposition
    return Interaction.objects.create(
        id=uuid4(),
        proposition=proposition,
        person=person,
        kind="viewed",
        at=clock.now(),
        recorded_at=clock.now(),
        how="widget",
    )


MAKERS: dict[str, Callable[[Person], object]] = {
    "events": lambda person: an_event(person, "Report Exported"),
    "decisions": a_decision,
    "enrollments": an_enrollment,
    "deliveries": a_delivery,
    "interactions": _an_interaction,
}


@pytest.mark.usefixtures("time")
@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_all_pages_together_hold_every_row_once(viewer: Caller, name: str, limit: int) -> None:
    person = a_person()
    made = {str(MAKERS[name](person).pk) for _ in range(7)}  # type: ignore[attr-defined]
    told = [str(row["id"]) for row in viewer.all(f"/api/{name}/", limit)]
    assert len(told) == len(set(told)) == 7
    assert set(told) == made


@pytest.mark.parametrize("name", MAKERS)
def test_rows_that_arrive_meanwhile_shift_nothing(viewer: Caller, name: str) -> None:
    person = a_person()
    before = {str(MAKERS[name](person).pk) for _ in range(5)}  # type: ignore[attr-defined]
    page = json.loads(viewer.get(f"/api/{name}/?limit=2").content)
    told = [str(row["id"]) for row in page["results"]]
    while page["next"]:
        MAKERS[name](person)
        page = json.loads(viewer.get(page["next"]).content)
        told += [str(row["id"]) for row in page["results"]]
    assert len(told) == len(before)
    assert set(told) == before


def test_filters_go_on_to_the_next_page(viewer: Caller) -> None:
    one, other = a_person(), a_person()
    for _ in range(3):
        an_event(one, "Report Exported")
        an_event(other, "Report Exported")
    page = json.loads(viewer.get(f"/api/events/?person={one.user_id}&limit=2").content)
    rest = json.loads(viewer.get(page["next"]).content)
    assert {row["person"] for row in page["results"] + rest["results"]} == {one.user_id}
    assert len(rest["results"]) == 1
    assert rest["next"] is None


def test_a_page_holds_a_hundred_unless_asked(viewer: Caller) -> None:
    person = a_person()
    first = an_event(person, "Report Exported")
    Event.objects.bulk_create(
        Event(
            source=first.source,
            message_id=f"m{number}",
            kind="track",
            person=person,
            occurred_at=first.occurred_at,
            received_at=first.received_at,
        )
        for number in range(100)
    )
    assert len(json.loads(viewer.get("/api/events/").content)["results"]) == 100
    assert len(json.loads(viewer.get("/api/events/?limit=1000").content)["results"]) == 101


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "ten", "1e2", "٣", ""])
def test_a_limit_out_of_range_is_refused(viewer: Caller, limit: str) -> None:
    answer = viewer.get(f"/api/events/?limit={limit}")
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["pointer"] == "?limit"


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "bnVsbA", "%00", "%FF", "WyIxIiwiMiJd", "[" * 500])
@pytest.mark.parametrize("name", ["events", "deliveries", "interactions"])
def test_a_forged_cursor_is_refused(viewer: Caller, name: str, cursor: str) -> None:
    answer = viewer.get(f"/api/{name}/?cursor={cursor}")
    assert answer.status_code == 400
    assert json.loads(answer.content)["errors"][0]["pointer"] == "?cursor"
