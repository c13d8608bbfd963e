"""Texts: strict, sandboxed Liquid, and the content of a proposition as it is stored."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from liquid import Environment, FalsyStrictUndefined
from liquid.exceptions import LiquidError, LiquidSyntaxError, UndefinedError

from consent_app import links
from offers_app import claims, limits, media, safe_html, short_texts, whatsapp_form
from offers_app.linter.liquid_parts import FILTERS, TAGS
from offers_app.models import Offer, Treatment
from people_app.models import Channel

CONTROLS = ["dismiss", "snooze", "opt_out"]
# As an offer's address: where a call with the account's manager is booked; behind a `|`, where to go without one.
BOOKING = "{booking}"
SOURCE_LIMIT = 20_000
_OWN_TAGS = frozenset(
    {"content", "output", "illegal"}
)  # Liquid's names for a text, a value, and what it cannot read
ALLOWED = "texts may use if, unless, case and for, and the filters default and capitalize"
_UNDEFINED = re.compile(r"^'?(.+?)'? is undefined")


class WordingError(ValueError):
    """A text that cannot be sent to this person; the message is the reason to store."""


class Missing(WordingError):
    """A merge field without a value and without a default."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is missing")
        self.field = field


class TooLong(WordingError):
    """Filled in, it is longer than its channel takes."""


class Broken(WordingError):
    """A template that does not parse, or goes beyond the limits."""


def render(source: str, context: Mapping[str, Any], *, html: bool) -> str:
    """The text with its fields filled in; as HTML it is escaped and cut to the widget's allow-list.

    Raises Missing where a value is absent, null or blank and has no `default`; Broken for a faulty template.
    """
    try:
        text = str(_parsed(source, html).render(**_present(context)))
    except UndefinedError as error:
        found = _UNDEFINED.match(str(error.args[0]) if error.args else "")
        raise Missing(found[1] if found else error.token.value) from None
    except LiquidSyntaxError as error:
        raise Broken(f"{str(error).splitlines()[0]}; {ALLOWED}") from None
    except (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        raise Broken(str(error).splitlines()[0] if str(error) else type(error).__name__) from None
    return safe_html.sanitize(text) if html else text


def one_line(text: str) -> str:
    """For subjects, headlines and labels: a line break there would be a header injection in mail."""
    return " ".join(text.split())


def proposition_content(
    treatment: Treatment, offer: Offer, context: Mapping[str, Any], *, channel: str, proposition_id: str
) -> dict[str, Any]:
    """What is stored and shown: the contract's JSON in-app; subject, html, text in mail; title, body elsewhere.

    `context` is `personalize.context(...)` with `claims.fields(...)`; headline, body and labels have `{{ why }}` too,
    the reason. Raises Missing, above all for "evidence": no evidence, no offer; TooLong beyond `limits`.
    """
    if not context.get("evidence"):
        raise Missing("evidence")
    why = _line("why", treatment.why, context)
    context = {**context, "why": why}
    headline = _line("headline", treatment.headline, context)
    if channel == Channel.IN_APP:
        content = _in_app(treatment, offer, context, proposition_id) | {"headline": headline, "why": why}
    elif channel == Channel.EMAIL:
        more = {"subject": headline, "why": why, "preheader": why}
        content = _mail(treatment, offer, context, proposition_id) | more
    else:
        content = _short(treatment, offer, context, proposition_id) | {"title": headline, "why": why}
    if too_long := limits.faults(channel, parts(channel, content)):
        raise TooLong("; ".join(f"{part} {fault}" for part, fault in too_long.items()))
    return content


def parts(channel: str, content: Mapping[str, Any]) -> dict[str, str]:
    """The plain texts of stored content that have a limit: `headline` and `body`."""
    match channel:
        case Channel.IN_APP:
            return {"headline": content["headline"], "body": safe_html.to_text(content["body_html"])}
        case Channel.EMAIL:
            return {"headline": content["subject"], "body": content["text"]}
    return {"headline": content["title"], "body": content["body"]}


def _in_app(
    treatment: Treatment, offer: Offer, context: Mapping[str, Any], proposition_id: str
) -> dict[str, Any]:
    return {
        "body_html": _block(treatment.body, context, html=True),
        **_buttons(treatment, offer, context, proposition_id),
        "terms": _stated(offer, context),
        "media": _media(treatment, context),
        "controls": list(CONTROLS),
        "locale": treatment.locale,
    }


def _mail(
    treatment: Treatment, offer: Offer, context: Mapping[str, Any], proposition_id: str
) -> dict[str, Any]:
    html = _block(treatment.body, context, html=True)
    return {
        "html": html,
        "text": safe_html.to_text(html),
        **_buttons(treatment, offer, context, proposition_id),
        "terms": _stated(offer, context),
        "terms_line": context.get("terms", {}).get("line", "") if offer.for_sale else "",
        "media": _media(treatment, context),
        "locale": treatment.locale,
    }


def _short(
    treatment: Treatment, offer: Offer, context: Mapping[str, Any], proposition_id: str
) -> dict[str, Any]:
    """Plain text; to a phone with a link that counts the click, and the way to stop."""
    text, channel = _block(treatment.body, context, html=False), treatment.channel
    if channel in (Channel.CHAT, Channel.VOICE):
        return {"body": text}
    buttons = _buttons(treatment, offer, context, proposition_id)
    link = links.click_url(UUID(proposition_id), "cta") if buttons["cta"] else ""
    body = short_texts.body(channel, text, link, treatment.locale)
    more = {"cta": buttons["cta"], "url": link, "terms": _stated(offer, context), "locale": treatment.locale}
    if form := _form(treatment, {**context, "url": link}):
        more["form"] = form
    return {"body": body, **more, **short_texts.told(channel, body)}


def _stated(offer: Offer, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The contract's `terms`: what is bought later is bought as it was shown."""
    return context.get("stated") if offer.for_sale else None


def _media(treatment: Treatment, context: Mapping[str, Any]) -> dict[str, str] | None:
    """Judged again at each rendering: a host may have been taken off the list."""
    if wrong := media.faults(treatment.media):
        raise Broken(f"media: {wrong[0]}")
    return media.rendered(treatment.media, lambda name, source: _line(name, source, context))


def _form(treatment: Treatment, context: Mapping[str, Any]) -> dict[str, Any]:
    if wrong := whatsapp_form.faults(treatment.form):
        raise Broken(f"form: {wrong[0]}")
    return whatsapp_form.rendered(treatment.form, lambda name, source: _line(name, source, context))


def _line(field: str, source: str, context: Mapping[str, Any]) -> str:
    text = one_line(render(source, context, html=False))
    if not text:
        raise Missing(field)
    return text


def _block(source: str, context: Mapping[str, Any], *, html: bool) -> str:
    body = render(source, context, html=html).strip()
    if not safe_html.to_text(body):
        raise Missing("body")
    return body


def _buttons(
    treatment: Treatment, offer: Offer, context: Mapping[str, Any], proposition_id: str
) -> dict[str, dict[str, str] | None]:
    """Without a place to book there is no second button; a first one that leads nowhere stops the send."""
    if treatment.cta_label and offer.url.startswith(BOOKING) and not booked(offer.url, context):
        raise Missing("account_manager.booking_url")
    return {
        "cta": _button(treatment.cta_label, _accepting(offer, proposition_id), context, proposition_id),
        "secondary": _button(treatment.secondary_label, offer.chat_url, context, proposition_id),
    }


def _button(label: str, url: str, context: Mapping[str, Any], proposition_id: str) -> dict[str, str] | None:
    place = booked(url, context)
    if not label or not place:
        return None
    return {"label": _line("label", label, context), "url": address(place, context, proposition_id)}


def booked(url: str, context: Mapping[str, Any]) -> str:
    """An address as it is, or where to book, or what is given for who has no place to; blank where there is none."""
    if not url.startswith(BOOKING):
        return url
    return context.get("link", {}).get("booking") or url.removeprefix(BOOKING).removeprefix("|")


def _accepting(offer: Offer, proposition_id: str) -> str:
    """What is bought at a payment provider is bought behind our own link, which knows when it may still be."""
    checkout = getattr(offer, "checkout", None)
    return links.click_url(UUID(proposition_id), "cta") if checkout else offer.url


def address(url: str, context: Mapping[str, Any], proposition_id: str) -> str:
    """Fills in {public} (this deployment), {account}, {person} and {proposition}, percent-encoded.

    `context`: the two ids under `link`, as of `personalize.context`.
    """
    values = {
        **{name: context.get("link", {}).get(name) for name in ("account", "person")},
        "proposition": proposition_id,
    }
    for name, value in values.items():
        url = url.replace(f"{{{name}}}", quote(str(value or ""), safe="", errors="replace"))
    return url.replace("{public}", settings.PUBLIC_URL)


@lru_cache(maxsize=2)
def _environment(html: bool) -> Any:
    environment = Environment(undefined=FalsyStrictUndefined, autoescape=html)
    environment.loop_iteration_limit = 500
    environment.local_namespace_limit = 20_000
    environment.output_stream_limit = 50_000
    environment.context_depth_limit = 20
    # `safe` would lift the escaping, `date` reads the machine's clock, others load templates or build words unseen.
    for name in environment.filters.keys() - FILTERS:
        del environment.filters[name]
    for name in environment.tags.keys() - TAGS - _OWN_TAGS:
        del environment.tags[name]
    # Liquid's own `now` and `today` would read the machine's clock; a context may bring its own.
    environment.globals.update({name: FalsyStrictUndefined(name, token=None) for name in ("now", "today")})
    return environment


@lru_cache(maxsize=1024)
def _parsed(source: str, html: bool) -> Any:
    if len(source) > SOURCE_LIMIT:
        raise Broken(f"the template is longer than {SOURCE_LIMIT} characters")
    template = _environment(html).from_string(source)
    if strange := sorted(template.analyze().filters.keys() - FILTERS):
        raise Broken(f"it uses {', '.join(strange)[:80]}; {ALLOWED}")
    return template


def _present(value: Any) -> Any:
    """Without nulls and blanks, so that an empty value is as strict as an absent one."""
    if isinstance(value, claims.Told):
        return value
    if isinstance(value, Mapping):
        kept = {key: _present(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if not _blank(item)}
    if isinstance(value, list | tuple):
        return [item for item in map(_present, value) if not _blank(item)]
    return value


def _blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
