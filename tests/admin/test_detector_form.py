"""The page of a definition in a real browser: the settings of its detector as a form, what it found, in any window."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from campaigns_app import starter_pack
from signals_app.models import Signal, SignalDefinition
from tests.admin.browser import opened, shot, violations
from tests.admin.rule_editor import (
    EVENTS,
    SEASON,
    TOUCH_SETTINGS,
    WANTED,
    fill_the_rest,
    page,
)
from tests.build import a_person
from tests.chromium import chromium
from upsell_project.lib import clock

__all__ = ["chromium", "page"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]
STARTER = Path(starter_pack.__file__).with_name("signals.yaml")


def test_settings_of_every_detector_go_through_the_form_and_back_without_loss(page: Page) -> None:
    starter_pack.load()
    box, area = page.locator(".upsell-settings-of"), page.locator("#id_config")
    tried = set()
    for one in yaml.safe_load(STARTER.read_text())["signals"]:
        tried.add(one["detector"])
        page.locator("#id_detector").select_option(one["detector"])
        box.get_by_role("button", name="Edit settings as JSON").click()
        area.fill(json.dumps(one["config"]))
        box.get_by_role("button", name="Back to the form").click()
        assert box.evaluate(TOUCH_SETTINGS) > 0
        assert json.loads(area.input_value()) == one["config"], one["slug"]
        expect(box.locator(".upsell-rule-sentence:visible").first).to_contain_text(" ")
        expect(box.locator(":scope > .upsell-rule-status")).to_have_text("")
    assert len(tried) >= 12


def test_what_is_wrong_with_settings_is_said_at_the_setting(page: Page) -> None:
    fill_the_rest(page)
    count = page.locator("[data-setting=count]")
    count.get_by_label("Count").fill("0")
    expect(count).to_contain_text("must be a whole number from 1")
    count.get_by_label("Count").fill("7")
    expect(count.locator("li")).to_have_count(0)
    page.locator("#id_detector").select_option("composite")
    expect(page.locator(".upsell-settings-of > .upsell-rule-status")).to_contain_text("not complete yet")
    page.locator("#id_detector").select_option("frequency")
    expect(page.locator("[data-setting=count]").get_by_label("Count")).to_have_value("7")


def test_what_is_empty_in_a_rule_is_said_once_and_not_before_it_is_left(page: Page) -> None:
    page.locator("#id_detector").select_option("rule")
    rule = page.locator("[data-setting=rule]")
    rule.get_by_role("button", name="Add a condition").click()
    expect(page.locator(".upsell-settings-of > .upsell-rule-status")).to_have_text(
        "The settings are not complete yet."
    )
    expect(rule.get_by_role("status")).to_have_text("A condition is not complete yet.")
    expect(rule.locator("li")).to_have_count(0)
    page.locator("#id_name").focus()
    expect(rule.locator("li")).to_have_text(["Choose a trait."])
    rule.get_by_label("Trait", exact=True).fill("plan")
    expect(rule.locator("li")).to_have_count(0)


@pytest.mark.parametrize(
    ("width", "scheme"), [(1200, "light"), (375, "dark"), (375, "light"), (1200, "dark")]
)
def test_it_fits_any_window_and_axe_finds_nothing(
    chromium: Browser, live_server: LiveServer, transactional_db: None, width: int, scheme: str
) -> None:
    definition = SignalDefinition.objects.create(
        slug="near",
        name="Near the limit",
        description="Somebody who uses nearly all of a limit is helped most by more of it.",
        detector="composite",
        config={
            "mode": "weighted",
            "at_least": 0.6,
            "parts": [{"if": WANTED["all"][0], "weight": 2}, {"if": EVENTS, "weight": 1}],
        },
        condition={"all": [*WANTED["all"], {"not": SEASON}]},
    )
    person, now = a_person("ada"), clock.now()
    for number, back in enumerate((0, 0, 1, 3, 3, 3, 9, 20)):
        Signal.objects.create(
            definition=definition,
            definition_version=1,
            person=person,
            confidence=1,
            detected_at=now - timedelta(days=back),
            expires_at=now,
            dedupe_key=str(number),
        )
    page = opened(chromium, live_server, width, scheme)
    page.goto(f"{live_server.url}/admin/signals_app/signaldefinition/{definition.pk}/change/")
    expect(page.locator("#about-definition")).to_contain_text("Found 8 times in the last 30 days")
    expect(page.locator("#about-definition")).to_contain_text("helped most")
    expect(page.locator(".upsell-settings-of > .upsell-rule-sentence")).to_contain_text(
        "Together: (at least 60 % of the weights: 2 for exports used"
    )
    page.locator("#id_name").scroll_into_view_if_needed()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.add_style_tag(content="#submit-row, [id*=submit] { position: static !important }")
    shot(page, f"editor-{width}-{scheme}")
    assert overflow <= 0
    assert violations(page) == []
    page.context.close()
