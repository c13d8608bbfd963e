from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import from_iso, from_unix, printable
from upsell_project.lib import signing


def test_the_registry_is_keyed_by_kind() -> None:
    assert {"http", "web", "stripe", "zendesk"} <= set(CONNECTORS)
    assert all(kind == connector.kind and connector.label for kind, connector in CONNECTORS.items())


@pytest.mark.parametrize(
    "text", ["2026-03-02T09:30:00Z", "2026-03-02T10:30:00+01:00", "2026-03-02T09:30", "2026-03-02 09:30Z"]
)
def test_moments_are_read_as_utc(text: str) -> None:
    assert from_iso(text) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@settings(deadline=None)
@given(st.text(max_size=20) | st.floats() | st.integers())
def test_no_value_breaks_the_readers_of_moments(value: object) -> None:
    for moment in (from_iso(value), from_unix(value)):
        assert moment is None or moment.tzinfo is UTC


@settings(deadline=None)
@given(st.binary(max_size=50))
def test_what_is_kept_of_a_body_fits_any_text_column(body: bytes) -> None:
    assert "\x00" not in printable(body).encode().decode()


def test_any_pair_of_macs_may_match_and_none_means_no() -> None:
    assert signing.any_same(["a", "b"], ["x", "b"])
    assert not signing.any_same(["a"], ["x", "é"])
    assert not signing.any_same([], ["x"])
    assert signing.usable([" s ", "", "  "]) == ["s"]
