"""What replies say, judged on labelled texts in four languages.

`replies.tsv` was open while the word lists were written, so its figures say that nothing was broken since.
`replies_unseen.tsv` was not: its figures say what to expect of people we have not met. Lists of words miss about
half of their noes, which is why everything that is not understood goes to a human and ends the sequence; what must
hardly ever happen is that a no is taken for a yes, or that somebody is unsubscribed who did not ask for it.
"""

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals_app import reply_stops
from signals_app.replies import verdict

HERE = Path(__file__).parent
VERDICTS = ("stop", "revocation", "negative", "positive", "neutral")
NOES = {"stop", "revocation", "negative"}


def table(name: str) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in (HERE / name).read_text().splitlines())
    return [(wanted, text) for wanted, text in rows]


def counts(rows: list[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter((wanted, verdict(text)) for wanted, text in rows)


def precision(found: Counter[tuple[str, str]], kind: str) -> float:
    said = sum(number for (_, got), number in found.items() if got == kind)
    return found[kind, kind] / said if said else 1.0


def recall(found: Counter[tuple[str, str]], kind: str) -> float:
    return found[kind, kind] / sum(number for (wanted, _), number in found.items() if wanted == kind)


def test_the_table_is_large_and_has_every_verdict() -> None:
    rows = table("replies.tsv")
    assert len(rows) >= 200
    assert min(Counter(wanted for wanted, _ in rows)[kind] for kind in VERDICTS) >= 20


@pytest.mark.parametrize(
    ("kind", "precise", "complete"),
    [
        ("stop", 1.0, 1.0),
        ("revocation", 0.98, 0.98),
        ("negative", 0.98, 0.98),
        ("positive", 0.98, 0.95),
        ("neutral", 0.95, 0.98),
    ],
)
def test_the_known_texts_are_understood(kind: str, precise: float, complete: float) -> None:
    found = counts(table("replies.tsv"))
    assert precision(found, kind) >= precise
    assert recall(found, kind) >= complete


def test_of_unknown_texts_half_the_revocations_are_found_and_hardly_a_verdict_is_wrong() -> None:
    found = counts(table("replies_unseen.tsv"))
    assert recall(found, "revocation") >= 0.5
    assert precision(found, "revocation") == 1.0
    wrong = [one for one in found if one[0] != one[1] and one[1] != "neutral"]
    assert all(set(one) <= NOES for one in wrong), "a no may be taken for another no, and for nothing else"


def test_no_no_is_taken_for_a_yes() -> None:
    for name in ("replies.tsv", "replies_unseen.tsv"):
        assert not [text for wanted, text in table(name) if wanted in NOES and verdict(text) == "positive"]


@pytest.mark.parametrize("word", sorted(reply_stops.STOPS))
def test_a_stop_word_is_obeyed_however_it_is_written(word: str) -> None:
    for written in (word, word.upper(), f"  {word.title()}. ", f'"{word}"!!', f"{word}\n"):
        assert verdict(written) == "stop"


@pytest.mark.parametrize("word", ["end", "cancel", "stop", "quit", "baja"])
def test_a_stop_word_within_a_question_is_no_stop(word: str) -> None:
    assert verdict(f"What does {word} mean here?") != "stop"


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert verdict(text) in VERDICTS


@pytest.mark.parametrize(
    "piece", ["stop no don't ", "a ", "please ", "no no quiero ", "x", "keine weiteren mehr ", "'"]
)
def test_no_text_takes_long(piece: str) -> None:
    started = time.process_time()
    verdict(piece * 20_000)
    assert time.process_time() - started < 0.5
