import gzip
import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upsell_project.lib import gunzip, strict_json
from upsell_project.lib.strict_json import NotJson, Refused, TooLarge

characters = st.text(max_size=8)
numbers = st.integers(-(2**70), 2**70) | st.floats(allow_nan=True, allow_infinity=True)
documents = st.recursive(
    st.none() | st.booleans() | numbers | characters,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(characters, inner, max_size=4),
    max_leaves=25,
)


class Bag(list[Any]):
    """An object as its list of members, twins included."""


def acceptable(value: Any, levels: int) -> bool:
    """The slow, obvious definition of what we take."""
    if isinstance(value, str):
        return "\x00" not in value and not any(0xD800 <= ord(character) <= 0xDFFF for character in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) <= 2**53
    if not isinstance(value, list):
        return True
    if levels == 0:
        return False
    if not isinstance(value, Bag):
        return all(acceptable(child, levels - 1) for child in value)
    keys = [key for key, _ in value]
    return len(keys) == len(set(keys)) and all(
        acceptable(key, 1) and acceptable(child, levels - 1) for key, child in value
    )


def agree(text: str, levels: int = 32) -> None:
    if acceptable(json.loads(text, object_pairs_hook=Bag), levels):
        # `repr` tells 1 from 1.0 and 0.0 from -0.0 too.
        assert repr(strict_json.loads(text.encode(), max_depth=levels)) == repr(json.loads(text))
    else:
        with pytest.raises(Refused):
            strict_json.loads(text, max_depth=levels)


def refusal(raw: bytes | str) -> Refused:
    with pytest.raises(Refused) as caught:
        strict_json.loads(raw)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a"\t:2}',
        '{"a":1,"\\u0061":2}',
        '{"a":{"b":1},"a":{}}',
        '{"a":1,"a":2,"b":"\\u0022:"}',
        '{"a":"x\\":","b":1}',
        '[{"a":"\\":"},{"b":1,"b":2}]',
        "9007199254740993",
        '{"n":[1234567890123456]}',
        '"1234567890123456"',
        "-0",
        "1E5",
        "1e400",
        "0.30000000000000004",
    ],
)
def test_what_the_fast_parser_overlooks_is_read_with_care(text: str) -> None:
    agree(text)


@settings(deadline=None)
@given(documents, st.booleans(), st.sampled_from([2, 3, 32]))
def test_it_agrees_with_the_slow_definition(document: Any, ascii_only: bool, levels: int) -> None:
    agree(json.dumps(document, ensure_ascii=ascii_only), levels)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "\\u0061", "a "]), documents), max_size=4))
def test_it_finds_every_twin_key(pairs: list[tuple[str, Any]]) -> None:
    agree("{" + ",".join(f'"{key}":{json.dumps(value)}' for key, value in pairs) + "}")


@settings(deadline=None)
@given(st.binary(max_size=60) | st.text('{}[]",:\\u0e1-. abtrue', max_size=40).map(str.encode))
def test_no_bytes_raise_anything_but_a_refusal(raw: bytes) -> None:
    try:
        strict_json.loads(raw)
    except Refused as refused:
        assert refused.sentence("the body")


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ('{"a":{"b":[1,NaN]}}', "a.b[1]", "NaN"),
        ('{"a":-Infinity}', "a", "-Infinity"),
        ('{"a":1,"a":1}', "a", "duplicate"),
        ('{"a":[{"b":1,"b":2}]}', "a[0].b", "duplicate"),
        ('{"a":"x\\u0000"}', "a", "NUL"),
        ('{"a":{"\\u0000":1}}', "a", "NUL"),
        ('{"a":"\\ud800"}', "a", "surrogate"),
        ('["\\uDC00\\ud800"]', "[0]", "surrogate"),
        ('{"a":9007199254740993}', "a", "2^53"),
        ('{"a":-9007199254740993}', "a", "2^53"),
        ('{"a":%s}' % ("1" * 5000), "a", "2^53"),
        ('{"a":1e400}', "a", "too large"),
        ("[" * 33 + "]" * 33, "[0]" * 32, "deep"),
        ("[" * 100_000 + "]" * 100_000, "", "deep"),
    ],
)
def test_a_refusal_says_where_and_why(text: str, path: str, reason: str) -> None:
    refused = refusal(text)
    assert refused.path == path
    assert reason in refused.reason


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"{'a':1}", b'"\xff"', b"\xef\xbb\xbf{}", b'{"a":01}', b'"a\x00b"']
)
def test_what_is_not_json_is_told_apart(raw: bytes) -> None:
    assert isinstance(refusal(raw), NotJson)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":9007199254740992}',
        "[" * 32 + "]" * 32,
        '"\\\\u0000"',
        '"\\ud83d\\ude00"',
        "0.1234567890123456789",
        "1e300",
    ],
)
def test_what_only_looks_suspicious_is_taken(text: str) -> None:
    assert strict_json.loads(text) == json.loads(text)


def test_half_a_surrogate_pair_in_decoded_text_is_refused() -> None:
    assert "surrogate" in refusal('"\ud800"').reason


@settings(deadline=None)
@given(st.lists(documents, max_size=5), documents, st.booleans())
def test_a_split_batch_is_the_same_batch(items: list[Any], other: Any, pretty: bool) -> None:
    text = json.dumps(
        {"context": {"batch": [other]}, "batch": items, "tail": other}, indent=1 if pretty else None
    )
    head, texts = strict_json.split(text, "batch")
    assert [repr(json.loads(one)) for one in texts] == [repr(one) for one in items]
    assert repr(json.loads(head)) == repr({"context": {"batch": [other]}, "batch": [], "tail": other})


def test_splitting_survives_an_absurdly_nested_item() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    assert strict_json.split(f'{{"batch":[1,{deep},"],["]}}', "batch") == (
        '{"batch":[]}',
        ["1", deep, '"],["'],
    )


@pytest.mark.parametrize("text", ['{"batch":["a', '{"batch":[1,2', '{"batch":["\\"\\"\\"\\"'])
def test_splitting_refuses_what_does_not_end(text: str) -> None:
    with pytest.raises(NotJson):
        strict_json.split(text, "batch")


def test_gzip_is_known_by_its_first_bytes() -> None:
    assert gunzip.inflate(b"{}", 100) == b"{}"
    assert gunzip.inflate(gzip.compress(b"{}", mtime=0), 100) == b"{}"
    assert gunzip.inflate(gzip.compress(b"{", mtime=0) + gzip.compress(b"}", mtime=0), 100) == b"{}"


def test_the_limit_is_on_what_comes_out() -> None:
    assert len(gunzip.inflate(gzip.compress(b"x" * 1000, mtime=0), 1000)) == 1000
    for body in (
        gzip.compress(b"x" * 1001, mtime=0),
        b"x" * 1001,
        gzip.compress(b"\0" * 50_000_000, mtime=0),
    ):
        with pytest.raises(TooLarge):
            gunzip.inflate(body, 1000)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b"{}" * 50, mtime=0)[:-9], "cut short"),
        (gzip.compress(b"{}", mtime=0) + b"garbage", "after the end"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "inside gzip"),
        (b"\x1f\x8bnot gzip at all", "not valid"),
        (gzip.compress(b"1", mtime=0) * 17, "more than 16"),
        (gzip.compress(b"{}", mtime=0)[:-8] + b"\0" * 8, "not valid"),
    ],
)
def test_damaged_gzip_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        gunzip.inflate(body, 1000)


def test_a_huge_key_is_not_copied_for_each_of_many_elements_below_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    walk = strict_json._walk

    def counted(value: Any, path: str, levels_left: int) -> None:
        lengths.append(len(path))
        walk(value, path, levels_left)

    monkeypatch.setattr(strict_json, "_walk", counted)
    text = f'{{"{"k" * 10_000}":[0,0,{{"a":[0,0]}}],"d":1,"d":1}}'
    assert refusal(text).path == "d"
    assert len(lengths) > 6
    assert sum(length > 300 for length in lengths) == 1, "only the key itself"
