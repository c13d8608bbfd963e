"""For everybody: axe, the keyboard, equal weight of the choices, calm motion."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator

from tests.browser.conftest import Visit
from tests.browser.site import OFFER, Site

pytestmark = pytest.mark.xdist_group(__name__)

CHOICES = ["No thanks", "Not now", "Stop offers like this"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("form", ["banner", "modal", "sidebar"])
def test_axe_finds_nothing(browser: Browser, site: Site, form: str, width: int, scheme: Any) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    site.offers = [{**OFFER, "format": form}]
    visit = Visit(context.new_page(), site).open().shown()
    background = visit.offer.evaluate("node => getComputedStyle(node).backgroundColor")
    assert background == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(28, 30, 40)")
    visit.button("Why am I seeing this?").click()
    box = visit.offer.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] >= 0
    assert violations(visit) == []
    visit.button("No thanks").click()
    visit.survey.wait_for()
    assert violations(visit) == []
    context.close()


def violations(visit: Visit) -> list[str]:
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    response = Axe().run(visit.page, options={"runOnly": {"type": "tag", "values": tags}}).response
    assert any(rule["id"] == "color-contrast" for rule in response["passes"])
    return [f"{rule['id']}: {node['html']}" for rule in response["violations"] for node in rule["nodes"]]


def weight(button: Locator) -> dict[str, Any]:
    """What the eye compares: size, type, and contrast of the text with its background."""
    style: dict[str, Any] = button.evaluate(
        """node => {
          const style = getComputedStyle(node), paint = document.createElement('canvas').getContext('2d')
          const light = color => {
            paint.fillStyle = color
            paint.fillRect(0, 0, 1, 1)
            const linear = [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3)
              .map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
            return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2] + .05
          }
          const contrast = (a, b) => Math.max(light(a) / light(b), light(b) / light(a))
          const { width, height } = node.getBoundingClientRect()
          return { width, height, font: style.font, border: style.borderWidth,
            text: contrast(style.color, style.backgroundColor) }
        }"""
    )
    return style


@pytest.mark.parametrize(
    "accent", ["", ":root { --upsell-accent: #0a7d3c }", ":root { --upsell-accent: #b00020 }"]
)
@pytest.mark.parametrize("form", ["banner", "modal", "sidebar"])
def test_refusing_weighs_as_much_as_accepting(visit: Visit, form: str, accent: str) -> None:
    visit.site.offers = [{**OFFER, "format": form}]
    visit.open(show=False)
    visit.page.add_style_tag(content=accent + "upsell-offer { --x: 0 }")
    visit.call("show")
    visit.shown()
    accept = weight(visit.page.get_by_role("link", name="Upgrade"))
    assert accept["text"] >= 4.5
    for name in CHOICES:
        other = weight(visit.button(name))
        assert other["width"] == pytest.approx(accept["width"], abs=1), name
        assert other["height"] >= accept["height"], name
        assert (other["font"], other["border"]) == (accept["font"], accept["border"]), name
        assert other["text"] == pytest.approx(accept["text"], rel=0.15), name
    for name in ["7 days", "30 days", "90 days"]:
        other = weight(visit.button(name))
        assert (other["height"], other["font"]) == (accept["height"], accept["font"]), name


def test_a_modal_takes_the_focus_keeps_it_and_gives_it_back(visit: Visit) -> None:
    visit.site.offers = [{**OFFER, "format": "modal"}]
    visit.open(show=False)
    visit.page.focus("#first")
    visit.call("show")
    visit.shown()
    inside = "document.activeElement.shadowRoot?.activeElement.getAttribute('part')"
    assert visit.page.evaluate(inside) == "offer modal"  # not a button: a stray Enter answers nothing
    assert visit.page.get_by_role("dialog", name=OFFER["headline"]).is_visible()
    parts = []
    for _ in range(10):
        visit.page.keyboard.press("Tab")
        parts.append(visit.page.evaluate(inside))
    assert parts == [
        "close",
        "why-button",
        "secondary",
        "button cta",
        "button decline",
        "button later",
        "button stop",
        "button snooze",
        "button snooze",
        "button snooze",
    ]
    visit.page.keyboard.press("Enter")
    visit.until(lambda: "snoozed" in visit.seen, "snoozed by the keyboard")
    assert visit.page.evaluate("document.activeElement.id") == "first"


@pytest.mark.parametrize("form", ["banner", "sidebar"])
def test_a_region_never_takes_the_focus_and_gives_it_back(visit: Visit, form: str) -> None:
    visit.site.offers = [{**OFFER, "format": form}]
    visit.open(show=False)
    visit.page.focus("#first")
    visit.call("show")
    visit.shown()
    assert visit.page.evaluate("document.activeElement.id") == "first"
    assert visit.page.get_by_role("region", name=OFFER["headline"]).is_visible()
    visit.until(lambda: visit.page.locator("upsell-offer [role=status]").inner_text(), "announced")
    assert visit.page.locator("upsell-offer [role=status]").inner_text() == OFFER["headline"]
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Space")  # the first control is Close
    visit.survey.wait_for()
    assert visit.page.evaluate("document.activeElement.id") == "first"
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Escape")
    assert visit.survey.count() == 0
    assert visit.page.evaluate("document.activeElement.id") == "first"


@pytest.mark.parametrize(("motion", "animation"), [("reduce", "none"), ("no-preference", "in")])
def test_it_moves_only_for_who_likes_motion(visit: Visit, motion: Any, animation: str) -> None:
    visit.page.emulate_media(reduced_motion=motion)
    visit.open().shown()
    assert visit.offer.evaluate("node => getComputedStyle(node).animationName") == animation


def test_the_page_decides_its_color_scheme(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="dark")
    visit.open(show=False)
    visit.page.add_style_tag(content=":root { color-scheme: light }")
    visit.call("show")
    visit.shown()
    assert visit.offer.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
