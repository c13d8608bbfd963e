"""A browser on a host page with the widget. The browser lives for this folder: while Playwright's loop runs,
Django takes the process for asynchronous and refuses its ORM."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.browser.site import OFFER, Site, start, token

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """Offers one banner unless the test says otherwise."""
    site = Site(offers=[dict(OFFER)])
    servers = start(site)
    yield site
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


class Visit:
    """One tab on the host page."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page, self.site, self.frozen = page, site, False

    def open(self, identify: str | None = "ada", show: bool = True, clock: bool = False) -> "Visit":
        """`clock`: the tab's timers stand still from here on, until `pass_ms`."""
        self.frozen = clock
        if clock:
            self.page.clock.install()
        self.page.goto(self.site.host)
        if clock:
            self.page.clock.pause_at(self.page.evaluate("Date.now() / 1000 + 2"))
        if identify:
            self.call("identify", token(identify))
        if show:
            self.call("show")
        return self

    def call(self, *command: Any) -> Any:
        return self.page.evaluate("command => upsell(...command)", list(command))

    def pass_ms(self, milliseconds: int) -> None:
        self.page.clock.run_for(milliseconds)

    def until(self, condition: Callable[[], Any], what: str, step_ms: int = 0) -> None:
        """Real time only bounds the wait; `step_ms` of the tab's time pass before each look."""
        for _ in range(500):
            if step_ms:
                self.pass_ms(step_ms)
            if condition():
                return
            self.turn()
        raise AssertionError(f"never: {what}; seen {self.seen}; received {self.site.kinds()}")

    def turn(self) -> None:
        """Long enough for an answer under way to arrive: a round trip of the page to a server."""
        self.page.evaluate("fetch('/').then(answer => answer.text(), () => 0)")

    def asked(self, times: int) -> None:
        """A wait begins when the answer before it is in, so a frozen tab's time goes on a little meanwhile."""
        looks = 20 if self.frozen else 0
        self.until(lambda: len(self.site.to("/v1/offers")) >= times, f"{times} requests for offers", looks)

    def sent(self, *kinds: str) -> None:
        """Exactly these interactions have arrived and nothing waits to be sent."""
        self.until(lambda: len(self.site.interactions) >= len(kinds) and not self.unsent(), f"sent {kinds}")
        assert sorted(self.site.kinds()) == sorted(kinds)

    def unsent(self) -> list[dict[str, Any]]:
        stored: list[dict[str, Any]] = self.page.evaluate(
            "JSON.parse(localStorage.getItem('upsell:wk_test') || '{}').unsent || []"
        )
        return stored

    @property
    def seen(self) -> list[str]:
        """Names of the widget's events so far."""
        names: list[str] = self.page.evaluate("window.seen")
        return names

    @property
    def offer(self) -> Locator:
        return self.page.locator("upsell-offer [part~=offer]:not([part~=survey])")

    @property
    def survey(self) -> Locator:
        return self.page.locator("upsell-offer [part~=survey]")

    def button(self, name: str) -> Locator:
        return self.page.locator("upsell-offer").get_by_role("button", name=name, exact=True)

    def shown(self) -> "Visit":
        self.offer.wait_for()
        return self


@pytest.fixture
def visit(context: BrowserContext, site: Site) -> Visit:
    return Visit(context.new_page(), site)
