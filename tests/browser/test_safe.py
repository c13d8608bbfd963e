"""Inert under hostile content, and at home under the strictest content security policy of a host."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import OFFER

pytestmark = pytest.mark.xdist_group(__name__)

HOSTILE = """<p onclick="hacked=1" style="position:fixed" class="x">Text <strong id="s">bold</strong
><b>gone</b></p>
<script>window.hacked = 1</script><img src="/image" onerror="window.hacked = 1"><iframe src="/frame"></iframe>
<svg onload="window.hacked=1"><a xlink:href="javascript:hacked=1">svg</a></svg><math><p>math</p></math>
<a href="javascript:window.hacked=1">script</a><a href="https://example.test/x" onclick="hacked=1">safe</a>
<a href="http://example.test/">plain</a><form action="/form"><input name="q"></form>
<ul><li>one</li></ul><template><p>hidden</p></template><style>*{display:none}</style>
<base href="https://evil.test/"><meta http-equiv="refresh">"""


def test_hostile_html_is_reduced_to_the_allowed_elements(visit: Visit) -> None:
    visit.site.offers = [{**OFFER, "body_html": HOSTILE}]
    visit.open().shown()
    body = visit.page.locator("upsell-offer [part=body]")
    html = body.evaluate("node => node.innerHTML.replace(/\\s+/g, ' ').trim()")
    assert html == (
        "<p>Text <strong>bold</strong></p> <p>math</p> <a>script</a>"
        '<a href="https://example.test/x" target="_blank" rel="noopener">safe</a> '
        "<a>plain</a> <ul><li>one</li></ul>"
    )
    assert visit.page.evaluate("window.hacked") is None


@pytest.mark.parametrize("field", ["headline", "why"])
def test_texts_are_text(visit: Visit, field: str) -> None:
    text = "<img src=x onerror=window.hacked=1>"
    visit.site.offers = [{**OFFER, field: text}]
    visit.open().shown()
    assert visit.page.locator("upsell-offer img").count() == 0
    assert text in visit.offer.evaluate("node => node.textContent")


@pytest.mark.parametrize(
    "url", ["javascript:window.hacked=1", "data:text/html,<script>1</script>", "http://["]
)
def test_a_call_to_action_that_is_no_web_address_is_left_out(visit: Visit, url: str) -> None:
    visit.site.offers = [{**OFFER, "cta": {"label": "Upgrade", "url": url}, "secondary": None}]
    visit.open().shown()
    assert visit.page.locator("upsell-offer a").count() == 0
    assert visit.button("No thanks").is_visible()


@pytest.mark.parametrize("form", ["banner", "modal", "sidebar"])
def test_no_violation_under_a_policy_that_allows_our_origin_only(visit: Visit, form: str) -> None:
    site = visit.site
    site.policy = f"default-src 'none'; script-src {site.api}; style-src {site.api}; connect-src {site.api}"
    site.offers = [{**OFFER, "format": form}]
    errors: list[str] = []
    visit.page.on("pageerror", lambda error: errors.append(error.message))
    visit.page.goto(site.host)
    assert visit.page.evaluate("fetch('/').then(() => 'allowed', () => 'blocked')") == "blocked"
    visit.call("identify", "e30.eyJzdWIiOiJhZGEifQ.s")
    visit.call("show")
    visit.shown()
    box = visit.offer.bounding_box()
    assert box and box["x"] + box["width"] <= 1200 and box["height"] > 100
    assert visit.offer.evaluate("node => getComputedStyle(node).borderRadius") == "16px"  # the sheet applies
    visit.button("No thanks").click()
    visit.button("Intrusive").click()
    visit.until(lambda: not visit.unsent(), "everything is accepted")
    assert set(site.kinds()) - {"viewed"} == {"declined", "feedback"}
    of_the_test = {f"connect-src {site.host}/", "img-src data"}  # the fetch above, the page's empty icon
    assert set(visit.page.evaluate("violations")) - of_the_test == set()
    assert errors == []


def test_the_page_and_the_widget_do_not_style_each_other(visit: Visit) -> None:
    visit.open(show=False)
    visit.page.add_style_tag(
        content="* { color: red !important; font-size: 40px !important } h2 { display: none }"
    )
    before = visit.page.locator("#first").evaluate("node => getComputedStyle(node).cssText")
    visit.call("show")
    visit.shown()
    heading = visit.page.get_by_role("heading", name=OFFER["headline"])
    assert heading.evaluate("node => getComputedStyle(node).fontSize") == "18px"
    assert visit.page.locator("#first").evaluate("node => getComputedStyle(node).cssText") == before


def test_the_page_themes_it_by_properties_and_parts(visit: Visit) -> None:
    visit.open(show=False)
    visit.page.add_style_tag(
        content=":root { --upsell-surface: rgb(1, 2, 3) }upsell-offer::part(headline) { color: rgb(4, 5, 6) }"
    )
    visit.call("show")
    visit.shown()
    assert visit.offer.evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(1, 2, 3)"
    heading = visit.page.get_by_role("heading", name=OFFER["headline"])
    assert heading.evaluate("node => getComputedStyle(node).color") == "rgb(4, 5, 6)"


def test_nothing_on_the_page_moves(visit: Visit) -> None:
    visit.open(show=False)
    where = "JSON.stringify(document.querySelector('main').getBoundingClientRect())"
    before = visit.page.evaluate(where)
    visit.page.evaluate(
        "window.shift = 0;"
        "new PerformanceObserver(list => { for (const e of list.getEntries()) shift += e.value })"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    visit.call("show")
    visit.shown()
    visit.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert (visit.page.evaluate(where), visit.page.evaluate("shift")) == (before, 0)
