"""The editor of rules in a real browser: by clicking and typing, by keyboard alone, and without loss."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from signals_app import references
from signals_app.models import SeenProperty, SignalDefinition
from tests.admin.browser import shot
from tests.admin.rule_editor import (
    ADD,
    SAID,
    TOUCH,
    WANTED,
    build,
    editor,
    fill_the_rest,
    held,
    item,
    page,
    typed_in,
)
from tests.build import a_source
from tests.chromium import chromium
from tests.rules import drawn
from upsell_project.lib import clock
from upsell_project.lib.rules import wording, writing
from upsell_project.lib.rules.tree import Rule

__all__ = ["chromium", "page"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]


def test_a_rule_is_built_by_clicking_and_typing_and_comes_back_as_it_was(page: Page) -> None:
    build(page)
    expect(editor(page).locator(".upsell-rule-sentence")).to_have_text(SAID)
    assert held(page) == WANTED
    fill_the_rest(page)
    shot(page, "built")
    page.locator("[name=_continue]").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    saved = SignalDefinition.objects.get()
    assert saved.condition == WANTED
    assert saved.config == {"event": "Report Exported", "count": 5, "days": 14}
    shot(page, "saved")
    expect(item(page, "condition 1 of 2").get_by_label("Value in percent")).to_have_value("80")
    expect(item(page, "condition 2 of 2 in group 2 of 2").get_by_label("from days")).to_have_value("7")
    expect(editor(page).locator(".upsell-rule-sentence")).to_have_text(SAID)
    assert held(page) == WANTED


def test_any_rule_goes_through_the_form_and_back_without_loss(page: Page) -> None:
    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(drawn.rules)
    def goes_through(rule: Rule) -> None:
        raw = json.loads(json.dumps(writing.written(rule)))
        typed_in(page, raw)
        assert editor(page).locator("[data-key$='.json']").count() == 0, "the form shows all of it"
        assert editor(page).evaluate(TOUCH) > 0
        assert held(page) == raw, "what each control shows is what there is"
        expect(editor(page).locator(".upsell-rule-sentence")).to_have_text(wording.sentence(rule))
        wrong = len(references.problems(rule))
        counted = f"{wrong} problem{'s' * (wrong > 1)}." if wrong else ""
        expect(editor(page).locator(".upsell-rule-status")).to_have_text(counted)

    goes_through()


def test_what_the_form_cannot_show_stays_as_json_in_its_place(page: Page) -> None:
    odd = {"fact": "weather", "sky": ["gray"], "op": "is", "value": True}
    rule: dict[str, list[Any]] = {
        "any": [WANTED["all"][0], {"not": odd}, {"all": [odd], "because": "of that"}]
    }
    typed_in(page, rule)
    pieces = editor(page).locator("[data-key$='.json']")
    expect(pieces).to_have_count(2)
    item(page, "condition 1 of 3").get_by_label("Value in percent").fill("70")
    rule["any"][0] = {**WANTED["all"][0], "value": 0.7}
    assert held(page) == rule
    pieces.first.fill(json.dumps({"fact": "segment", "slug": "vip", "op": "is", "value": True}))
    editor(page).get_by_role("button", name="Show it in the form").first.click()
    expect(pieces).to_have_count(1)
    expect(editor(page).get_by_label("Segment")).to_have_value("vip")
    pieces.first.fill("{")
    expect(item(page, "condition 3 of 3")).to_contain_text("This is no JSON")
    page.locator("[name=_continue]").click()
    expect(pieces.first).to_be_focused()


def test_a_number_that_a_script_would_round_stays_json(page: Page) -> None:
    text = '{"fact": "trait", "of": "account", "name": "n", "op": "is", "value": 12345678901234567890}'
    editor(page).get_by_role("button", name="Edit as JSON").click()
    page.locator("#id_condition").fill(text)
    editor(page).get_by_role("button", name="Back to the form").click()
    expect(page.locator("#id_condition")).to_be_visible()
    expect(editor(page).locator(".upsell-rule-status")).to_contain_text("more digits than the form can keep")
    assert page.locator("#id_condition").input_value() == text


def test_problems_are_said_at_their_condition_once_it_is_left(page: Page) -> None:
    box = editor(page)
    build(page)
    added = item(page, "group 2 of 2").get_by_role("button", name="Add a condition")
    added.click()
    third = item(page, "condition 3 of 3 in group 2 of 2")
    expect(box.get_by_role("status")).to_have_text("A condition is not complete yet.")
    expect(third.locator("li")).to_have_count(0)
    page.locator("#id_name").focus()
    expect(third.locator("li")).to_have_text(["Choose a trait."])
    expect(third.get_by_label("Trait", exact=True)).to_have_attribute("aria-invalid", "true")
    described = third.get_by_label("Trait", exact=True).get_attribute("aria-describedby")
    expect(page.locator(f"#{described}")).to_contain_text("Choose a trait.")
    third.get_by_label("Trait", exact=True).fill("x" * 200)
    expect(third.locator("li:not(.upsell-rule-advice)")).to_have_count(0)
    third.get_by_label("Asks for").select_option("events")
    third.get_by_role("button", name="Only with a property").click()
    expect(third.locator("li")).to_have_text(["Choose a property."])
    third.get_by_label("Asks for").select_option("trait")
    expect(box.get_by_role("status")).to_have_text("1 problem.")
    expect(item(page, "condition 1 of 2").locator(".upsell-rule-problems li")).to_have_count(0)
    shot(page, "problems")
    box.get_by_role("button", name="Edit as JSON").click()
    expect(box.locator(".upsell-rule-all")).to_contain_text("all[1].any[2].name must not be empty")
    page.locator("#id_condition").fill('{"all": ')
    expect(box.locator(".upsell-rule-all")).to_contain_text("The rule is no JSON")
    box.get_by_role("button", name="Back to the form").click()
    expect(page.locator("#id_condition")).to_be_visible()


def test_what_is_refused_on_save_is_shown_at_its_place_again(page: Page) -> None:
    typed_in(page, {"all": [WANTED["all"][0], {**WANTED["all"][0], "value": "much"}]})
    fill_the_rest(page)
    page.locator("[name=_continue]").click()
    expect(page.get_by_text("all[1].value must be a number").first).to_be_visible()
    expect(item(page, "condition 2 of 2")).to_contain_text("Value must be a number")
    assert not SignalDefinition.objects.exists()


def test_conditions_are_weighed_moved_taken_back_and_done_again(page: Page) -> None:
    build(page)
    box = editor(page)
    item(page, "The rule").get_by_label("How they are joined").first.select_option("enough")
    item(page, "condition 1 of 2").get_by_label("Weight").fill("3")
    box.get_by_label("At least so many percent of all weights").fill("75")
    enough = {
        "weighed": [{"weight": 3, "if": WANTED["all"][0]}, {"weight": 1, "if": WANTED["all"][1]}],
        "at_least": 0.75,
    }
    assert held(page) == enough
    box.get_by_role("button", name="Take out of the group condition 2 of 2 in group 2 of 2").click()
    assert [one["if"].get("fact") for one in held(page)["weighed"]] == ["entitlement", None, "trait"]
    box.get_by_role("button", name="Put into a group condition 3 of 3").click()
    assert held(page) == enough
    box.get_by_role("button", name="Remove group 2 of 2", exact=True).click()
    assert len(held(page)["weighed"]) == 1
    box.get_by_role("button", name="Undo").click()
    assert held(page) == enough
    box.get_by_role("button", name="Redo").click()
    assert len(held(page)["weighed"]) == 1
    box.get_by_role("button", name="Redo").focus()
    page.keyboard.press("Control+z")
    assert held(page) == enough
    item(page, "group 2 of 2").get_by_label("How they are joined").select_option("none")
    assert held(page)["weighed"][1]["if"] == {"not": WANTED["all"][1]}


def test_a_rule_is_written_with_the_keyboard_alone(page: Page) -> None:
    keys = page.keyboard
    page.locator("#id_about").focus()
    for _ in range(8):
        keys.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Add a condition":
            break
    keys.press("Enter")
    keys.type("Use")
    keys.press("Tab")
    keys.type("exports")
    for _ in range(3):
        keys.press("Tab")
    keys.press("Control+a")
    keys.type("80")
    assert held(page) == WANTED["all"][0]
    while page.evaluate("document.activeElement.textContent") != "Add a condition":
        keys.press("Tab")
    keys.press("Enter")
    while page.evaluate("document.activeElement.value") != "segment":
        keys.press("ArrowDown")
    keys.press("Tab")
    keys.type("vip")
    member = {"fact": "segment", "slug": "vip", "op": "is", "value": True}
    assert held(page) == {"all": [WANTED["all"][0], member]}
    while page.evaluate("document.activeElement.textContent") != "↑":
        keys.press("Tab")
    keys.press("Alt+ArrowUp")
    assert held(page) == {"all": [member, WANTED["all"][0]]}
    keys.press("Alt+ArrowRight")
    assert held(page) == {"all": [{"any": [member]}, WANTED["all"][0]]}
    assert page.evaluate("document.activeElement.dataset.key.endsWith('.in')"), "the focus stays with it"
    keys.press("Alt+ArrowLeft")
    assert held(page) == {"all": [member, WANTED["all"][0]]}
    keys.press("Control+z")
    keys.press("Control+z")
    keys.press("Control+z")
    assert held(page) == {"all": [WANTED["all"][0], member]}


def test_pickers_offer_what_was_seen_and_give_values_its_type(page: Page, live_server: LiveServer) -> None:
    source, now = a_source(name="Seen"), clock.now()
    for path, kind in (("", ""), ("rows", "number"), ("paid", "boolean")):
        SeenProperty.objects.create(source=source, name="Table Made", path=path, type=kind, last_seen_at=now)
    page.goto(live_server.url + ADD)
    offered = page.locator("#id_condition-events option[value='Table Made']")
    expect(offered).to_have_count(1)
    editor(page).get_by_role("button", name="Add a condition").click()
    only = item(page, "condition 1 of 1")
    only.get_by_label("Asks for").select_option("events")
    with page.expect_response("**/choices/?event=*"):
        only.get_by_label("Event", exact=True).fill("Table Made")
    only.get_by_role("button", name="Only with a property").click()
    only.get_by_label("Property 1", exact=True).fill("rows")
    only.get_by_label("Value", exact=True).first.fill("100")
    only.get_by_role("button", name="Only with a property").click()
    only.get_by_label("Property 2", exact=True).fill("paid")
    assert held(page)["where"] == [
        {"path": "rows", "op": "at_least", "value": 100},
        {"path": "paid", "op": "is", "value": True},
    ]
    paths = page.locator("#id_condition-paths option")
    assert {one.get_attribute("value") for one in paths.all()} == {"rows", "paid"}


def test_what_is_chosen_first_and_typed_then_is_shown_as_it_is_kept(page: Page) -> None:
    """A select that was chosen from stays where it is, what is around it is drawn anew."""
    editor(page).get_by_role("button", name="Add a condition").click()
    only = item(page, "condition 1 of 1")
    only.get_by_label("Of", exact=True).focus()
    page.keyboard.press("ArrowUp")
    expect(only.get_by_label("Of", exact=True)).to_have_value("person")
    trait = only.get_by_label("Trait", exact=True)
    trait.press_sequentially("last_seen_at")
    expect(only.get_by_label("Comparison")).to_have_value("within")
    expect(only.get_by_label("from days", exact=True)).to_have_value("7")
    only.get_by_label("from days", exact=True).fill("30")
    expect(trait).to_have_value("last_seen_at")
    assert held(page) == {
        "fact": "trait",
        "of": "person",
        "name": "last_seen_at",
        "op": "within",
        "value": [-30, 0],
    }


def test_a_property_after_its_comparison_was_chosen_is_shown_as_it_is_kept(
    page: Page, live_server: LiveServer
) -> None:
    SeenProperty.objects.create(
        source=a_source(name="Seen"), name="Table Made", path="rows", type="number", last_seen_at=clock.now()
    )
    page.goto(live_server.url + ADD)
    editor(page).get_by_role("button", name="Add a condition").click()
    only = item(page, "condition 1 of 1")
    only.get_by_label("Asks for").select_option("events")
    with page.expect_response("**/choices/?event=*"):
        only.get_by_label("Event", exact=True).fill("Table Made")
    only.get_by_role("button", name="Only with a property").click()
    first = only.get_by_role("group", name="Only with")
    first.get_by_label("Comparison").focus()
    for key in ("ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(first.get_by_label("Comparison")).to_have_value("is")
    first.get_by_label("Property 1", exact=True).press_sequentially("rows")
    expect(first.get_by_label("Comparison")).to_have_value("at_least")
    first.get_by_label("Value", exact=True).fill("100")
    assert held(page)["where"] == [{"path": "rows", "op": "at_least", "value": 100}]


def test_nothing_moves_away_while_the_pointer_is_down(page: Page) -> None:
    box = editor(page)
    box.get_by_role("button", name="Add a condition").click()
    expect(box.get_by_role("status")).to_have_text("A condition is not complete yet.")
    button = box.get_by_role("button", name="Add a condition")
    button.hover()
    page.mouse.down()
    expect(item(page, "condition 1 of 1").locator("li")).to_have_count(0)
    page.mouse.up()
    expect(item(page, "condition 2 of 2")).to_be_visible()
    expect(item(page, "condition 1 of 2")).to_contain_text("Choose a trait.")
