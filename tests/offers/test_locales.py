"""A text is looked for in their own language, then the deployment's, then English."""

import pytest

from offers_app import locales


@pytest.mark.parametrize(
    ("wanted", "default", "chain"),
    [
        ("de-AT", "fr", ["de-at", "de", "fr", "en"]),
        ("de_AT", "en", ["de-at", "de", "en"]),
        ("", "fr-CA", ["fr-ca", "fr", "en"]),
        ("zh-Hant-TW", "en", ["zh-hant-tw", "zh-hant", "zh", "en"]),
        ("en-GB", "en", ["en-gb", "en"]),
        ("xx", "", ["xx", "en"]),
    ],
)
def test_the_chain(wanted: str, default: str, chain: list[str]) -> None:
    assert locales.chain(wanted, default) == chain


@pytest.mark.parametrize(
    ("there", "wanted", "found"),
    [
        (["en", "de", "de-AT"], "de-AT", "de-AT"),
        (["en", "de"], "de-AT", "de"),
        (["en", "fr"], "de", "fr"),
        (["en", "es"], "de", "en"),
        (["es"], "de", None),
        (["de_AT", "en"], "de-at", "de_AT"),
    ],
)
def test_the_first_that_is_there(there: list[str], wanted: str, found: str | None) -> None:
    assert locales.first(there, locales.chain(wanted, "fr")) == found
