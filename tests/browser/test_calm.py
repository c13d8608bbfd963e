"""Nothing is shown at a bad moment; the offer waits for a good one."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_asking import hide_tab

pytestmark = pytest.mark.xdist_group(__name__)

Act = Callable[[Visit], object]

BODY = """<input id="field"><div id="rich" contenteditable="true">Text</div>
<div id="checkout">Checkout</div><dialog id="dialog">Sure?<button>Yes</button></dialog>"""


def js(code: str) -> Act:
    return lambda visit: visit.page.evaluate(code)


MOMENTS: dict[str, tuple[Act, Act]] = {
    "typing": (js("document.querySelector('#field').focus()"), js("document.activeElement.blur()")),
    "rich text": (js("document.querySelector('#rich').focus()"), js("document.activeElement.blur()")),
    "quiet zone": (
        js("document.querySelector('#checkout').setAttribute('data-upsell-quiet', '')"),
        js("document.querySelector('#checkout').removeAttribute('data-upsell-quiet')"),
    ),
    "dialog": (
        js("document.querySelector('#dialog').showModal()"),
        js("document.querySelector('#dialog').close()"),
    ),
    "hidden tab": (lambda visit: hide_tab(visit, True), lambda visit: hide_tab(visit, False)),
    "canShow": (
        js("window.busy = true; upsell('canShow', () => !busy)"),
        js("window.busy = false"),
    ),
    "paused": (js("upsell('pause')"), js("upsell('resume')")),
    "full screen": (
        js(
            "Object.defineProperty(document, 'fullscreenElement', {configurable: true, value: document.body})"
        ),
        js("Object.defineProperty(document, 'fullscreenElement', {configurable: true, value: null})"),
    ),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_waits_for_a_better_moment(visit: Visit, moment: str) -> None:
    begin, end = MOMENTS[moment]
    visit.site.body = BODY
    visit.open(clock=True, show=False)
    begin(visit)
    visit.call("show")
    visit.pass_ms(10_000)
    visit.turn()
    visit.pass_ms(10_000)
    assert visit.offer.count() == 0
    end(visit)
    visit.pass_ms(300)
    visit.until(visit.offer.count, f"shown after {moment}", step_ms=300)


@pytest.mark.parametrize("act", ["keyboard", "pointer", "wheel"])
def test_it_waits_a_second_and_a_half_after_input(visit: Visit, act: str) -> None:
    visit.open(clock=True, show=False)
    {
        "keyboard": lambda: visit.page.keyboard.press("Shift"),
        "pointer": lambda: visit.page.mouse.click(600, 300),
        "wheel": lambda: visit.page.mouse.wheel(0, 10),
    }[act]()
    visit.turn()
    visit.call("show")
    visit.until(lambda: "pending" in visit.call("debug") and visit.call("debug")["pending"], "an offer waits")
    visit.pass_ms(1_400)
    assert visit.offer.count() == 0
    visit.pass_ms(200)
    assert visit.offer.count() == 1


def test_beforeshow_may_veto(visit: Visit) -> None:
    visit.open(show=False)
    visit.page.evaluate("upsell('on', 'beforeshow', offer => { window.vetoed = offer.offer; return false })")
    visit.call("show")
    visit.until(lambda: visit.page.evaluate("window.vetoed") == "pro-plan", "vetoed")
    visit.page.evaluate("upsell('refresh')")
    visit.asked(2)
    assert visit.offer.count() == 0
    assert visit.site.interactions == []


def test_a_broken_listener_stops_nothing(visit: Visit) -> None:
    errors: list[str] = []
    visit.page.on("pageerror", lambda error: errors.append(error.message))
    visit.open(show=False)
    visit.page.evaluate("upsell('on', 'beforeshow', () => { throw Error('mistake of the page') })")
    visit.call("show")
    visit.shown()
    visit.until(lambda: errors == ["mistake of the page"], "reported to the page")


def test_pause_takes_the_offer_down_unanswered_and_resume_brings_it_back(visit: Visit) -> None:
    visit.open().shown()
    visit.call("pause")
    assert visit.offer.count() == 0
    visit.call("resume")
    visit.shown()
    assert set(visit.site.kinds()) <= {"viewed"}


def test_entering_a_quiet_view_takes_the_offer_down(visit: Visit) -> None:
    visit.open(clock=True).shown()
    visit.page.evaluate(
        "history.pushState({}, '', '/checkout');"
        "document.querySelector('main').setAttribute('data-upsell-quiet', '')"
    )
    visit.pass_ms(150)
    assert visit.offer.count() == 0
    assert visit.site.interactions == []
