"""Conditions in PostgreSQL's words mean what they mean in `measuring`, whatever the properties are."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from sys import maxunicode
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from signals_app.knowing.stored_events import answers  # noqa: F401  the package imports as a whole
from signals_app.knowing.where_path import predicate, split
from upsell_project.lib import bulk
from upsell_project.lib.rules import measuring
from upsell_project.lib.rules.facts import Op, Where
from upsell_project.lib.rules.measuring import Happened
from upsell_project.lib.rules.words import LETTERS, inside

pytestmark = pytest.mark.django_db
QUICK = examples(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEYS = ("n", "a.b", "a", "b", "", 'q"\\u', "ß", "a..b", "$", "a.b.c")
letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=3)
numbers = st.integers(-3, 3) | st.sampled_from([0.5, 1.0, 1e20, -0.0, 2.50, 10**18])
plain = (
    st.sampled_from(["", "x", "1", "true", 'q"\\', "STRASSE", "é", "waﬃt ſﬁ", "İstanbul ΐ ŉ", "-.*\n[^x]$"])
    | letters
    | numbers
    | st.booleans()
    | st.none()
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)
properties = st.dictionaries(st.sampled_from(KEYS), values, max_size=4)
exact = numbers.map(lambda n: Decimal(str(n)) if isinstance(n, float) else n)
folding = st.text("aAfFiItTsSßẞſKkKﬁﬃﬅİ\u0307ŉʼnΐςΣ*.\n\U00010400", max_size=5)
texts = st.sampled_from(["", "x", "1", "true", 'q"\\', "strasse", "é", ".", "^x", "\\"]) | letters | folding
scalars = texts | exact | st.booleans()


@st.composite
def conditions(draw: Any) -> Where:
    path, op = draw(st.sampled_from(KEYS)), draw(st.sampled_from([one for one in Op if one is not Op.WITHIN]))
    value: Any = draw(scalars)
    if op in (Op.KNOWN, Op.UNKNOWN):
        value = None
    elif op is Op.BETWEEN:
        value = tuple(sorted(draw(st.tuples(exact, exact))))
    elif op is Op.ONE_OF:
        value = tuple(draw(st.lists(scalars, min_size=1, max_size=3)))
    elif op in (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN):
        value = draw(exact)
    elif op in (Op.CONTAINS, Op.CONTAINS_WORD):
        value = draw(texts)
    return Where(path, op, value)


def said(condition: str, given_: Any) -> bool:
    ((found,),) = bulk.select("SELECT %s::jsonb @@ %s::jsonpath", bulk.json(given_), condition)
    return found is True


@QUICK
@given(st.lists(conditions(), min_size=1, max_size=4), st.lists(properties, min_size=1, max_size=6))
@example(
    [Where("a.b", Op.IS_NOT, 1)],
    [{"a.b": None, "a": {"b": 2}}, {"a": [{"b": 2}]}, {"a": {"b": [1]}}, {"a": 1}],
)
@example([Where("n", Op.IS, True)], [{"n": 1}, {"n": True}, {"n": [True]}, {"n": "true"}])
@example([Where("n", Op.IS_NOT, 1)], [{"n": 1.0}, {"n": True}, {"n": []}, {"n": {}}, {"n": None}, {}])
@example([Where("n", Op.ONE_OF, ("x", 1))], [{"n": [1, "x"]}, {"n": [["x"]]}, {"n": 1}])
def test_postgresql_answers_as_measuring_does(where: list[Where], many: list[dict[str, Any]]) -> None:
    condition, rest = split(where)
    for one in many:
        fits = measuring.fits(where, Happened(NOW, "E", one))
        found = (condition is None or said(condition, one)) and measuring.fits(rest, Happened(NOW, "E", one))
        assert found == fits, (where, one, condition)


@QUICK
@given(folding, st.lists(folding, min_size=1, max_size=6))
@example("s", ["ß", "ẞ", "ſ", "x"])
@example("sa", ["ßa", "sSa", "aß", "ß"])
@example("AS", ["aß", "äß", "as", "a"])
@example("f", ["ﬃ", "ﬀ", "x"])
@example("i\u0307", ["İ", "i", "\u0307"])
@example("ssss", ["ßß", "sßs", "ßs", "ßſS", "sss"])
def test_a_piece_of_a_text_is_found_whatever_its_case(piece: str, many: list[str]) -> None:
    condition = predicate(Where("n", Op.CONTAINS, piece))
    assert condition
    for one in many:
        text = f"({one})"
        assert said(condition, {"n": text}) == (piece.casefold() in text.casefold()), (piece, text, condition)


apart = st.text("aAsSßẞſiİ\u0307ŉʼnµ1_- é€«\u2019🚀東\n\U00010400", max_size=4)


@QUICK
@given(apart, st.lists(apart, min_size=1, max_size=6))
@example("s", ["ß", "s", "ſ", "-s-", "_s", "s1", "és", "s\u2019", "«s»", "🚀s", "東s", "µs"])
@example("n", ["ŉ", "n", "ʼn"])
@example("ss", ["ß", "ſß", "ẞ", "ß_", "aß"])
@example("", ["", "a", "a-", "--"])
def test_words_of_their_own_are_found_whatever_their_case(words: str, many: list[str]) -> None:
    condition = predicate(Where("n", Op.CONTAINS_WORD, words))
    assert condition
    for one in many:
        for text in (one, f"{one}{words}", f"{words}{one}", f"{one} {words}"):
            assert said(condition, {"n": text}) == inside(words, text), (words, text, condition)


def test_all_characters_are_in_words_as_what_they_fold_to_and_postgresql_sees_them_alike() -> None:
    """One statement for all characters that there are."""
    among = re.compile(f"[{LETTERS}]")
    every = [chr(n) for n in range(1, maxunicode + 1) if not 0xD800 <= n <= 0xDFFF]
    for one in every:
        assert {bool(among.match(part)) for part in one.casefold()} == {bool(among.match(one))}, one
    condition = predicate(Where("n", Op.CONTAINS_WORD, "x"))
    rows = bulk.select(
        "SELECT n FROM unnest(%s::int[]) n WHERE jsonb_build_object('n', chr(n) || 'x') @@ %s::jsonpath",
        [ord(one) for one in every],
        condition,
    )
    assert {n for (n,) in rows} == {ord(one) for one in every if not among.match(one)}


@pytest.mark.parametrize(
    "where",
    [
        Where("n", Op.CONTAINS, "x\0"),
        Where("n", Op.CONTAINS, "s" * 200),
        Where("n", Op.CONTAINS_WORD, "s" * 200),
        Where("n", Op.CONTAINS, None),
        Where("n\0", Op.IS, "x"),
        Where("n", Op.IS, "\ud800"),
        Where("n", Op.IS, Decimal("NaN")),
        Where("n", Op.AT_LEAST, Decimal("1e100000")),
        Where("n", Op.AT_LEAST, True),
        Where("n", Op.IS, None),
        Where("n", Op.ONE_OF, ("x", None)),
        Where("n", Op.BETWEEN, ("x", 1)),
    ],
)
def test_what_cannot_be_said_exactly_is_not_said(where: Where) -> None:
    assert predicate(where) is None
    assert split([where]) == (None, (where,))


@pytest.mark.parametrize("op", [one for one in Op if one is not Op.WITHIN])
def test_every_other_comparison_is_left_to_postgresql(op: Op) -> None:
    value: Any = {Op.BETWEEN: (1, 2), Op.ONE_OF: (1, 2)}.get(op, 1)
    assert predicate(Where("a.b", op, value))
