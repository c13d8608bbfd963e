"""What staff type is held to the same rules as what is sent."""

from typing import Any

from django.core.exceptions import ValidationError

from people_app import facts


def _fits(parser: facts.Parser, value: Any, sentence: str) -> None:
    try:
        if parser(value) == value:
            return
    except facts.Unusable:
        pass
    raise ValidationError(sentence)


def zone(value: Any) -> None:
    _fits(facts.zone, value, "Name a time zone as the IANA database does: Europe/Berlin.")


def country(value: Any) -> None:
    _fits(facts.country, value, "Write the country as two capital letters (ISO 3166): DE.")


def currency(value: Any) -> None:
    _fits(facts.currency, value, "Write the currency as three capital letters (ISO 4217): EUR.")


def month_day(value: Any) -> None:
    _fits(facts.month_day, value, "Write month and day as 12-31.")
