"""HTML as a reader sees it: words and line breaks, nothing that is hidden, quoted or executed.

In linear time: the standard library's parser takes minutes for some texts of a few hundred kilobytes.
"""

import html as entities
import re

MAX_HTML = 200_000
_HIDDEN = frozenset({"script", "style", "head", "title", "template"})
_BREAKS = frozenset(
    {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr", "ul", "ol"}
)
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "wbr", "base", "area"})
_QUOTES = re.compile(r"\b(gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote)\b")
_TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]{0,4000})>|<[!?][^<>]{0,4000}>|[^<]+|<")
_DEEPEST = 100


def from_html(html: str, *, quotes: bool = True) -> str:
    """The visible text. `quotes=False` leaves out what mail programs mark as quoted from an earlier mail."""
    parts: list[str] = []
    muted: list[str] = []  # the element that is left out, and the ones open inside it
    for token in _TOKEN.finditer(_without_comments(html[:MAX_HTML])):
        tag, closing = (token[2] or "").lower(), bool(token[1])
        if not tag:
            if not muted and token[0][:2] not in ("<!", "<?"):
                parts.append(re.sub(r"\s+", " ", entities.unescape(token[0])))
        elif closing and tag in muted:
            del muted[len(muted) - 1 - muted[::-1].index(tag) :]
        elif not muted and tag in _BREAKS and not (closing and tag == "br"):
            parts.append("\n")
        if tag and not closing and tag not in _VOID and (muted or _left_out(tag, token[3], quotes)):
            muted = [*muted, tag][-_DEEPEST:]
    lines = [" ".join(line.split()) for line in "".join(parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_comments(html: str) -> str:
    """Those that end."""
    first, *others = html.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def _left_out(tag: str, attributes: str, quotes: bool) -> bool:
    return tag in _HIDDEN or (not quotes and (tag == "blockquote" or bool(_QUOTES.search(attributes))))
