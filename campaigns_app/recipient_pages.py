"""The recipients' pages as HTML, in the recipient's language."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string

from campaigns_app import preferences as choices
from campaigns_app import recipient_reasons, recipient_words, why_page
from campaigns_app.models import Interaction
from campaigns_app.preferences import Table
from campaigns_app.recipient_words import Words
from consent_app import links, permission
from consent_app.models import ALL, Pause
from offers_app.models import Proposition
from people_app.masking import masked
from people_app.models import Channel, Person
from upsell_project.lib import clock
from upsell_project.lib.rules.facts import Of

# What a mail's controls lead to, and what it means for the offer.
ACTS = {"not_now": Interaction.Kind.DISMISSED, "no_more": Interaction.Kind.OPTED_OUT}
FIGURES = ("resource_label", "feature", "used", "cap", "percent", "count", "days")


@dataclass
class Page:
    """Whose page it is, and the offer that led there. `remember` before a change allows its undoing."""

    person: Person
    proposition: Proposition | None
    before: Table | None = None
    was_paused: bool = False

    @cached_property
    def words(self) -> Words:
        return recipient_words.of(self.person.locale)

    @property
    def proof(self) -> dict[str, Any]:
        """What the ledger keeps of where and in which language it was said."""
        proof = {"page": "preferences", "language": self.words["language"]}
        return proof | ({"proposition": str(self.proposition.pk)} if self.proposition else {})

    @cached_property
    def topic(self) -> str:
        """Of the offer that led here, as people call it."""
        return _topic(self.proposition.topic, self.words) if self.proposition else ""

    def offers(self, act: str) -> bool:
        """Is there anything to say this about?"""
        return act in ACTS and self.proposition is not None

    def remember(self) -> None:
        self.before, paused = self.look()
        self.was_paused = paused is not None

    def look(self) -> tuple[Table, datetime | None]:
        """What is permitted now, and until when it is paused."""
        now = clock.now()
        standing = permission.of(self.person.pk, now)
        also = [self.proposition.topic] if self.proposition else []
        return choices.table(self.person, also, standing), standing.paused_until(Pause.Kind.SNOOZE, now)


def preferences(page: Page, result: str = "", status: int = 200) -> HttpResponse:
    """The preference page; `result` names what was just done."""
    words, (table, paused) = page.words, page.look()
    until = _day(page.person, paused) if paused else ""
    token = links.make_preferences(page.person.pk, page.proposition.pk if page.proposition else None)
    context = {
        "action": f"/p/{token}",
        "result": words[result].format(until=until, topic=page.topic) if result else "",
        "undo": _undo(page, result, table),
        "address": _address(page.person, words),
        "why": page.proposition.content.get("why", "") if page.proposition else "",
        "why_url": f"/why/{links.make_why(page.proposition.pk)}" if page.proposition else "",
        "any_on": any(cell.ticked for cell in table.cells),
        "paused": words["pause_on"].format(until=until) if paused else "",
        "pauses": [(f"pause-{days}", words[f"pause_{days}"]) for days in choices.PAUSES],
        "table": table,
        "columns": [words[channel] for channel in table.channels],
        "rows": [
            (label, [(cell, words[cell.channel]) for cell in row])
            for label, row in ((_topic(topic, words), row) for topic, row in table.rows)
        ],
    }
    return _render("preferences", words, context, status)


def one_act(page: Page, act: str) -> HttpResponse:
    """What will happen, and the one button that does it: as far from the mail as a yes is."""
    words = page.words
    token = links.make_preferences(page.person.pk, page.proposition.pk if page.proposition else None)
    context = {
        "action": f"/p/{token}",
        "act": act,
        "heading": words[f"{act}_title"],
        "offer": page.proposition.offer.name if page.proposition else "",
        "text": words[f"{act}_help"].format(topic=page.topic),
        "label": words[act],
    }
    return _render("act", words, context)


def unsubscribe(page: Page, token: str) -> HttpResponse:
    other = links.make_preferences(page.person.pk, page.proposition.pk if page.proposition else None)
    context = {
        "action": f"/u/{token}",
        "address": _address(page.person, page.words),
        "other": f"/p/{other}",
    }
    return _render("unsubscribe", page.words, context)


def why(proposition: Proposition) -> HttpResponse:
    words = recipient_words.of(proposition.person.locale)
    locale, evidence = _locale(proposition.person, words), proposition.evidence
    told = why_page.context(proposition, locale, words["language"])
    figures = [
        (words["offer"], proposition.offer.name),
        (words["shown"], _day(proposition.person, proposition.ready_at)),
        *_figures(evidence, words, locale, _named(evidence, told=bool(told["reasons"]))),
    ]
    return _render("why", words, {"figures": figures, **told})


def checkout(person: Person, context: Mapping[str, Any]) -> HttpResponse:
    return _render("checkout", recipient_words.of(person.locale), context)


def nobody() -> HttpResponse:
    """Nobody is left behind the link: whoever was erased gets nothing any more, which is what was asked."""
    return _render("notice", recipient_words.of(""), {"heading": "title", "text": "nobody"})


def broken() -> HttpResponse:
    return _render("notice", recipient_words.of(""), {"heading": "broken", "text": "broken_help"}, 404)


def _render(name: str, words: Words, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    sender = {"company": settings.COMPANY, "postal": settings.POSTAL_ADDRESS}
    html = render_to_string(f"recipients/{name}.html", {"w": words, **sender, **context})
    return HttpResponse(html, status=status)


def _undo(page: Page, result: str, table: Table) -> dict[str, str]:
    """The fields that bring back what was before; nothing where there is nothing to bring back."""
    if result == "paused" and not page.was_paused:
        return {"do": "resume"}
    if (
        result in ("stopped", "started", "saved", "no_more_done")
        and page.before
        and page.before.ticked != table.ticked
    ):
        return {"do": "save", "shown": page.before.shown, "on": page.before.ticked}
    return {}


def _address(person: Person, words: Words) -> str:
    """Enough to recognize oneself: the mail address, else another, with its middle hidden."""
    known = person.contact_points.exclude(address="").exclude(channel=Channel.PUSH)
    points = {point.channel: point.address for point in known}
    address = points.get(Channel.EMAIL) or next((points[one] for one in sorted(points)), "")
    return words["for"].format(who=masked(address)) if address else ""


def _topic(topic: str, words: Words) -> str:
    if topic == ALL:
        return words["rest"]
    return words.get(f"topic:{topic}") or topic.replace("_", " ").replace("-", " ").capitalize()


def _named(evidence: Mapping[str, Any], *, told: bool) -> tuple[str, ...]:
    """Beside sentences (`told`) only what they themselves used last. What somebody else of their account did is not
    said."""
    own = all(recipient_reasons.whose(one) == Of.PERSON for one in why_page.facts(evidence))
    return tuple(name for name in (("feature",) if told else FIGURES) if own or name != "feature")


def _figures(
    evidence: Mapping[str, Any], words: Words, locale: Locale, names: Iterable[str]
) -> list[tuple[str, str]]:
    found = {name: evidence[name] for name in names if evidence.get(name) not in (None, "")}
    return [(words[name], _figure(name, value, locale)) for name, value in found.items()]


def _figure(name: str, value: Any, locale: Locale) -> str:
    if isinstance(value, int | float):
        return recipient_reasons.number(value, locale) + (" %" if name == "percent" else "")
    return str(value)


def _day(person: Person, at: datetime) -> str:
    with suppress(ZoneInfoNotFoundError, ValueError):
        at = at.astimezone(ZoneInfo(person.timezone or "UTC"))
    return format_date(at, "long", locale=_locale(person, recipient_words.of(person.locale)))


def _locale(person: Person, words: Words) -> Locale:
    """Their own, where the page speaks its language; so that a day never reads in another one."""
    try:
        own = Locale.parse(person.locale.replace("-", "_")) if person.locale else None
    except (ValueError, UnknownLocaleError):
        own = None
    return own if own and own.language == words["language"] else Locale(words["language"])
