"""A picture or video comes from an allowed host over https and says in words what there is to see."""

from typing import Any

import pytest

from offers_app import media

IMAGE = {"kind": "image", "url": "https://cdn.test/a.png", "alt": "A chart"}
VIDEO = {
    "kind": "video",
    "url": "https://cdn.test/a.mp4",
    "caption": "A tour",
    "captions_url": "https://cdn.test/a.vtt",
}


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.MEDIA_HOSTS = ["cdn.test"]


@pytest.mark.parametrize("given", [{}, None, IMAGE, VIDEO])
def test_it_works(given: Any) -> None:
    assert media.faults(given) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "audio"}, "kind"),
        ([1], "kind"),
        ({**IMAGE, "alt": " "}, "alt is missing"),
        ({**IMAGE, "alt": "x" * 301}, "at most 300"),
        ({**IMAGE, "onload": "x"}, "onload is not a field"),
        ({**IMAGE, "url": "http://cdn.test/a.png"}, "https"),
        ({**IMAGE, "url": "javascript:alert(1)"}, "https"),
        ({**IMAGE, "url": "data:image/png;base64,AA"}, "https"),
        ({**IMAGE, "url": 'https://cdn.test/" onerror="x'}, "https"),
        ({**IMAGE, "url": "https://evil.test/a.png"}, "evil.test is not one of MEDIA_HOSTS"),
        ({**IMAGE, "url": "https://cdn.test@evil.test/a.png"}, "evil.test"),
        ({**IMAGE, "url": "https://[cdn.test/a.png"}, "not an address"),
        ({**VIDEO, "captions_url": ""}, "captions_url is missing"),
        ({**VIDEO, "captions_url": "https://evil.test/a.vtt"}, "evil.test"),
        ({**VIDEO, "caption": None}, "caption is missing"),
    ],
)
def test_what_is_wrong_is_said(given: Any, said: str) -> None:
    assert any(said in fault for fault in media.faults(given))


def test_its_words_are_filled_in() -> None:
    shown = media.rendered({**IMAGE, "alt": "{{ x }}"}, lambda name, source: f"{name}: filled")
    assert shown == {**IMAGE, "alt": "alt: filled"}
