"""The service worker of docs/channels.md shows what web push sends."""

import json
import re
from pathlib import Path

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.xdist_group(__name__)
PAGE = Path(__file__).resolve().parents[2] / "docs/channels.md"


# A browser without windows keeps no notifications, so the page is told what would have been shown.
TELL = """self.registration.showNotification = async (title, options) => {
  for (const page of await clients.matchAll({ includeUncontrolled: true })) page.postMessage({ title, ...options })
}
"""


def test_it_shows_what_was_pushed(visit: Visit) -> None:
    (worker,) = re.findall(r"```js\n(self\..*?)```", PAGE.read_text(), re.DOTALL)
    page = visit.page
    links = {"url": "https://x.test/c/1", "stop_url": "https://x.test/p/1"}
    said = {"title": "17 of 20", "body": "used", "delivery_id": "d1", **links}
    visit.site.scripts["/push-worker.js"] = TELL + worker
    page.goto(visit.site.host + "/empty")
    devtools, known = page.context.new_cdp_session(page), []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.evaluate(
        """async () => {
          window.shown = []
          navigator.serviceWorker.addEventListener('message', event => shown.push(event.data))
          navigator.serviceWorker.startMessages()
          await navigator.serviceWorker.register('/push-worker.js')
          await navigator.serviceWorker.ready
        }"""
    )
    visit.until(lambda: known, "registered")
    push = {"origin": visit.site.host, "registrationId": known[0]["registrationId"], "data": json.dumps(said)}
    devtools.send("ServiceWorker.deliverPushMessage", push)
    visit.until(lambda: page.evaluate("shown.length"), "shown")
    assert page.evaluate("shown") == [{"title": "17 of 20", "body": "used", "tag": "d1", "data": links}]
