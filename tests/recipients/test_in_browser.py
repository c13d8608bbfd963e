"""The pages in a real browser: by keyboard, light and dark, on a telephone, without script."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from campaigns_app import pressure
from campaigns_app.models import ContactPolicy
from consent_app import links, permission
from offers_app.models import Proposition
from people_app.models import ContactPoint, Person
from tests.build import a_permission, a_person
from tests.chromium import chromium
from tests.recipients.offers import a_proposition
from upsell_project.lib import clock

__all__ = ["chromium"]
pytestmark = pytest.mark.django_db(transaction=True)
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture
def proposition(transactional_db: None) -> Proposition:
    ContactPolicy.objects.create(
        version=1,
        caps=pressure.DEFAULT_CAPS,
        cooldown_days=pressure.DEFAULT_COOLDOWN_DAYS,
        hours=pressure.DEFAULT_HOURS,
        created_at=clock.now(),
    )
    person = a_person(email="ada@corp.test", consent=("email",))
    ContactPoint.objects.create(person=person, channel="sms", address="+4930123456", changed_at=clock.now())
    a_permission(person, "sms")
    a_proposition(person, topic="seats")
    return a_proposition(person)


def paths(proposition: Proposition) -> dict[str, str]:
    person = proposition.person_id
    return {
        "preferences": f"/p/{links.make_preferences(person, proposition.pk)}",
        "not-now": f"/p/{links.make_preferences(person, proposition.pk)}?do=not_now",
        "unsubscribe": f"/u/{links.make_unsubscribe(person, proposition.pk)}",
        "why": f"/why/{links.make_why(proposition.pk)}",
        "broken": "/p/nonsense",
    }


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en"), ("dark", "de")])
def test_every_page_is_accessible_and_fits(
    chromium: Browser, live_server: LiveServer, proposition: Proposition, scheme: str, locale: str
) -> None:
    Person.objects.update(locale=locale)
    context = chromium.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for name, path in paths(proposition).items():
        page.goto(live_server.url + path)
        if name == "preferences":
            page.locator("button[value=stop]").click()
        for width in (1200, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            shoot(page, f"{name}-{scheme}-{width}")
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert [text for text in complaints if "404" not in text] == []
    context.close()


def shoot(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def test_it_works_without_script_and_by_keyboard(
    chromium: Browser, live_server: LiveServer, proposition: Proposition
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(live_server.url + paths(proposition)["unsubscribe"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo").wait_for()
    assert not _open(proposition)
    page.get_by_role("button", name="Undo").press("Enter")
    page.get_by_text("Saved.").wait_for()
    assert _open(proposition)
    page.get_by_label("Upgrades: E-mail").press("Space")
    page.get_by_role("button", name="Save my choice").press("Enter")
    page.get_by_text("Saved.").wait_for()
    assert not _open(proposition) and not page.get_by_label("Upgrades: E-mail").is_checked()
    assert {url.split("/")[2] for url in requests} == {live_server.url.split("/")[2]}
    assert context.cookies() == []
    context.close()


def _open(proposition: Proposition) -> bool:
    now = clock.now()
    return permission.of(proposition.person_id, now).open_to("email", "upgrades", "DE", now)
