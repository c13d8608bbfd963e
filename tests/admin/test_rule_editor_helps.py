"""What the editor of rules does by itself: it asks accounts what they can be asked, and says what never came."""

import pytest
from playwright.sync_api import Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from signals_app.models import SeenProperty
from tests.admin.browser import shot
from tests.admin.rule_editor import ADD, WANTED, editor, held, item, page, typed_in
from tests.admin.world import a_definition
from tests.build import a_source, an_account
from tests.chromium import chromium
from upsell_project.lib import clock

__all__ = ["chromium", "page"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]
SCORE = "/admin/signals_app/scoredefinition/add/"


def test_what_is_about_an_account_begins_with_the_account(page: Page, live_server: LiveServer) -> None:
    page.locator("#id_about").select_option("account")
    editor(page).get_by_role("button", name="Add a condition").click()
    only = item(page, "condition 1 of 1")
    for kind, begins in (("events", {"names": []}), ("sequence", {"names": ["", ""]})):
        only.get_by_label("Asks for").select_option(kind)
        assert held(page).items() >= {"of": "account", **begins}.items()
    expect(only.get_by_label("Of", exact=True).locator("option")).to_have_text(["the whole account"])
    expect(only.get_by_label("Asks for").locator("option[value=segment]")).to_have_count(0)
    page.locator("#id_about").select_option("person")
    expect(only.get_by_label("Of", exact=True).locator("option")).to_have_count(2)
    only.get_by_label("Of", exact=True).select_option("person")
    only.get_by_label("First", exact=True).fill("A")
    only.get_by_label("then another event", exact=True).first.fill("B")
    page.locator("#id_name").focus()
    page.locator("#id_about").select_option("account")
    expect(only).to_contain_text("It asks about a person: choose “the whole account” at “Of”.")
    expect(only.get_by_label("Of", exact=True)).to_have_attribute("aria-invalid", "true")
    shot(page, "of-a-person")
    only.get_by_label("Of", exact=True).select_option("account")
    expect(only).not_to_contain_text("It asks about a person")
    page.goto(live_server.url + SCORE)
    sign = page.locator(".upsell-rule", has=page.locator("#id_sign_0_if"))
    sign.get_by_role("button", name="Add a condition").click()
    sign.get_by_label("Asks for").select_option("events")
    expect(sign.get_by_label("Of", exact=True)).to_have_value("account")


def test_an_event_that_never_came_is_said_and_refuses_nothing(page: Page, live_server: LiveServer) -> None:
    SeenProperty.objects.create(
        source=a_source(), name="Report Exported", path="", type="", last_seen_at=clock.now()
    )
    page.goto(live_server.url + ADD)
    said = "No event “Report Exportd” was received yet. Did you mean “Report Exported”?"
    page.locator("#id_detector").select_option("frequency")
    event = page.locator("[data-setting=event]")
    event.get_by_role("combobox").fill("Report Exportd")
    page.locator("[data-setting=count] input").fill("5")
    page.locator("[data-setting=days] input").fill("14")
    expect(event.locator("li.upsell-rule-advice")).to_have_text([said])
    editor(page).get_by_role("button", name="Add a condition").click()
    only = item(page, "condition 1 of 1")
    only.get_by_label("Asks for").select_option("events")
    only.get_by_label("Event", exact=True).fill("Report Exportd")
    page.locator("#id_name").focus()
    expect(only.locator("li.upsell-rule-advice")).to_have_text([said])
    expect(editor(page).get_by_role("status")).to_have_text("")
    shot(page, "never-came")
    only.get_by_label("Event", exact=True).fill("Report Exported")
    expect(only.locator("li")).to_have_count(0)


def test_pickers_mark_what_never_came_and_offer_the_values_of_a_trait(
    page: Page, live_server: LiveServer
) -> None:
    an_account(plan="free")
    page.goto(live_server.url + ADD)
    planned = page.locator("#id_condition-events option[value='Pricing Viewed']")
    expect(planned).to_have_attribute("label", "Pricing Viewed (not received yet)")
    editor(page).get_by_role("button", name="Add a condition").click()
    only = item(page, "condition 1 of 1")
    only.get_by_label("Trait", exact=True).fill("plan")
    only.get_by_label("Value", exact=True).focus()
    values = page.locator(f"#{only.get_by_label('Value', exact=True).get_attribute('list')} option")
    assert [one.get_attribute("value") for one in values.all()] == ["free"]


def test_the_whole_sentence_is_said_once_and_not_as_what_arms_it_again(page: Page) -> None:
    page.locator("#id_detector").select_option("rule")
    together = page.locator(".upsell-settings-of > .upsell-rule-sentence")
    rule = page.locator("[data-setting=rule]")
    rule.get_by_role("button", name="Add a condition").click()
    with page.expect_response("**/check/"):
        rule.get_by_label("Trait", exact=True).fill("plan")
    expect(rule.locator(".upsell-rule-sentence")).to_have_text("Account plan is")
    expect(together).to_be_hidden()
    typed_in(page, WANTED["all"][0])
    expect(together).to_have_text("Together: Account plan is , and exports used >= 80 % of the limit")


def test_what_is_not_saved_is_asked_about_before_it_is_left(page: Page, live_server: LiveServer) -> None:
    definition = a_definition()
    url = f"{live_server.url}/admin/signals_app/signaldefinition/{definition.pk}/change/"
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(url)
    page.get_by_role("link", name="Test on a person").click()
    page.wait_for_url("**/try/")
    page.goto(url)
    editor(page).get_by_role("button", name="Add a condition").click()
    page.get_by_role("link", name="Test on a person").click()
    expect(editor(page).get_by_label("Asks for")).to_be_visible()
    assert (asked, page.url) == (["beforeunload"], url)
    editor(page).get_by_label("Trait", exact=True).fill("plan")
    editor(page).get_by_label("Value", exact=True).fill("pro")
    page.locator("[name=_continue]").click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.get_by_role("link", name="Test on a person").click()
    page.wait_for_url("**/try/")
    assert asked == ["beforeunload"]


def test_each_event_in_order_has_properties_of_its_own(page: Page, live_server: LiveServer) -> None:
    source, now = a_source(name="Seen"), clock.now()
    for event, path, kind in (
        ("Trial Started", "plan", "string"),
        ("Feature Denied", "times", "number"),
        ("Feature Denied", "feature", "string"),
    ):
        for one in ("", path):
            SeenProperty.objects.get_or_create(
                source=source, name=event, path=one, defaults={"type": one and kind, "last_seen_at": now}
            )
    page.goto(live_server.url + ADD)
    editor(page).get_by_role("button", name="Add a condition").click()
    only = item(page, "condition 1 of 1")
    only.get_by_label("Asks for").select_option("sequence")
    only.get_by_label("First", exact=True).fill("Trial Started")
    with page.expect_response("**/choices/?event=*"):
        only.get_by_label("then another event", exact=True).fill("Feature Denied")
    assert "where" not in held(page)
    second = only.get_by_role("group", name="Event 2 only with")
    second.get_by_role("button", name="Only with a property").click()
    expect(only.locator("li")).to_have_count(0)
    expect(second.get_by_label("Property 1", exact=True)).to_be_focused()
    paths = page.locator("#id_condition-paths option")
    expect(paths).to_have_count(2)
    assert {one.get_attribute("value") for one in paths.all()} == {"times", "feature"}
    second.get_by_label("Property 1", exact=True).fill("times")
    second.get_by_label("Value", exact=True).fill("2")
    times = {"path": "times", "op": "at_least", "value": 2}
    assert held(page)["where"] == [[], [times]]
    first = only.get_by_role("group", name="Event 1 only with")
    first.get_by_role("button", name="Only with a property").click()
    expect(paths).to_have_count(1)
    assert {one.get_attribute("value") for one in paths.all()} == {"plan"}
    page.locator("#id_name").focus()
    expect(only.locator("li")).to_have_text(["Choose a property."])
    expect(first.get_by_label("Property 1", exact=True)).to_have_attribute("aria-invalid", "true")
    first.get_by_label("Property 1", exact=True).fill("plan")
    first.get_by_label("Value", exact=True).fill("pro")
    said = (
        "How often Trial Started (where plan is pro) then Feature Denied (where times >= 2) in 14 days >= 1"
    )
    expect(editor(page).locator(".upsell-rule-sentence")).to_have_text(said)
    shot(page, "in-order")
    plan = {"path": "plan", "op": "is", "value": "pro"}
    only.get_by_role("button", name="then another event …").click()
    assert held(page)["where"] == [[plan], [times], []]
    only.get_by_role("button", name="Remove event 1", exact=True).click()
    assert (held(page)["names"], held(page)["where"]) == (["Feature Denied", ""], [[times], []])
    only.get_by_role("button", name="Remove property 1").click()
    assert "where" not in held(page)


def test_what_another_measure_would_ignore_goes_with_the_one_that_used_it(page: Page) -> None:
    done = {"fact": "events", "names": ["Walked"], "window": {"days": 7}, "op": "at_least", "value": 5}
    typed_in(page, done | {"measure": "sum", "path": "rows"})
    measure = editor(page).get_by_label("Measure")
    measure.select_option("session")
    assert held(page) == done | {"measure": "session"}
    editor(page).get_by_label("Minutes of silence that end a visit").fill("45")
    assert held(page) == done | {"measure": "session", "gap": 45}
    measure.select_option("minutes")
    assert held(page) == done | {"measure": "minutes", "gap": 45}
    measure.select_option("count")
    assert held(page) == done | {"measure": "count"}
    typed_in(page, done | {"path": "rows"})
    expect(editor(page).locator("li", has_text="The measure count ignores it")).to_be_visible()
    editor(page).get_by_label("Measure").select_option("distinct")
    assert held(page) == done | {"measure": "distinct", "path": "rows"}
