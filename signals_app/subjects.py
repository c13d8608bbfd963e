"""Whom a definition is about: a person in an account, or an account as a whole."""

from typing import NamedTuple


class Subject(NamedTuple):
    """Keys of `Person` and `Account`. Of an account as a whole: no person. Of somebody at home nowhere: no account."""

    person: int | None
    account: int | None
