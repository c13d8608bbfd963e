"""The pages of scores in a real browser: signs with their rules, pictures, and axe finds nothing."""

import json

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from signals_app.models import Score, ScoreDefinition
from signals_app.scores import rules
from tests.admin.browser import faults, opened, shot
from tests.admin.test_scores import LEARNED, LIST
from tests.build import an_account
from tests.chromium import chromium
from tests.signals.scores_world import ACTIVE, PAID, a_definition, a_sign, scored, used

__all__ = ["chromium"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]


@pytest.fixture
def health() -> ScoreDefinition:
    """Trained, of two accounts."""
    signs = [
        a_sign("fit", {"all": [PAID, used(3)]}, 3, "Pays and works"),
        a_sign("usage", ACTIVE, 1, "Is there"),
    ]
    definition = a_definition(name="Health", signs=signs)
    weights = {"weights": [1.25, -0.5], "signs": rules.fingerprint(signs)}
    ScoreDefinition.objects.update(training=LEARNED | weights)
    for group, plan in (("acme", "pro"), ("idle", "free")):
        an_account(group, plan=plan)
    scored()
    return definition


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, live_server: LiveServer, health: ScoreDefinition, width: int, scheme: str
) -> None:
    page, found = opened(chromium, live_server, width, scheme), []
    account = Score.objects.order_by("account")[0].account_id
    for name, path in {
        "scores": LIST,
        "score": f"{LIST}{health.pk}/change/",
        "score-add": f"{LIST}add/",
        "score-of-account": f"/admin/people_app/account/{account}/change/",
    }.items():
        page.goto(live_server.url + path)
        shot(page, f"{name}-folded-{width}-{scheme}")
        for summary in page.locator("summary").all():
            summary.click()
        shot(page, f"{name}-{width}-{scheme}")
        found += [f"{name}: {one}" for one in faults(page)]
    page.context.close()
    assert found == []


def test_each_sign_has_an_editor_of_its_own_and_stays_as_it_was(
    chromium: Browser, live_server: LiveServer, health: ScoreDefinition
) -> None:
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}{LIST}{health.pk}/change/")
    expect(page.locator("[data-rule-word][data-mounted]")).to_have_count(7)
    expect(page.locator("[name=sign_1_points]")).to_be_hidden()
    page.get_by_text("Is there (usage, 1 point)").click()
    page.fill("[name=sign_1_points]", "2")
    expect(page.locator("[name=sign_2_part]")).to_be_hidden()
    page.get_by_role("button", name="Add a sign").click()
    expect(page.locator("[name=sign_2_part]")).to_be_focused()
    expect(page.locator("[name=sign_3_part]")).to_be_hidden()
    page.fill("[name=sign_2_part]", "intent")
    page.fill("[name=sign_2_name]", "Looks at prices")
    page.fill("[name=sign_2_points]", "1.5")
    page.evaluate(
        "rule => { const area = document.querySelector('[name=sign_2_if]'); area.value = rule }",
        json.dumps(used(7)),
    )
    page.click("[name=_continue]")
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.context.close()
    saved = ScoreDefinition.objects.get().signs
    assert saved[:2] == [health.signs[0], {**health.signs[1], "points": 2}]
    assert saved[2] == a_sign("intent", used(7), 1.5, "Looks at prices")
