"""HTML from strangers becomes what a reader would see."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upsell_project.lib import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>Do you have a <b>bigger</b> plan?</p>", "Do you have a bigger plan?"),
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("a &amp; b &lt;c&gt; &#8364;", "a & b <c> €"),
        ("<style>p{}</style><script>alert('x')</script>seen<title>no</title>", "seen"),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
        ("<p>never closed <i>at all", "never closed at all"),
        ("</p></div>stray ends", "stray ends"),
        ("one\n   two", "one two"),
        ("", ""),
    ],
)
def test_what_a_reader_sees_is_kept(html: str, text: str) -> None:
    assert plain_text.from_html(html) == text


@pytest.mark.parametrize(
    "quoted",
    [
        "<blockquote>old</blockquote>",
        '<div class="gmail_quote"><div>On Monday</div><blockquote>old</blockquote></div>',
        '<div class="moz-cite-prefix">Am Montag schrieb:</div><blockquote><p>old<p>older</blockquote>',
    ],
)
def test_what_mail_programs_mark_as_quoted_is_left_out_on_request(quoted: str) -> None:
    html = f"<div>new</div>{quoted}<div>below</div>"
    assert plain_text.from_html(html, quotes=False).split() == ["new", "below"]
    assert "old" in plain_text.from_html(html)


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["<p>", "</p>", "<br>", "<!--", "]]>", "x", "&", "<"])).map("".join)
)
def test_any_text_is_read(html: str) -> None:
    plain_text.from_html(html)


@pytest.mark.parametrize(
    "piece", ["<blockquote>", "<div>", "</x>", "<", "<!--", "<a ", "&", "<p class='", "]]>", "<script>"]
)
def test_no_html_takes_long(piece: str) -> None:
    started = time.process_time()
    plain_text.from_html(piece * 100_000, quotes=False)
    plain_text.from_html("<blockquote>" * 8_000 + piece * 20_000, quotes=False)
    assert time.process_time() - started < 3
