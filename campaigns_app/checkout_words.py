"""What recipients read while they buy, in the languages of their other pages: heading and text of each page."""

from campaigns_app import recipient_words
from campaigns_app.checkout_words_romance import FRENCH, SPANISH

Page = tuple[str, str]

_ENGLISH: dict[str, Page] = {
    "begin": (
        "Go on to payment?",
        "The next page belongs to our payment provider and shows the price before you confirm. This button"
        " charges nothing.",
    ),
    "moment": ("One moment", "Your payment page is being prepared. This page goes on by itself."),
    "slow": (
        "This takes longer than usual",
        "Our payment provider does not answer yet. Nothing was charged. We keep trying, and this page looks again"
        " by itself.",
    ),
    "cannot": (
        "It cannot be bought here at present",
        "Nothing was charged and nothing was changed. Please try again later, or answer the message that brought"
        " you here.",
    ),
    "expired": ("This offer has ended", "Its time is over. Nothing was charged."),
    "answered": (
        "You answered this offer already",
        "You said that you do not want it now. Nothing was charged.",
    ),
    "withdrawn": ("This offer does not stand any more", "It was taken back. Nothing was charged."),
    "owned": ("You have this already", "Your account includes it, so nothing was charged again."),
    "completed": ("This is done already", "Your order has arrived. Nothing was charged twice."),
    "paid": (
        "Thank you",
        "Your order was taken. You may close this page; your account is updated in a moment.",
    ),
    "back": (
        "Nothing was bought",
        "You left the payment page, and nothing was charged. You can go on if you like.",
    ),
    "buttons": ("Continue", "Try again"),
}
_GERMAN: dict[str, Page] = {
    "begin": (
        "Weiter zur Zahlung?",
        "Die nächste Seite gehört unserem Zahlungsanbieter und nennt den Preis, bevor Sie bestätigen. Dieser Knopf"
        " bucht nichts ab.",
    ),
    "moment": ("Einen Moment", "Ihre Zahlungsseite wird vorbereitet. Es geht von selbst weiter."),
    "slow": (
        "Es dauert länger als sonst",
        "Unser Zahlungsanbieter antwortet noch nicht. Es wurde nichts abgebucht. Wir versuchen es weiter, und diese"
        " Seite sieht von selbst wieder nach.",
    ),
    "cannot": (
        "Das lässt sich hier zurzeit nicht kaufen",
        "Es wurde nichts abgebucht und nichts geändert. Bitte versuchen Sie es später, oder antworten Sie auf die"
        " Nachricht, die Sie hierher gebracht hat.",
    ),
    "expired": ("Dieses Angebot ist beendet", "Seine Zeit ist vorbei. Es wurde nichts abgebucht."),
    "answered": (
        "Sie haben dieses Angebot schon beantwortet",
        "Sie wollten es zurzeit nicht. Es wurde nichts abgebucht.",
    ),
    "withdrawn": ("Dieses Angebot gilt nicht mehr", "Es wurde zurückgezogen. Es wurde nichts abgebucht."),
    "owned": ("Das haben Sie schon", "Ihr Konto enthält es bereits, es wurde nichts noch einmal abgebucht."),
    "completed": ("Das ist schon erledigt", "Ihre Bestellung ist da. Es wurde nichts doppelt abgebucht."),
    "paid": (
        "Vielen Dank",
        "Ihre Bestellung ist eingegangen. Sie können diese Seite schließen; Ihr Konto wird gleich aktualisiert.",
    ),
    "back": (
        "Es wurde nichts gekauft",
        "Sie haben die Zahlungsseite verlassen, es wurde nichts abgebucht. Wenn Sie möchten, geht es hier weiter.",
    ),
    "buttons": ("Weiter", "Noch einmal versuchen"),
}
_BY_LANGUAGE = {"en": _ENGLISH, "de": _GERMAN, "fr": FRENCH, "es": SPANISH}


def of(locale: str) -> dict[str, Page]:
    """In the language in which the rest of the page is."""
    return _BY_LANGUAGE.get(recipient_words.of(locale)["language"], _ENGLISH)
