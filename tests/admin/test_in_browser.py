"""The pages of what comes in, in a real browser: they refresh themselves, work by keyboard, and axe finds nothing."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from signals_app import health
from signals_app.models import RejectedEvent, SourceHour
from tests.admin.world import World, a_world
from tests.build import a_source, an_event
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
WIDTHS = {"wide": 1280, "narrow": 390}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Django refuses its database in a thread with a running event loop, which Playwright's is.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def world(transactional_db: None) -> World:
    made = a_world()
    made.source.last_seen_at = clock.now()
    made.source.save()
    hour = health.hour_of(clock.now())
    rows = [
        SourceHour(
            source=made.source, hour=hour - timedelta(hours=back), accepted=20 + back % 24, rejected=back % 3
        )
        for back in range(1, 24 * 22)
    ]
    SourceHour.objects.bulk_create(rows)
    for _ in range(3):
        RejectedEvent.objects.create(
            source=made.source,
            envelope_id=2 + _,
            index=0,
            reason="timestamp is not an ISO 8601 time",
            path="timestamp",
            payload='{"type":"track","userId":"u1","timestamp":"yesterday"}',
            received_at=clock.now(),
        )
    an_event(made.person, "Report Exported", pages=12, mapped_from="report_done", email="ada@corp.test")
    return made


def opened(chromium: Browser, live_server: LiveServer, width: int = 1280, scheme: str = "light") -> Page:
    """A page with the session of an administrator."""
    client = Client()
    client.force_login(User.objects.get_or_create(username="boss", is_staff=True, is_superuser=True)[0])
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    context.set_default_timeout(15_000)
    return context.new_page()


def paths(world: World) -> dict[str, str]:
    return {
        "home": "/admin/",
        "live": "/admin/live-events/",
        "sources": "/admin/signals_app/source/",
        "choose": "/admin/signals_app/source/add/",
        "add": "/admin/signals_app/source/add/?kind=stripe",
        "source": f"/admin/signals_app/source/{world.source.pk}/change/",
        "mapping": "/admin/signals_app/eventmapping/add/",
        "meter": "/admin/signals_app/meter/add/",
        "account": f"/admin/people_app/account/{world.enrollment.account_id}/change/",
    }


@pytest.mark.parametrize(("width", "scheme"), [("wide", "light"), ("narrow", "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, live_server: LiveServer, world: World, width: str, scheme: str
) -> None:
    page, found = opened(chromium, live_server, WIDTHS[width], scheme), []
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for name, path in paths(world).items():
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        for summary in page.locator("#live .upsell-event summary").all()[:5]:
            if not summary.evaluate("node => node.parentElement.open"):
                summary.click()
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
        found += [f"{name}: {one}" for one in violations(page)]
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if overflow > 0:
            found.append(f"{name}: {overflow} px wider than the window")
    page.context.close()
    assert found == []
    assert errors == []


def violations(page: Page) -> list[str]:
    """In what is ours: the theme's own forms and lists are not."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    ours = {"include": [[".upsell-page"], [".upsell-card"], [".upsell-pairs"], [".upsell-spark"]]}
    response = Axe().run(page, context=ours, options={"runOnly": {"type": "tag", "values": tags}}).response
    rules = response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in rules for node in rule["nodes"]]


def test_news_come_by_themselves_and_what_is_open_stays_open(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + "/admin/live-events/")
    page.evaluate("window.same = true")
    row = page.locator(f"#event-{world.event.pk}")
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_text("What became of it")).to_be_visible()
    an_event(world.person, "Came Later")
    expect(page.get_by_text("Came Later").first).to_be_visible()
    expect(row.get_by_text("What became of it")).to_be_visible()
    assert page.evaluate("window.same"), "the page was not loaded anew"
    assert page.evaluate("document.activeElement.id") == f"event-{world.event.pk}-row"
    page.get_by_role("link", name="Pause", exact=True).click()
    expect(page.get_by_text("Paused at")).to_be_visible()
    an_event(world.person, "While Paused")
    with pytest.raises(AssertionError):
        expect(page.get_by_text("While Paused").first).to_be_visible(timeout=4_000)
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("While Paused").first).to_be_visible()
    page.context.close()


def test_the_filters_hold_across_refreshes(chromium: Browser, live_server: LiveServer, world: World) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + "/admin/live-events/")
    page.get_by_label("Event", exact=True).fill("Wanted")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    an_event(world.person, "Unwanted")
    an_event(world.person, "Wanted")
    expect(page.locator("#live").get_by_text("Wanted", exact=True)).to_be_visible()
    assert page.locator("#live").get_by_text("Unwanted").count() == 0
    assert "name=Wanted" in page.url
    page.context.close()


def test_a_new_source_turns_green_by_itself(chromium: Browser, live_server: LiveServer, world: World) -> None:
    fresh, page = a_source(name="Fresh"), opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/source/{fresh.pk}/change/")
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    SourceHour.objects.create(source=fresh, hour=health.hour_of(clock.now()), accepted=1)
    expect(page.get_by_text("1 event arrived")).to_be_visible()
    page.context.close()


def test_a_provider_is_found_while_typing(chromium: Browser, live_server: LiveServer, world: World) -> None:
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/source/add/")
    page.get_by_role("searchbox", name="Find a provider").press_sequentially("zend")
    expect(page.get_by_role("link", name="Stripe")).to_have_count(0)
    page.get_by_role("link", name="Zendesk").click()
    expect(page.get_by_role("heading", name="Zendesk")).to_be_visible()
    page.context.close()


def test_a_mapping_is_tried_out_before_it_is_saved(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/eventmapping/add/")
    page.locator("#id_event").fill("report_done2")
    page.locator("#id_name").fill("Report Exported")
    page.get_by_label("Where it is 1").fill("deep.pages")
    page.get_by_label("Becomes 1").fill("pages")
    page.locator("#sample").fill(
        '{"userId":"u1","type":"track","event":"report_done2","properties":{"deep":{"pages":3}}}'
    )
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("#trial")).to_contain_text("mapped from report_done2")
    expect(page.locator("#trial")).to_contain_text('"pages": 3')
    expect(page.locator("#trial")).to_contain_text("exports: + 1")
    page.locator("#sample").fill('{"userId":"u1","type":"track","event":"","timestamp":"x"}')
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("#trial")).to_contain_text("Would be rejected")
    page.context.close()
