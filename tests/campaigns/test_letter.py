"""The mail as its reader gets it: both parts, equal buttons, every link that is owed, nothing fetched."""

import re
from typing import Any

import pytest

from offers_app import mail_layout
from offers_app.preview import CONTROLS

URLS = {name: f"https://upsell.test/{name}" for name in CONTROLS}
CONTENT: dict[str, Any] = {
    "subject": "Almost out of <reports>",
    "preheader": "You've exported 17 of 20 reports",
    "why": "You've exported 17 of 20 reports",
    "html": "<p>Hi Ana &amp; all,</p><ul><li>One</li></ul>",
    "text": "Hi Ana & all,\n\n- One",
    "cta": {"label": "Upgrade to Pro", "url": "https://app.test/"},
    "secondary": {"label": "Chat", "url": "https://app.test/chat"},
    "terms_line": "€49 per month.",
    "locale": "en",
}


def page(**changes: Any) -> tuple[str, str]:
    return mail_layout.page(CONTENT | changes, URLS)


def test_it_works() -> None:
    html, text = page()
    assert html.startswith('<!doctype html><html lang="en" dir="ltr"')
    assert "<title>Almost out of &lt;reports&gt;</title>" in html
    assert '<p style="margin: 0 0 16px;">Hi Ana &amp; all,</p>' in html
    assert '<ul style="' in html
    assert "€49 per month." in html
    assert text.startswith("Hi Ana & all,\n\n- One\n\nUpgrade to Pro: https://upsell.test/cta\nChat: ")
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 480px" in html
    assert re.search(r'<div style="display:none[^"]*">You&#x27;ve exported', html), "the preheader"


def test_every_link_that_is_owed_is_in_both_parts() -> None:
    for part in page():
        assert all(url in part for url in URLS.values())


def test_to_accept_and_to_say_not_now_look_alike() -> None:
    html, _ = page()
    styles = re.findall(r'<a class="button [^"]+" href="[^"]+" style="([^"]+)"', html)
    assert len(styles) == 3
    plain = {re.sub(r"#[0-9a-f]{6}", "#", style) for style in styles}
    assert len(plain) == 1, "one shape and size; only the hue differs"
    controls = set(re.findall(r'<a class="control" href="[^"]+" style="([^"]+)"', html))
    assert len(controls) == 1


def test_without_an_offer_to_click_not_now_is_still_there() -> None:
    html, text = page(cta=None, secondary=None)
    assert html.count('class="button ') == 1
    assert "Not now: https://upsell.test/not_now" in text


def test_nothing_is_fetched_from_anywhere_but_its_picture() -> None:
    html, _ = page(media={"kind": "image", "url": "https://cdn.test/a.png", "alt": 'A "chart"'})
    fetched = re.findall(r'(?:src|srcset|background)="([^"]*)"|url\(([^)]*)\)|@import|<link|<script', html)
    assert fetched == [("https://cdn.test/a.png", "")]
    assert 'alt="A &quot;chart&quot;"' in html


def test_a_video_is_a_link_with_its_caption() -> None:
    media = {"kind": "video", "url": "https://cdn.test/a.mp4", "caption": "A <tour>", "captions_url": "x"}
    html, text = page(media=media)
    assert (
        '<a href="https://cdn.test/a.mp4" style="color:#1d4ed8">Watch the video: A &lt;tour&gt;</a>' in html
    )
    assert "<video" not in html
    assert "Watch the video: A <tour>: https://cdn.test/a.mp4" in text


@pytest.mark.parametrize(
    ("locale", "word"),
    [("de-AT", "Jetzt nicht"), ("fr", "Pas maintenant"), ("es", "Ahora no"), ("it", "Not now")],
)
def test_the_controls_speak_the_language_of_the_text(locale: str, word: str) -> None:
    assert all(word in part for part in page(locale=locale))


@pytest.mark.parametrize("locale", ["he", "ar", "ar-EG", "fa"])
def test_a_text_from_right_to_left_is_laid_out_so(locale: str) -> None:
    html, _ = page(locale=locale)
    assert f'lang="{locale}" dir="rtl"' in html
    assert "text-align:right" in html
    assert "direction:ltr" not in html, "no cell turns it back"
    assert "padding-right: 24px" in html
    assert "padding-left: 24px" not in html


def test_what_is_of_another_direction_than_its_mail_keeps_its_own() -> None:
    """English words, names and terms in a Hebrew mail, and the other way round."""
    html, _ = page(locale="he", why="ייצאת 17 מתוך 20 דוחות")
    for said in ("The reason for this mail:", "ייצאת 17 מתוך 20 דוחות", "€49 per month."):
        assert f'<span dir="auto">{said}</span>' in html
    links = re.findall(r'<a class="(?:button \w+|control)" [^>]*>', html)
    assert len(links) == 6
    assert all('dir="auto"' in link for link in links)


@pytest.mark.parametrize("locale", ["xx", "", "not a locale", '"><script>'])
def test_a_strange_locale_breaks_nothing(locale: str) -> None:
    html, _ = page(locale=locale)
    assert 'dir="ltr"' in html
    assert "<script>" not in html


def test_it_is_compiled_once() -> None:
    page()
    before = mail_layout._layouts.cache_info().misses
    page(locale="de")
    assert mail_layout._layouts.cache_info().misses == before
