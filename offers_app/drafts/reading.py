"""What the endpoint answered, read as the text of a stranger: its shape, its size, and each proposed text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liquid import Environment
from liquid.exceptions import LiquidError

from offers_app import safe_html, wording
from offers_app.drafts.prompt import VARIANTS
from offers_app.limits import HTML, TEXTS
from upsell_project.lib import strict_json

LARGEST = 64 * 1024
_LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_ADDRESS = re.compile(r"https?:|www\.|mailto:|javascript:|<\s*a\b", re.IGNORECASE)
_FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class Unusable(Exception):
    """The answer as a whole cannot be used; the message is a sentence for staff, without a word of the answer."""


@dataclass(frozen=True, slots=True)
class Variant:
    """`faults`: why it must not be taken over; empty where it may be."""

    texts: dict[str, str]
    faults: list[str]


def variants(
    raw: bytes, known: frozenset[str], present: Mapping[str, str]
) -> tuple[list[Variant], int | None]:
    """The proposals of a completion, and how many tokens were used. Raises Unusable.

    `known`: the merge fields that may be used; `present`: the texts as they are, whose figures may stay.
    """
    answer = _json(raw, "The answer")
    content, tokens = _content(answer), _tokens(answer)
    proposed = _json(content.encode(), "What the model wrote")
    if not isinstance(proposed, dict) or set(proposed) != {"variants"}:
        raise Unusable("What the model wrote is not the object that was asked for.")
    rows = proposed["variants"]
    if not isinstance(rows, list) or not 1 <= len(rows) <= 2 * VARIANTS:
        raise Unusable("What the model wrote holds no list of variants.")
    if not all(_is_variant(row) for row in rows):
        raise Unusable("What the model wrote has variants with other fields than were asked for.")
    return [_variant(row, known, present) for row in rows[:VARIANTS]], tokens


def faults(name: str, text: str, known: frozenset[str], present: Mapping[str, str]) -> list[str]:
    """What is wrong with one proposed text, as sentences that name its field. Whatever else judges texts before they
    are published belongs here, too."""
    if len(text) > TEXTS[name]:
        return [f"{name} is longer than {TEXTS[name]} characters"]
    if broken := _broken(name, text, known):
        return [broken]
    said = []
    bare = _LIQUID.sub(" ", text)
    if _ADDRESS.search(text):
        said.append(f"{name} brings an address of its own")
    if name in HTML and _shape(safe_html.sanitize(_held(text))) != _shape(_held(text)):
        said.append(f"{name} has HTML that no message may hold")
    if name not in HTML and ("<" in bare or "\n" in bare):
        said.append(f"{name} is not plain text in one line")
    invented = set(_FIGURE.findall(bare)) - set(_FIGURE.findall(" ".join(present.values())))
    if invented:
        said.append(f"{name} names figures of its own: {', '.join(sorted(invented)[:3])}")
    return said


def _json(raw: bytes, what: str) -> Any:
    if len(raw) > LARGEST:
        raise Unusable(f"{what} is larger than {LARGEST // 1024} KB.")
    try:
        return strict_json.loads(raw, max_depth=12)
    except strict_json.Refused:
        raise Unusable(f"{what} is not valid JSON.") from None


def _content(answer: Any) -> str:
    """The text of the first choice (https://platform.openai.com/docs/api-reference/chat/object)."""
    try:
        choice = answer["choices"][0]
        message, ended = choice["message"], choice.get("finish_reason")
        refused, content = message.get("refusal"), message.get("content")
    except (TypeError, KeyError, IndexError, AttributeError):
        raise Unusable("The answer is no chat completion: is DRAFTS_URL right?") from None
    if refused:
        raise Unusable("The model refused to write this. Try another tone, or write it yourself.")
    if ended == "content_filter":
        raise Unusable("The endpoint's filter stopped the answer.")
    if ended == "length":
        raise Unusable("The answer broke off because it grew too long. Ask again.")
    if not isinstance(content, str) or not content.strip():
        raise Unusable("The answer holds no text.")
    return content


def _tokens(answer: Any) -> int | None:
    usage = answer.get("usage") if isinstance(answer, dict) else None
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 <= total < 2**31 else None


def _is_variant(row: Any) -> bool:
    return (
        isinstance(row, dict) and set(row) == set(TEXTS) and all(isinstance(one, str) for one in row.values())
    )


def _variant(row: Mapping[str, str], known: frozenset[str], present: Mapping[str, str]) -> Variant:
    texts = {name: _clean(name, row[name]) for name in TEXTS}
    said = [fault for name, text in texts.items() for fault in faults(name, text, known, present)]
    said += [f"{name} is empty" for name in ("headline", "body") if not texts[name]]
    return Variant(texts, said)


def _clean(name: str, text: str) -> str:
    """Without control and invisible characters; one line where one line is wanted."""
    plain = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\t", " ")).strip()
    return plain if name in HTML else wording.one_line(plain)


def _broken(name: str, text: str, known: frozenset[str]) -> str:
    """Whether it is Liquid as strict as ours, with nothing but known merge fields, conditions and defaults."""
    try:
        wording.render(text, {}, html=name in HTML)
    except wording.Missing:
        pass
    except wording.Broken:
        return f"{name} cannot be rendered"
    try:
        found = Environment().from_string(text).analyze()
    except (LiquidError, RecursionError):
        return f"{name} cannot be rendered"
    used = {_path(one.segments) for each in found.globals.values() for one in each}
    if unknown := sorted(used - known):
        return f"{name} uses merge fields that do not exist: {', '.join(unknown)[:80]}"
    return ""


def _path(segments: Any) -> str:
    """`evidence.used` of its parts; `offer.benefits[0]` counts as `offer.benefits`, a figure of a claim as
    `benefit.figures`."""
    return ".".join([one for one in segments if isinstance(one, str)][:2])


def _held(text: str) -> str:
    """With each merge field and condition as a word, so that HTML alone is judged."""
    return _LIQUID.sub("x", text)


def _shape(html: str) -> list[str]:
    """Its tags in order, without what was said between them."""
    return [tag.lower().replace(" ", "").replace("/>", ">") for tag in re.findall(r"<[^>]*>?", html)]
