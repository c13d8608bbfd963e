"""Each control of each format says exactly what it means, once."""

import re
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import OFFER

pytestmark = pytest.mark.xdist_group(__name__)

CONTROLS: list[tuple[str, str, dict[str, Any]]] = [
    ("Close", "dismissed", {}),
    ("Not now", "dismissed", {}),
    ("No thanks", "declined", {}),
    ("7 days", "snoozed", {"snooze_days": 7}),
    ("30 days", "snoozed", {"snooze_days": 30}),
    ("90 days", "snoozed", {"snooze_days": 90}),
    ("Stop offers like this", "opted_out", {}),
]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.mark.parametrize("form", ["banner", "modal", "sidebar"])
@pytest.mark.parametrize(("name", "kind", "extra"), CONTROLS, ids=[control[0] for control in CONTROLS])
def test_a_control_sends_its_answer_once(
    visit: Visit, form: str, name: str, kind: str, extra: dict[str, Any]
) -> None:
    visit.site.offers = [{**OFFER, "format": form}]
    visit.open(clock=True).shown()
    visit.button(name).click()
    visit.survey.wait_for()
    visit.sent(kind)
    (body,) = visit.site.interactions
    assert UUID.fullmatch(body.pop("id"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body.pop("at"))
    assert body == {"proposition_id": "prop-1", "kind": kind, **extra}
    headers = visit.site.to("/v1/interactions")[0].headers
    assert (headers["X-Write-Key"], headers["Authorization"][:7]) == ("wk_test", "Bearer ")
    assert kind in visit.seen


@pytest.mark.parametrize(("label", "path"), [("Upgrade", "/upgrade"), ("Chat with us", "/chat")])
def test_a_link_sends_clicked_and_goes_there(visit: Visit, label: str, path: str) -> None:
    visit.open(clock=True).shown()
    visit.page.get_by_role("link", name=label).click()
    visit.page.wait_for_url("**" + path)
    visit.until(lambda: visit.site.interactions, "clicked")
    assert visit.site.kinds() == ["clicked"]


def test_the_page_may_route_a_click_itself(visit: Visit) -> None:
    visit.open().shown()
    visit.page.evaluate("upsell('on', 'clicked', () => false)")
    visit.page.get_by_role("link", name="Upgrade").click()
    visit.until(lambda: visit.offer.count() == 0, "the offer leaves")
    visit.until(lambda: "clicked" in visit.site.kinds(), "clicked")
    assert not visit.page.url.endswith("/upgrade")
    assert visit.survey.count() == 0


def test_escape_dismisses_a_modal(visit: Visit) -> None:
    visit.site.offers = [{**OFFER, "format": "modal"}]
    visit.open(clock=True).shown()
    visit.page.keyboard.press("Escape")
    visit.survey.wait_for()
    visit.sent("dismissed")


def test_the_backdrop_dismisses_a_modal(visit: Visit) -> None:
    visit.site.offers = [{**OFFER, "format": "modal"}]
    visit.open(clock=True).shown()
    visit.page.mouse.click(5, 5)
    visit.survey.wait_for()
    visit.sent("dismissed")


def test_escape_dismisses_a_banner_unless_the_page_has_the_focus(visit: Visit) -> None:
    visit.open(clock=True).shown()
    visit.page.focus("#first")
    visit.page.keyboard.press("Escape")
    assert visit.offer.is_visible()
    visit.button("No thanks").focus()
    visit.page.keyboard.press("Escape")
    visit.survey.wait_for()
    visit.sent("dismissed")


def test_why_is_told_on_request_and_answers_nothing(visit: Visit) -> None:
    visit.open(clock=True).shown()
    why = visit.page.get_by_text(OFFER["why"])
    toggle = visit.button("Why am I seeing this?")
    assert (why.is_visible(), toggle.get_attribute("aria-expanded")) == (False, "false")
    toggle.click()
    assert (why.is_visible(), toggle.get_attribute("aria-expanded")) == (True, "true")
    toggle.click()
    assert not why.is_visible()
    assert visit.site.interactions == []


@pytest.mark.parametrize(
    ("tap", "answer"), [("Helpful", "helpful"), ("Intrusive", "intrusive"), ("Bad timing", "mistimed")]
)
def test_the_survey_is_one_tap(visit: Visit, tap: str, answer: str) -> None:
    visit.open(clock=True).shown()
    visit.button("Not now").click()
    visit.button(tap).click()
    assert visit.page.locator("upsell-offer").count() == 0
    visit.sent("dismissed", "feedback")
    feedback = visit.site.interactions[-1]
    assert feedback["answer"] == answer
    assert "comment" not in feedback


def test_the_survey_takes_a_comment(visit: Visit) -> None:
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.page.get_by_label("Comment (optional)").fill(" I was in a hurry ")
    visit.pass_ms(60_000)  # stays while somebody writes
    visit.button("Bad timing").click()
    visit.sent("declined", "feedback")
    assert visit.site.interactions[-1]["comment"] == "I was in a hurry"


def test_an_unanswered_survey_leaves_by_itself(visit: Visit) -> None:
    visit.open(clock=True).shown()
    visit.button("No thanks").click()
    visit.page.mouse.move(5, 5)
    visit.survey.wait_for()
    visit.pass_ms(20_500)
    visit.sent("declined")
    assert visit.page.locator("upsell-offer").count() == 0


def test_opting_out_is_confirmed_in_words(visit: Visit) -> None:
    visit.open().shown()
    visit.button("Stop offers like this").click()
    assert visit.page.get_by_text("You will get no more offers like this.").is_visible()


def test_an_answered_offer_never_comes_back(visit: Visit) -> None:
    visit.open(clock=True).shown()
    visit.button("Not now").click()
    visit.button("Close").click()
    visit.sent("dismissed")
    visit.call("refresh")
    visit.until(lambda: "empty" in visit.seen, "empty")
    visit.page.reload()
    visit.open()
    visit.until(lambda: "empty" in visit.seen, "empty after a reload")
    assert visit.offer.count() == 0
