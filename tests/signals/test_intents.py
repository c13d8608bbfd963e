"""What a text wants, judged on labelled texts in four languages that the training never reads.

One author wrote texts and words, so `held_out` flatters: de, fr and es are mostly translations of one another, and the
words were written by somebody who had read it. It was measured four times: after the first the least confidences got a
floor, for what unseen texts had shown; before the third 180 training texts were added and words mended by these alone,
without a look at it; after it 20 of them were dropped, as they turned out to be much like some of it.

Honest are texts written after the words. At first sight micro precision and recall were 0.70 and 0.28 (76 texts, chosen
to be indirect), 0.89 and 0.56 (100), 0.62 and 0.50 (72), 0.79 and 0.47 (those 180); the words have learned from all of
these. `intents_unseen.tsv` had 0.85 and 0.61; its misses have been read since, so it is a development set and tells
nothing of unseen texts any more. Texts of three more kinds, from none of which anything was learned, had 0.83 and 0.45
(indirect), 0.69 and 0.63 (a third of them harmless near misses), 0.90 and 0.68 (plain words). So expect that what is
said in plain words is mostly heard, and of what is only described about half.

`intents_fresh.tsv` is by another author, who knew the definitions of the labels alone: 224 texts, 96 of which want
nothing and mostly sound as if they did. At first sight 0.70 and 0.63; nothing has learned from it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from signals_app import intents
from signals_app.intents import LABELS, texts, words
from signals_app.intents.texts import HELD_OUT, LANGUAGES, TRAIN, Labelled

HELD = texts.load(HELD_OUT)
FRESH = texts.read(Path(__file__).parent / "intents_fresh.tsv")
UNSEEN = texts.read(Path(__file__).parent / "intents_unseen.tsv")


def judged(rows: list[Labelled], labels: tuple[str, ...] = LABELS) -> tuple[float, float]:
    """Precision and recall over these labels together."""
    said = [({one.label for one in intents.read(row.text)} & set(labels), row.labels) for row in rows]
    right = sum(len(told & true) for told, true in said)
    told = sum(len(told) for told, _ in said)
    return right / max(1, told), right / sum(len(true & set(labels)) for _, true in said)


def test_together_they_are_told_precisely_and_mostly_found() -> None:
    precision, recall = judged(HELD)
    assert precision >= 0.95
    assert recall >= 0.85


@pytest.mark.parametrize("label", LABELS)
def test_each_label_is_told_precisely_and_mostly_found(label: str) -> None:
    precision, recall = judged(HELD, (label,))
    assert precision >= 0.9
    assert recall >= 0.75


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_understood(language: str) -> None:
    precision, recall = judged([row for row in HELD if row.language == language])
    assert precision >= 0.9
    assert recall >= 0.7


def test_harmless_texts_want_nothing() -> None:
    harmless = [row for row in HELD if not row.labels]
    assert len(harmless) >= 60
    assert len([row for row in harmless if intents.read(row.text)]) <= 0.05 * len(harmless)


def test_the_development_set_is_half_understood() -> None:
    precision, recall = judged(UNSEEN)
    assert precision >= 0.8
    assert recall >= 0.6


def test_of_texts_by_another_author_two_thirds_are_found_and_three_in_ten_readings_are_wrong() -> None:
    precision, recall = judged(FRESH)
    assert precision >= 0.69
    assert recall >= 0.63


def test_a_surer_reading_is_more_often_right() -> None:
    sure = [
        ({one.label for one in intents.read(row.text) if one.confidence >= 0.9}, row.labels) for row in FRESH
    ]
    assert sum(len(told & true) for told, true in sure) >= 0.84 * sum(len(told) for told, _ in sure)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_texts_of_each_language_and_label(language: str) -> None:
    known, held = (
        [row for row in texts.load(part) if row.language == language] for part in (TRAIN, HELD_OUT)
    )
    assert len(known) + len(held) >= 200
    assert 0.2 <= len(held) / (len(known) + len(held)) <= 0.35
    for label in LABELS:
        assert sum(label in row.labels for row in known) >= 20
        assert sum(label in row.labels for row in held) >= 8


def test_no_family_of_texts_is_on_both_sides() -> None:
    assert not {row.family for row in texts.load(TRAIN)} & {row.family for row in HELD}


def grams(text: str) -> set[str]:
    plain = " ".join(text.casefold().split())
    return {plain[start : start + 5] for start in range(len(plain) - 4)}


def test_held_out_texts_are_no_near_copies() -> None:
    """Of the five-letter pieces of a held-out text so many are in the most similar text of its language."""
    known = [(row.language, grams(row.text)) for row in texts.load(TRAIN)]
    shares = []
    for row in HELD:
        if len(row.text) >= 20:
            own = grams(row.text)
            shares.append(
                max(len(own & other) / len(own) for language, other in known if language == row.language)
            )
    assert max(shares) < 0.5
    assert sum(shares) / len(shares) < 0.2


def test_the_evidence_is_words_of_the_text() -> None:
    for row in HELD:
        for intent in intents.read(row.text):
            assert intent.words
            assert 0 < intent.confidence <= 1
            at = 0
            for word in intent.words:
                at = row.text.index(word, at) + len(word)


def test_the_evidence_is_what_was_asked_for() -> None:
    [intent] = intents.read("We need 10 more seats")
    assert intent.label == "more_capacity"
    assert {"more", "seats"} <= set(intent.words)


def test_the_evidence_is_no_little_words() -> None:
    [intent] = intents.read("I am lost, I don't understand how the filters in the menu work.")
    assert {"lost", "understand"} <= set(intent.words)
    assert not {word.lower() for word in intent.words} & {"i", "am", "the", "in"}
    [intent] = intents.read("Wir brauchen 5 weitere Plätze für unsere neuen Kollegen")
    assert {"weitere", "Plätze"} <= set(intent.words)
    assert not {word.lower() for word in intent.words} & {"wir", "für", "unsere"}


@pytest.mark.parametrize(
    "text",
    [
        *("", " \n\t", "\0", "a\0b\0" * 50, "🙂🔥" * 200, "?!.;:" * 500, "\ud800 x", "ﷺ" * 999, "żółć łódź"),
        *("漢字" * 800, "x" * 100_000, "no " * 30_000, "'" * 9_999, "1 2 3 4"),
    ],
    ids=range(14),
)
def test_no_text_is_too_odd_to_read(text: str) -> None:
    assert intents.read(text) == []


@pytest.mark.parametrize("hint", ["", "de", "DE-at", "fr_CA", "xx", "-", "zh-Hant-TW", "\0"])
def test_no_hint_is_too_odd(hint: str) -> None:
    assert [one.label for one in intents.read("We need 10 more seats", hint)] == ["more_capacity"]


def test_a_hint_decides_where_the_words_do_not() -> None:
    assert words.languages(["limite"], "es-MX") == ["es"]
    assert words.languages(["limite"], "") == list(LANGUAGES)


def calls(text: str) -> int:
    """How many Python and built-in functions the reading calls."""
    seen = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal seen
        seen += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        intents.read(text)
    finally:
        sys.setprofile(None)
    return seen


@pytest.mark.parametrize(
    "sentence", ["The export is broken, we need more seats. ", "no ", "geht ", "ne pas plus "]
)
def test_a_long_text_takes_work_in_proportion_and_no_more_than_5000_characters_of_it(sentence: str) -> None:
    intents.read("load the weights first")
    thousand, five, ten, hundred = (
        calls((sentence * 40_000)[:size]) for size in (1_000, 5_000, 10_000, 100_000)
    )
    assert five <= 6 * thousand
    assert ten <= five + 50
    assert hundred == ten


def test_it_needs_nothing_but_the_standard_library() -> None:
    program = (
        "import sys; before = set(sys.modules); from signals_app import intents; "
        "assert intents.read('Please cancel our subscription')[0].label == 'leaving'; "
        "own = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(*sorted(own - set(sys.stdlib_module_names) - {'signals_app'}))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""


def test_the_weights_are_small() -> None:
    assert intents.model.FILE.stat().st_size < 400_000
