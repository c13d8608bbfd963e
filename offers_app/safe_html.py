"""HTML of messages: the few tags that are let through, and the same as plain text. Pure."""

import re
from html.parser import HTMLParser

import nh3

TAGS = {"p", "strong", "em", "ul", "ol", "li", "br", "a"}


def sanitize(html: str) -> str:
    """Only what the widget accepts: p, strong, em, ul, ol, li, br and absolute https links."""
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_https_only,
        url_schemes={"https"},
        link_rel=None,
    ).strip()


def to_text(html: str) -> str:
    """The text part of a mail: paragraphs apart, list items dashed, each link's address behind its words."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _https_only(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute == "href" and value.lower().startswith("https://") else None


class _Text(HTMLParser):
    """Collects readable text from the few tags that `sanitize` lets through."""

    BEFORE = {"p": "\n\n", "ul": "\n", "ol": "\n", "li": "\n- ", "br": "\n"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(self.BEFORE.get(tag, ""))
        if tag == "a":
            self.links.append(dict(attrs).get("href") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("p", "ul", "ol"):
            self.parts.append("\n")
        if tag == "a" and self.links and (url := self.links.pop()):
            self.parts.append(f" ({url})")

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"\s+", " ", data))
