"""Law as data."""

import pytest

from consent_app import regions
from people_app.models import Channel


@pytest.mark.parametrize(
    ("country", "code"), [("de", "EU"), ("US", "US"), ("CA", "CA"), ("", "EU"), ("BR", "EU")]
)
def test_it_works(country: str, code: str) -> None:
    assert regions.of(country).code == code


def test_every_channel_but_the_app_and_american_mail_needs_a_basis() -> None:
    free = {
        (region.code, channel)
        for region in (regions.EU, regions.US, regions.CANADA)
        for channel in Channel.values
        if not region.needs_basis(channel)
    }
    assert free == {("EU", "in_app"), ("CA", "in_app"), ("US", "in_app"), ("US", "email")}


def test_an_address_is_printed_where_the_law_says() -> None:
    assert [regions.of(code).postal_address for code in ("DE", "US", "CA", "")] == [False, True, True, False]
