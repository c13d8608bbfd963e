"""A browser with an administrator's session, on pages where there is something to see."""

import os
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from signals_app import health
from signals_app.models import Envelope, RejectedEvent, SourceHour
from tests.admin.world import World, a_world
from tests.build import an_account, an_event
from upsell_project.lib import clock

SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
ERRORS: list[str] = []
"""What scripts of these pages threw; each test ends with none (`conftest.py`)."""
OURS = [".upsell-page", ".upsell-rule", ".upsell-card", ".upsell-pairs", ".upsell-spark", ".upsell-buttons"]


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
            payload='{"type":"track","userId":"ada@corp.test","timestamp":"yesterday"}',
            received_at=clock.now(),
        )
    an_event(made.person, "Report Exported", pages=12, mapped_from="report_done", email="ada@corp.test")
    an_account("bolt")
    for _ in range(4):
        Envelope.objects.create(
            source=made.source, call="track", body=b"{}", received_at=clock.real(), state="done"
        )
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
    context.on("weberror", lambda failed: ERRORS.append(str(failed.error)))
    return context.new_page()


def shot(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def cut(page: Page) -> list[str]:
    """What of tables is cut off at an edge, or only seen by scrolling sideways."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('.upsell-scroll, #result_list td')]
            .filter(one => one.offsetParent)
            .filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
            .map(one => one.textContent.trim().replace(/\\s+/g, ' ').slice(0, 80))"""
    )
    return found


def violations(page: Page) -> list[str]:
    """In what is ours: the theme's own forms and lists are not."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    ours = [name for name in OURS if page.locator(name).count()]
    if not ours:
        return []
    # The theme's bar with the buttons covers whatever lies at the lower edge of a window.
    width = page.evaluate("window.innerWidth")
    page.set_viewport_size({"width": width, "height": page.evaluate("document.body.scrollHeight") + 200})
    options = {"runOnly": {"type": "tag", "values": tags}}
    found = Axe().run(page, context={"include": [[name] for name in ours]}, options=options)
    rules = found.response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in rules for node in rule["nodes"]]


def faults(page: Page, cut_too: bool = False) -> list[str]:
    """What somebody would stumble over: axe's findings, a page wider than its window, cut tables on a telephone."""
    found = violations(page)
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over > 0:
        found.append(f"{over} px wider than the window")
    if cut_too or page.evaluate("innerWidth < 640"):
        found += [f"cut: {one}" for one in cut(page)]
    return found


def unfold_all(page: Page) -> None:
    """What is folded may be cut off as well."""
    page.evaluate("document.querySelectorAll('.upsell-card details').forEach(one => { one.open = true })")


def swept(
    chromium: Browser,
    server: LiveServer,
    paths: Mapping[str, str],
    width: int,
    scheme: str,
    before: Callable[[Page], object] = unfold_all,
    cut_too: Collection[str] = (),
) -> list[str]:
    """The faults of each of these pages, with its name. `before`: what is done on each before it is looked at."""
    page, found = opened(chromium, server, width, scheme), []
    for name, path in paths.items():
        answer = page.goto(server.url + path)
        assert answer is not None and answer.status == 200, name
        before(page)
        shot(page, f"{name}-{width}-{scheme}")
        found += [f"{name}: {one}" for one in faults(page, cut_too=name in cut_too)]
    page.context.close()
    return found
