"""Signed links: one purpose each, nothing personal in them."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import override_settings

from consent_app import links

OFFER = uuid4()


def test_it_works() -> None:
    assert links.read_preferences(links.make_preferences(7, OFFER)) == (7, OFFER)
    assert links.read_preferences(links.make_preferences(7)) == (7, None)
    assert links.read_unsubscribe(links.make_unsubscribe(7, OFFER)) == (7, OFFER)
    assert links.read_click(links.make_click(OFFER, "cta")) == (OFFER, "cta")
    assert links.read_why(links.make_why(OFFER)) == OFFER


def test_a_link_is_short_and_needs_no_escaping() -> None:
    url = links.unsubscribe_url(2**40, OFFER)
    assert url.startswith("http://testserver/u/") and len(url) < 110
    assert set(url.rsplit("/", 1)[1]) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
    )


READERS: list[Callable[[str], object]] = [
    links.read_preferences,
    links.read_unsubscribe,
    links.read_click,
    links.read_why,
]


@pytest.mark.parametrize("reader", READERS)
def test_a_link_for_another_purpose_is_refused(reader: Callable[[str], object]) -> None:
    tokens = {
        links.read_preferences: links.make_preferences(7, OFFER),
        links.read_unsubscribe: links.make_unsubscribe(7, OFFER),
        links.read_click: links.make_click(OFFER, "cta"),
        links.read_why: links.make_why(OFFER),
    }
    for owner, token in tokens.items():
        if owner is not reader:
            with pytest.raises(links.BadLink):
                reader(token)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("token", ["", ".", "x", "AAAA.BBBB", "é.ü", "a" * 5000, "\x00.\x00"])
def test_nonsense_is_refused(reader: Callable[[str], object], token: str) -> None:
    with pytest.raises(links.BadLink):
        reader(token)


def test_a_changed_link_is_refused() -> None:
    payload, signature = links.make_preferences(7).split(".")
    other, _ = links.make_preferences(8).split(".")
    with pytest.raises(links.BadLink):
        links.read_preferences(f"{other}.{signature}")
    assert payload != other


def test_an_old_mail_outlives_a_rotated_key() -> None:
    token = links.make_unsubscribe(7, OFFER)
    with override_settings(
        SECRET_KEY="new", SECRET_KEY_FALLBACKS=["only-for-tests-0123456789-abcdefghijklmnop"]
    ):
        assert links.read_unsubscribe(token) == (7, OFFER)
    with override_settings(SECRET_KEY="new"), pytest.raises(links.BadLink):
        links.read_unsubscribe(token)
