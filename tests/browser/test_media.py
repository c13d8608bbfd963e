"""Pictures have words, videos have captions and controls, and neither moves or loads by itself."""

from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.site import OFFER
from tests.browser.test_accessible import violations

pytestmark = pytest.mark.xdist_group(__name__)

IMAGE = {"kind": "image", "url": "/chart.png", "alt": "Exports per week, rising from 4 to 20"}
VIDEO = {
    "kind": "video",
    "url": "/tour.mp4",
    "caption": "Two minutes about unlimited reports",
    "captions_url": "/tour.vtt",
}


def shown(visit: Visit, media: dict[str, str], form: str) -> Visit:
    visit.page.set_viewport_size({"width": 390, "height": 800})
    visit.site.offers = [{**OFFER, "format": form, "media": media}]
    return visit.open().shown()


@pytest.mark.parametrize("form", ["banner", "modal", "sidebar"])
def test_a_picture_has_its_words_also_when_it_does_not_come(visit: Visit, form: str) -> None:
    picture = shown(visit, IMAGE, form).page.get_by_role("img", name=IMAGE["alt"])
    assert picture.count() == 1
    assert violations(visit) == []


@pytest.mark.parametrize("form", ["banner", "modal", "sidebar"])
def test_a_video_waits_has_controls_captions_and_a_caption(visit: Visit, form: str) -> None:
    video = shown(visit, VIDEO, form).page.locator("upsell-offer video")
    found: dict[str, Any] = video.evaluate(
        """node => ({ paused: node.paused, controls: node.controls, preload: node.preload,
          tracks: [...node.textTracks].map(track => [track.kind, track.mode]) })"""
    )
    assert found == {
        "paused": True,
        "controls": True,
        "preload": "none",
        "tracks": [["captions", "showing"]],
    }
    assert visit.page.get_by_text(VIDEO["caption"]).is_visible()
    assert violations(visit) == []


@pytest.mark.parametrize("media", [IMAGE, VIDEO])
def test_it_stays_within_the_offer_and_leaves_every_choice(visit: Visit, media: dict[str, str]) -> None:
    shown(visit, media, "banner")
    box = visit.offer.bounding_box()
    inside = visit.page.locator("upsell-offer img, upsell-offer video").bounding_box()
    assert box and inside and inside["x"] >= box["x"]
    assert inside["x"] + inside["width"] <= box["x"] + box["width"]
    for name in ("No thanks", "Not now", "Stop offers like this"):
        assert visit.button(name).count() == 1


def test_an_address_that_is_a_script_runs_nothing(visit: Visit) -> None:
    for kind in ("image", "video"):
        media = IMAGE | VIDEO | {"kind": kind, "url": "javascript:window.hacked=1"}
        shown(visit, media, "modal")
        assert visit.page.evaluate("window.hacked") is None
