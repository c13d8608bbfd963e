"""The one layout of mails: MJML, compiled once for each process; light and dark, readable without its images.

Source: https://documentation.mjml.io (compiled by mrml). Its fields are Django's, so everything is escaped but `body`,
which `safe_html.sanitize` has made.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import css_inline
import mjml
from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.template import engines
from django.utils.safestring import mark_safe

# START: the side on which lines begin; many mail programs know no `padding-inline-start`.
BODY_CSS = """
p { margin: 0 0 16px } ul, ol { margin: 0 0 16px; padding: 0; padding-START: 24px }
li { margin: 0 0 4px } a { color: #1d4ed8 }
"""
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "because": "The reason for this mail:",
        "not_now": "Not now",
        "no_more": "No more like this",
        "why": "Why am I getting this?",
        "unsubscribe": "Unsubscribe from all offers",
        "watch": "Watch the video:",
    },
    "de": {
        "because": "Der Anlass dieser Mail:",
        "not_now": "Jetzt nicht",
        "no_more": "Nichts mehr davon",
        "why": "Warum bekomme ich das?",
        "unsubscribe": "Alle Angebote abbestellen",
        "watch": "Video ansehen:",
    },
    "fr": {
        "because": "La raison de ce message :",
        "not_now": "Pas maintenant",
        "no_more": "Plus de messages de ce type",
        "why": "Pourquoi ce message ?",
        "unsubscribe": "Se désabonner de toutes les offres",
        "watch": "Voir la vidéo :",
    },
    "es": {
        "because": "El motivo de este correo:",
        "not_now": "Ahora no",
        "no_more": "No más mensajes así",
        "why": "¿Por qué recibo esto?",
        "unsubscribe": "Darme de baja de todas las ofertas",
        "watch": "Ver el vídeo:",
    },
}


def words(locale: str) -> dict[str, str]:
    return WORDS.get(locale[:2].lower(), WORDS["en"])


def page(content: Mapping[str, Any], urls: Mapping[str, str]) -> tuple[str, str]:
    """HTML and text part. `content` is a mail's stored content; `urls`: cta, secondary, not_now, no_more, why,
    unsubscribe."""
    locale = str(content.get("locale") or "en")
    said = words(locale)
    direction = _direction(locale)
    body_css = BODY_CSS.replace("START", direction["start"])
    context = {
        **{name: content[name] for name in ("subject", "text", "why", "preheader")},
        "body": mark_safe(css_inline.inline_fragment(content["html"], body_css)),  # noqa: S308
        "locale": locale,
        **direction,
        "media": content.get("media"),
        "terms_line": content.get("terms_line", ""),
        "buttons": _buttons(content, urls, said),
        "controls": [{"label": said[name], "url": urls[name]} for name in ("no_more", "why", "unsubscribe")],
        "words": said,
        "company": settings.COMPANY,
        "address": settings.POSTAL_ADDRESS or settings.COMPANY,
    }
    html, text = (layout.render(context) for layout in _layouts())
    return html, text.strip() + "\n"


def _buttons(
    content: Mapping[str, Any], urls: Mapping[str, str], said: Mapping[str, str]
) -> list[dict[str, str]]:
    """To accept, to ask, and to say "not now": one shape, one size."""
    named = [
        {"label": content[name]["label"], "url": urls[name], "kind": name}
        for name in ("cta", "secondary")
        if content.get(name)
    ]
    return [*named, {"label": said["not_now"], "url": urls["not_now"], "kind": "not_now"}]


def _direction(locale: str) -> dict[str, str]:
    try:
        right = Locale.parse(locale.replace("-", "_")).text_direction == "rtl"
    except (ValueError, UnknownLocaleError):
        right = False
    return {"direction": "rtl", "start": "right"} if right else {"direction": "ltr", "start": "left"}


@cache
def _layouts() -> tuple[Any, Any]:
    """A layout that does not compile raises at the first mail; a test compiles it."""
    folder = settings.BASE_DIR / "templates" / "mail"
    source = (folder / "layout.mjml").read_text(encoding="utf-8")
    engine = engines["django"]
    text = (folder / "layout.txt").read_text(encoding="utf-8")
    return engine.from_string(mjml.mjml2html(source)), engine.from_string(text)
