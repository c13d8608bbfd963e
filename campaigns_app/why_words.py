"""What the page "why this offer" says beside the reasons, in the recipient's language.

`from:<fact>` says where we know that kind of fact from; `stop:<channel>` how such offers end, in the words of the
controls that stand beside the offer itself.
"""

from typing import Final

_ENGLISH: Final[dict[str, str]] = {
    "this_offer": "Why this offer",
    "know": "What we know, and from where",
    "sources": "Who says so",
    "says": "{source}, {day}",
    "stop": "How to stop",
    "only": "The offer rests on nothing else.",
    "from:use": "What you and your team do in our product: our product tells us.",
    "from:plan": "Your plan, its limits and its dates: your account and its billing tell us.",
    "from:text": "What you wrote to us: read by a program, for what it is about.",
    "from:score": "A number that we work out from the use of our product.",
    "from:calendar": "The calendar, and the industry that your account named.",
    "from:offers": "Earlier offers of ours and how they were answered.",
    "stop:in_app": "Beside the offer stands “Stop offers like this”: one click, and there are no more of them.",
    "stop:email": "At the end of the mail stand one link that stops all offers and one to choose what you get.",
    "stop:sms": "Answer the message with STOP.",
    "stop:other": "Say so in an answer, or in any message of ours use the link at its end.",
    "stop:link": "This page only tells: whoever has its link can change nothing.",
}
_GERMAN: Final[dict[str, str]] = {
    "this_offer": "Warum dieses Angebot",
    "know": "Was wir wissen, und woher",
    "sources": "Wer das sagt",
    "says": "{source}, {day}",
    "stop": "Wie Sie es beenden",
    "only": "Auf nichts anderem beruht das Angebot.",
    "from:use": "Was Sie und Ihr Team in unserem Produkt tun: Das meldet uns unser Produkt.",
    "from:plan": "Ihr Tarif, seine Grenzen und Daten: Das sagen uns Ihr Konto und seine Abrechnung.",
    "from:text": "Was Sie uns geschrieben haben: Ein Programm hat gelesen, worum es geht.",
    "from:score": "Eine Zahl, die wir aus der Nutzung unseres Produkts errechnen.",
    "from:calendar": "Der Kalender und die Branche, die Ihr Konto angegeben hat.",
    "from:offers": "Frühere Angebote von uns und die Antworten darauf.",
    "stop:in_app": "Neben dem Angebot steht „Keine solchen Angebote“: ein Klick, und es kommen keine mehr.",
    "stop:email": "Am Ende der Nachricht stehen ein Link, der alle Angebote beendet, und einer, um auszuwählen.",
    "stop:sms": "Antworten Sie auf die Nachricht mit STOP.",
    "stop:other": "Sagen Sie es in einer Antwort, oder nutzen Sie den Link am Ende einer unserer Nachrichten.",
    "stop:link": "Diese Seite erzählt nur: Wer ihren Link hat, kann nichts ändern.",
}
_FRENCH: Final[dict[str, str]] = {
    "this_offer": "Pourquoi cette offre",
    "know": "Ce que nous savons, et d’où",
    "sources": "Qui le dit",
    "says": "{source}, {day}",
    "stop": "Comment arrêter",
    "only": "L’offre ne repose sur rien d’autre.",
    "from:use": "Ce que vous et votre équipe faites dans notre produit : notre produit nous le dit.",
    "from:plan": "Votre forfait, ses limites et ses dates : votre compte et sa facturation nous le disent.",
    "from:text": "Ce que vous nous avez écrit : lu par un programme, pour savoir de quoi il s’agit.",
    "from:score": "Un nombre que nous calculons d’après l’utilisation de notre produit.",
    "from:calendar": "Le calendrier, et le secteur que votre compte a indiqué.",
    "from:offers": "Nos offres précédentes et les réponses qu’elles ont reçues.",
    "stop:in_app": "À côté de l’offre se trouve « Ne plus proposer » : un clic, et il n’y en a plus.",
    "stop:email": "À la fin du message se trouvent un lien qui arrête toutes les offres et un autre pour choisir.",
    "stop:sms": "Répondez au message par STOP.",
    "stop:other": "Dites-le dans une réponse, ou utilisez le lien à la fin d’un de nos messages.",
    "stop:link": "Cette page ne fait que raconter : qui a son lien ne peut rien changer.",
}
_SPANISH: Final[dict[str, str]] = {
    "this_offer": "Por qué esta oferta",
    "know": "Qué sabemos, y de dónde",
    "sources": "Quién lo dice",
    "says": "{source}, {day}",
    "stop": "Cómo detenerlas",
    "only": "La oferta no se basa en nada más.",
    "from:use": "Lo que usted y su equipo hacen en nuestro producto: nos lo dice nuestro producto.",
    "from:plan": "Su plan, sus límites y sus fechas: nos lo dicen su cuenta y su facturación.",
    "from:text": "Lo que nos escribió: lo leyó un programa, para saber de qué trata.",
    "from:score": "Un número que calculamos a partir del uso de nuestro producto.",
    "from:calendar": "El calendario, y el sector que indicó su cuenta.",
    "from:offers": "Ofertas nuestras anteriores y cómo se respondió a ellas.",
    "stop:in_app": "Junto a la oferta está «No más ofertas así»: un clic, y no habrá más.",
    "stop:email": "Al final del correo hay un enlace que detiene todas las ofertas y otro para elegir qué recibe.",
    "stop:sms": "Responda al mensaje con STOP.",
    "stop:other": "Dígalo en una respuesta, o use el enlace al final de cualquiera de nuestros mensajes.",
    "stop:link": "Esta página solo cuenta: quien tenga su enlace no puede cambiar nada.",
}
_BY_LANGUAGE: Final = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}


def of(language: str) -> dict[str, str]:
    """English where there are none."""
    return _BY_LANGUAGE.get(language, _ENGLISH)
