"""Bodies that somebody spoiled: each place of a JSON value may hold something of another type."""

from typing import Any

from hypothesis import strategies as st

_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1.5,
        10**15,
        "",
        " ",
        "x" * 300,
        "2026-03-02T09:30:00Z",
        "$device:",
        "-",
        [],
        [[]],
        [1],
        {},
        {"a": {}},
    ]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _put(copy[path[0]], path[1:], new)
    return copy


@st.composite
def spoiled(draw: st.DrawFn, bodies: list[Any]) -> Any:
    """One of the bodies with one to three places changed."""
    body = draw(st.sampled_from(bodies))
    for _ in range(draw(st.integers(1, 3))):
        body = _put(body, draw(st.sampled_from(places(body))), draw(_ODD))
    return body
