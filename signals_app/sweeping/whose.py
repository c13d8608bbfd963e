"""The subjects of keys that were found."""

from collections.abc import Sequence
from datetime import datetime

from people_app import homes
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Of


def subjects(of: Of, ids: Sequence[int], now: datetime) -> list[Subject]:
    """Accounts as a whole, or people with the account that is their home, if there is one."""
    if of is Of.ACCOUNT:
        return [Subject(None, account) for account in ids]
    home = homes.of(ids, now, create=False)
    return [Subject(person, home[person]) for person in ids]
