"""Why / why not in a real browser: by keyboard, on a telephone, light and dark, and axe finds nothing."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from offers_app.models import HoldoutAssignment, Offer
from tests.admin.browser import opened, swept
from tests.admin.world import a_decision, a_world
from tests.build import a_person
from tests.chromium import chromium
from upsell_project.lib import clock

__all__ = ["chromium"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]
WHY = "/admin/why/"


@pytest.fixture
def paths(transactional_db: None) -> dict[str, str]:
    world = a_world()
    Offer.objects.create(
        slug="renewal-discount-addon", name="Analytics add-on at a discount with the renewal"
    )
    HoldoutAssignment.objects.update_or_create(
        account=world.enrollment.account,
        defaults={"held_out": True, "percent": 10, "assigned_at": clock.now()},
    )
    for outcome in ("held", "holdout", "excluded"):
        a_decision(world.person, outcome=outcome)
    a_person("new-with-a-rather-long-user-id-that-must-not-be-cut")
    return {
        "why-empty": WHY,
        "why-unknown": f"{WHY}?person=nobody",
        "why-decided": f"{WHY}?person=u1&offer=pro-plan",
        "why-any": f"{WHY}?person=u1",
        "why-nothing-decided": f"{WHY}?person=new-with-a-rather-long-user-id-that-must-not-be-cut&offer=pro-plan",
        "why-past": f"{WHY}?person=u1&offer=pro-plan&at=2020-01-01T10:00",
        "why-wrong": f"{WHY}?person=u1&at=yesterday",
    }


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, live_server: LiveServer, paths: dict[str, str], width: int, scheme: str
) -> None:
    assert swept(chromium, live_server, paths, width, scheme) == []


def test_it_is_asked_and_read_by_keyboard_alone(
    chromium: Browser, live_server: LiveServer, paths: dict[str, str]
) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + WHY)
    page.get_by_label("Person").focus()
    page.keyboard.type("u1")
    page.keyboard.press("Tab")
    page.keyboard.type("Pro")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What was decided about u1")).to_be_visible()
    assert "person=u1" in page.url and "offer=pro-plan" in page.url
    second = page.locator("#why > section").first.locator("> details").nth(1)
    expect(second.locator("table").first).to_be_hidden()
    second.locator("> summary").focus()
    page.keyboard.press("Enter")
    expect(second.locator("table").first).to_be_visible()
    page.context.close()
