"""The words by which people leave, come back and ask who writes, when the whole message is such a word."""

# Twilio's own, on numbers without Advanced Opt-Out.
_TWILIO = ("stop", "stopall", "unsubscribe", "end", "quit", "revoke", "optout", "cancel")
_SPELLINGS = ("stop all", "opt out", "opt-out", "remove me", "unsubscribe me", "stop promotions")
_ABROAD = (
    *("stopp", "abmelden", "abbestellen", "afmelden", "afmeld", "avmeld", "avsluta"),
    *("arret", "arrêt", "desabonner", "désabonner", "annulla", "disiscrivi"),
    *("alto", "baja", "cancelar", "parar", "pare", "sair"),
)
STOPS = frozenset(_TWILIO + _SPELLINGS + _ABROAD)
STARTS = frozenset(("start", "unstop"))
HELPS = frozenset(("help", "info"))


def plain(text: str) -> str:
    """Lower case, single blanks, no marks around it: `  "Stop!" ` is `stop`."""
    return " ".join(text.casefold().split()).strip(" .,;:!?¡¿'\"`´’“”()*-")
