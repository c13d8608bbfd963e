"""Of a reply only what its sender wrote counts, not what they answer and not their signature."""

import time

import pytest

from signals_app.connectors.inbound_mail import quoting
from tests.connectors.mails import SAID

CUTS = [
    ("Stop", "Stop"),
    (SAID, "No thanks, we are fine."),
    ("Yes!\n\nOn Mon, 2 Mar 2026 at 08:00, Upsell <offers@x.test>\nwrote:\n\n> Hi", "Yes!"),
    ("Ja\n\nAm Mo., 2. März 2026 um 08:00 Uhr schrieb Upsell <offers@x.test>:\n> Hallo", "Ja"),
    ("Ja\n\nUpsell <offers@x.test> schrieb am 02.03.2026 um 08:00:\n> Hallo", "Ja"),
    ("Oui\n\nLe lun. 2 mars 2026 à 08:00, Upsell <offers@x.test> a écrit :\n> Bonjour", "Oui"),
    ("Sí\n\nEl lun, 2 mar 2026 a las 8:00, Upsell (<offers@x.test>) escribió:\n> Hola", "Sí"),
    ("Fine\n\n-----Original Message-----\nFrom: Upsell\nBuy", "Fine"),
    ("Gut\n\n-----Ursprüngliche Nachricht-----\nVon: Upsell\nKauf", "Gut"),
    ("Bien\n\n-----Message d'origine-----\nDe : Upsell", "Bien"),
    ("Bien\n\n-----Mensaje original-----\nDe: Upsell", "Bien"),
    ("Ok\n\n________________________________\nFrom: Upsell <offers@x.test>\nSent: Monday\nTo: Ana", "Ok"),
    ("Ok\n\nVon: Upsell <offers@x.test>\nGesendet: Montag, 2. März 2026 08:00\nAn: Ana\nBetreff: 17", "Ok"),
    ("Ok\n\nDe : Upsell\nEnvoyé : lundi 2 mars 2026\nÀ : Ana", "Ok"),
    ("Stop\n\n-- \nAna Roth\nHead of Yes", "Stop"),
    ("Stop\n\nBest regards,\nAna\nGreat Company Ltd", "Stop"),
    ("Stopp\n\nMit freundlichen Grüßen\nAna Roth", "Stopp"),
    ("Arrêt\n\nCordialement,\nAna", "Arrêt"),
    ("Baja\n\nUn saludo\nAna", "Baja"),
    ("Stop\n\nSent from my iPhone", "Stop"),
    ("Stop\n\nVon meinem iPhone gesendet", "Stop"),
    ("Stop\n\nEnvoyé de mon iPhone", "Stop"),
    ("Stop\n\nEnviado desde mi iPhone", "Stop"),
    (
        "On Monday wrote:\n> Do you want it?\nNo, we do not.\n> Why?\nToo expensive.",
        "On Monday wrote:\nNo, we do not.\nToo expensive.",
    ),
    ("Thanks", "Thanks"),
    ("From: here on we use another tool", "From: here on we use another tool"),
    ("> only quoted\n> text", ""),
]


@pytest.mark.parametrize(("text", "own"), CUTS)
def test_only_their_own_words_are_kept(text: str, own: str) -> None:
    assert quoting.own_words(text) == own
    assert quoting.own_words(text.replace("\n", "\r\n")) == own


@pytest.mark.parametrize(
    "text", ["On " * 20_000, "On a\n" * 5_000, "_" * 50_000, "am " + "x " * 40_000, ">" * 50_000]
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    quoting.own_words(text)
    assert time.process_time() - started < 1
