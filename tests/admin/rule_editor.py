"""The editor of rules on the page of a new definition, as tests in a browser reach it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page
from pytest_django.live_server_helper import LiveServer

from tests.admin.browser import opened

EVENTS = {
    "fact": "events",
    "measure": "sum",
    "path": "rows",
    "names": ["Report Exported", "Table Made"],
    "window": {"this": "billing_period"},
    "where": [{"path": "tier", "op": "one_of", "value": ["premium", "pro"]}],
    "op": "between",
    "value": [10, 20],
}
SEASON = {
    "fact": "season",
    "name": "black_friday",
    "before": 30,
    "op": "one_of",
    "value": ["before", "during"],
}
ADD = "/admin/signals_app/signaldefinition/add/"
WANTED: dict[str, list[dict[str, Any]]] = {
    "all": [
        {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8},
        {
            "any": [
                {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"},
                {"fact": "trait", "of": "account", "name": "trial_ends_at", "op": "within", "value": [-7, 0]},
            ]
        },
    ]
}
SAID = (
    "Exports used >= 80 % of the limit, and"
    " (account plan is free, or account trial ends at is at most 7 days ahead)"
)


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[Page]:
    page = opened(chromium, live_server)
    page.goto(live_server.url + ADD)
    yield page
    page.context.close()


def editor(page: Page) -> Locator:
    return page.locator(".upsell-rule", has=page.locator("#id_condition"))


def held(page: Page) -> Any:
    return json.loads(page.locator("#id_condition").input_value() or "{}")


def item(page: Page, name: str) -> Locator:
    return editor(page).get_by_role("group", name=name, exact=True)


def build(page: Page) -> None:
    box = editor(page)
    box.get_by_role("button", name="Add a condition").click()
    first = item(page, "condition 1 of 1")
    first.get_by_label("Asks for").select_option("entitlement")
    first.get_by_label("Resource").fill("exports")
    first.get_by_label("Value in percent").fill("80")
    box.get_by_role("button", name="Add a group").click()
    plan = item(page, "condition 1 of 1 in group 2 of 2")
    plan.get_by_label("Trait").fill("plan")
    plan.get_by_label("Value", exact=True).fill("free")
    item(page, "group 2 of 2").get_by_role("button", name="Add a condition").click()
    trial = item(page, "condition 2 of 2 in group 2 of 2")
    trial.get_by_label("Trait").fill("trial_ends_at")
    trial.get_by_label("from days").fill("7")


def fill_the_rest(page: Page) -> None:
    page.locator("#id_name").fill("Near the limit")
    page.locator("#id_detector").select_option("frequency")
    settings = page.locator(".upsell-settings-of")
    settings.get_by_label("Event (or several below)", exact=True).fill("Report Exported")
    settings.get_by_label("Count", exact=True).fill("5")
    settings.get_by_label("Days", exact=True).fill("14")


def typed_in(page: Page, rule: Any) -> None:
    """The rule as JSON, and back to the form."""
    box = editor(page)
    if box.get_by_role("button", name="Edit as JSON").count():
        box.get_by_role("button", name="Edit as JSON").click()
    page.locator("#id_condition").fill(json.dumps(rule))
    box.get_by_role("button", name="Back to the form").click()


TOUCH = """box => {
  const keys = [...box.querySelectorAll('.upsell-rule-form :is(input, select)')].map(one => one.dataset.key)
  for (const key of keys) {
    const control = box.querySelector(`[data-key="${key}"]`)
    for (const kind of ['input', 'change']) control.dispatchEvent(new Event(kind, { bubbles: true }))
  }
  return keys.length
}"""

TOUCH_SETTINGS = TOUCH.replace(".upsell-rule-form", ".upsell-settings")
