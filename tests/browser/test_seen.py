"""Seen means half visible for a second; counted once per proposition."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import OFFER
from tests.browser.test_asking import hide_tab

pytestmark = pytest.mark.xdist_group(__name__)


def frames(visit: Visit) -> None:
    """The browser reports visibility after it has drawn."""
    visit.page.evaluate("new Promise(done => new IntersectionObserver(done).observe(document.body))")
    visit.page.evaluate("new Promise(done => new IntersectionObserver(done).observe(document.body))")


@pytest.mark.parametrize("form", ["banner", "modal", "sidebar"])
def test_it_counts_after_one_second(visit: Visit, form: str) -> None:
    visit.site.offers = [{**OFFER, "format": form}]
    visit.open(clock=True).shown()
    frames(visit)
    visit.pass_ms(900)
    assert visit.seen.count("viewed") == 0
    visit.pass_ms(200)
    visit.sent("viewed")


def test_it_counts_once_across_reloads(visit: Visit) -> None:
    visit.open(clock=True).shown()
    frames(visit)
    visit.pass_ms(1_100)
    visit.sent("viewed")
    visit.page.reload()
    visit.open().shown()
    frames(visit)
    visit.pass_ms(5_000)
    visit.sent("viewed")


def test_a_tab_hidden_within_the_second_has_not_seen_it(visit: Visit) -> None:
    visit.open(clock=True).shown()
    frames(visit)
    visit.pass_ms(900)
    hide_tab(visit, True)
    visit.pass_ms(60_000)
    assert "viewed" not in visit.seen
    hide_tab(visit, False)
    frames(visit)
    visit.pass_ms(1_100)
    visit.sent("viewed")


def test_an_answer_within_the_second_is_no_view(visit: Visit) -> None:
    visit.open(clock=True).shown()
    frames(visit)
    visit.button("No thanks").click()
    visit.pass_ms(5_000)
    visit.sent("declined")


def test_an_offer_out_of_sight_is_not_seen(visit: Visit) -> None:
    visit.open(clock=True, show=False)
    visit.page.add_style_tag(content="upsell-offer::part(offer) { transform: translateY(70%) }")
    visit.call("show")
    visit.offer.wait_for(state="attached")
    frames(visit)
    visit.pass_ms(10_000)
    assert "viewed" not in visit.seen
