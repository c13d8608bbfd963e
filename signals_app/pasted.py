"""A call that nobody sent, as if it had just come from somebody: read and mapped as at the door, and believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from people_app import account_names, homes
from people_app.account_names import GROUP
from people_app.models import Account, Person
from people_app.supposed import Supposed
from signals_app import columns, mapping
from signals_app.incoming import Incoming, Rejected
from signals_app.knowing import AsIf
from signals_app.knowing.profile import Profile, placed, read_json
from signals_app.rehearse.past import Kept
from signals_app.triggered import KINDS
from upsell_project.lib.rules.facts import Of

FACTS = ("identify", "group")
NO_CALL = "This call says nothing of them: paste a track, page, screen, identify or group call."
SEVERAL = "These calls are about several accounts: paste those of one."
NO_ACCOUNT = "There is no account “{}” yet, the call would begin it: name one that there is."


class Unclear(Exception):
    """It cannot be said which account the calls are about."""


@dataclass(slots=True)
class Pasted:
    items: list[Incoming] = field(default_factory=list)
    """Under the names of the tracking plan."""
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def called(self) -> str:
        """As the first event would be stored; without any, the kind of call."""
        names = [one.name for one in self.items if one.kind in KINDS]
        return next(iter(names), self.items[0].kind if self.items else "")

    def events(self, person: int) -> list[Kept]:
        return [
            Kept(one.occurred_at, one.name, one.properties, 0, one.kind, person)
            for one in self.items
            if one.kind in KINDS
        ]

    def account(self, person: int, now: datetime) -> int | None:
        """The one that they name, else where the person is at home. Raises Unclear."""
        named = {one.group_id for one in self.items if one.group_id}
        if len(named) > 1:
            raise Unclear(SEVERAL)
        if not named:
            return homes.of([person], now, create=False)[person]
        (group,) = named
        key = (GROUP, group)
        known = account_names.find([key])
        found = known[key].account_id if key in known else account_names.of_groups([group]).get(key)
        if found is None:
            raise Unclear(NO_ACCOUNT.format(group))
        return found


def read(person: Person, sample: Mapping[str, Any], now: datetime) -> Pasted:
    """Of one call, or a batch of them; whoever they name, it is this person."""
    found = mapping.try_out(_of(person, sample), mapping.load(), (), now)
    items = [
        replace(
            one.item,
            name=one.name,
            properties=one.properties,
            occurred_at=min(one.item.occurred_at, now),
        )
        for one in found.trials
        if one.item.kind in (*KINDS, *FACTS)
    ]
    return Pasted(items, found.rejected)


def _of(person: Person, sample: Mapping[str, Any]) -> Mapping[str, Any]:
    """What names nobody would be rejected."""
    if isinstance(batch := sample.get("batch"), list):
        return {**sample, "batch": [_of(person, one) if isinstance(one, Mapping) else one for one in batch]}
    return {**sample, "userId": person.user_id or f"person {person.pk}"}


def as_if(supposed: Supposed, now: datetime) -> AsIf:
    """What is known of a subject, with what is supposed of the person and the account in the place of their rows."""
    person, account = supposed.person, supposed.account

    def changed(profile: Profile) -> Profile:
        zone = person.timezone if profile.person is not None else None
        billed = account and (account.period_started_at, account.renews_at, account.billing_period)
        here, there, calendar = placed(
            (zone, account.timezone if account else None, *(billed or (None, None, None))), now
        )
        return replace(
            profile,
            here=here,
            there=there,
            calendar=calendar,
            person=None if profile.person is None else _row(person, Of.PERSON),
            account=None if account is None else _row(account, Of.ACCOUNT),
            caps=dict(supposed.caps),
        )

    return changed


def _row(one: Person | Account, of: Of) -> dict[str, Any]:
    """As it would be read from its row: a column goes before a trait of its name."""
    own = {name: _plain(getattr(one, name)) for name in columns.TYPES[of]}
    return {**read_json(json.dumps(one.traits)), **own}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
