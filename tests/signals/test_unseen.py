"""What a rule asks for and nobody brought yet is said, and refuses nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people_app.models import Account
from signals_app import unseen
from signals_app.models import EventMapping, SeenProperty, Source
from tests.build import a_person, a_source, an_account, an_event
from upsell_project.lib import clock
from upsell_project.lib.rules import reading

pytestmark = pytest.mark.django_db
PLAN = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}


def asks(*names: str) -> dict[str, Any]:
    return {
        "fact": "events",
        "names": list(names),
        "window": {"days": 7},
        "op": "at_least",
        "value": 1,
    }


def seen(source: Source, name: str) -> None:
    SeenProperty.objects.create(source=source, name=name, path="", type="", last_seen_at=clock.now())


def hints(raw: Any) -> list[tuple[str, str]]:
    return unseen.hints(reading.read(raw))


def test_an_event_that_never_came_is_said_with_what_was_meant() -> None:
    seen(a_source(), "Report Exported")
    assert hints({"all": [PLAN, asks("Report Exported", "Report Exportd")]}) == [
        (
            "all[1].names[1]",
            "No event “Report Exportd” was received yet. Did you mean “Report Exported”?",
        )
    ]
    assert hints(asks("Zzz")) == [("names[0]", "No event “Zzz” was received yet.")]


def test_what_came_in_any_way_is_not_said() -> None:
    EventMapping.objects.create(event="report_done", name="Report Exported")
    an_event(a_person("ana"), "Pricing Viewed")
    seen(a_source(), "Walked")
    assert hints(asks("Report Exported", "Pricing Viewed", "Walked")) == []


def test_a_trait_that_nobody_has_is_said_with_what_was_meant() -> None:
    account = an_account("acme")
    Account.objects.filter(pk=account.pk).update(traits={"floors": 3, "address": {"city": "Ulm"}})
    wrong = {"any": [PLAN | {"name": "plann"}, {"not": PLAN | {"name": "flors", "of": "person"}}]}
    assert hints(wrong) == [
        ("any[0].name", "None of the newest accounts has a trait “plann”. Did you mean “plan”?"),
        ("any[1].not.name", "None of the newest people has a trait “flors”."),
    ]
    assert hints({"any": [PLAN, PLAN | {"name": "floors"}, PLAN | {"name": "address.city"}]}) == []


def test_what_is_known_costs_the_same_for_any_number_of_questions() -> None:
    seen(a_source(), "Walked")
    for count in (1, 20):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert hints({"all": [asks("Walked"), PLAN] * count}) == []
        assert len(asked) <= 3
