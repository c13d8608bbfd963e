"""The service worker of docs/channels.md shows what web push sends."""

import json
import re
from pathlib import Path

import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.xdist_group(__name__)
PAGE = Path(__file__).resolve().parents[2] / "docs/channels.md"


def test_it_shows_what_was_pushed(visit: Visit) -> None:
    (worker,) = re.findall(r"```js\n(self\..*?)```", PAGE.read_text(), re.DOTALL)
    page, said = (
        visit.page,
        {"title": "17 of 20", "body": "used", "url": "https://x.test/c/1", "delivery_id": "d1"},
    )
    page.context.grant_permissions(["notifications"])
    visit.site.scripts["/push-worker.js"] = worker
    page.goto(visit.site.host + "/empty")
    devtools, known = page.context.new_cdp_session(page), []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda told: known.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.evaluate(
        "navigator.serviceWorker.register('/push-worker.js').then(() => navigator.serviceWorker.ready)"
    )
    visit.until(lambda: known, "registered")
    push = {"origin": visit.site.host, "registrationId": known[0]["registrationId"], "data": json.dumps(said)}
    devtools.send("ServiceWorker.deliverPushMessage", push)
    look = """navigator.serviceWorker.ready.then(worker => worker.getNotifications()).then(
      all => all.map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url })))"""
    visit.until(lambda: page.evaluate(look), "shown")
    assert page.evaluate(look) == [{"title": "17 of 20", "body": "used", "tag": "d1", "url": said["url"]}]
