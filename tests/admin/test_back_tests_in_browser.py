"""The pages of a definition before it goes live, in a real browser: progress goes on by itself, axe finds nothing."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from signals_app import back_tests
from signals_app.models import SignalDefinition
from tests.admin.browser import opened, swept
from tests.admin.world import a_definition, a_signal
from tests.build import a_person, an_event
from tests.chromium import chromium
from upsell_project.lib import clock

__all__ = ["chromium"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]
DAY = timedelta(days=1)


@pytest.fixture
def definition(transactional_db: None) -> SignalDefinition:
    config = {"event": "Walked", "count": 2, "days": 7}
    made, other = a_definition("walks", name="Walks", detector="frequency", config=config), a_definition()
    for number in range(12):
        person = a_person(f"walker-{number}-with-a-rather-long-user-id")
        for days in range(number % 5, 28, 3 + number % 4):
            an_event(person, "Walked", days * DAY + timedelta(hours=number))
        a_signal(person, other)
    return made


def path(definition: SignalDefinition, rest: str) -> str:
    return f"/admin/signals_app/signaldefinition/{definition.pk}/{rest}"


def test_it_runs_while_the_page_waits_and_is_then_shown(
    chromium: Browser, live_server: LiveServer, definition: SignalDefinition
) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + path(definition, "change/"))
    page.get_by_role("link", name="Back-test", exact=True).click()
    page.get_by_role("button", name="Back-test").click()
    expect(page.get_by_text("This page goes on by itself")).to_be_visible()
    back_tests.run()
    expect(page.get_by_text("It would have found")).to_be_visible(timeout=10_000)
    expect(page.get_by_role("heading", name="Examples")).to_be_visible()
    assert page.get_by_role("progressbar").count() == 0


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, live_server: LiveServer, definition: SignalDefinition, width: int, scheme: str
) -> None:
    today = clock.now().date()
    test = back_tests.ask(definition, today - 29 * DAY, today)
    back_tests.run()
    tried = path(definition, "try/?person=walker-1-with-a-rather-long-user-id")
    paths = {
        "back-tests": path(definition, "back-tests/"),
        "back-test": path(definition, f"back-tests/{test.pk}/"),
        "try": path(definition, "try/"),
        "tried": tried,
        "definition": path(definition, "change/"),
    }
    assert swept(chromium, live_server, paths, width, scheme) == []
