"""Who is told of what is true of a whole account."""

from datetime import timedelta
from typing import Any

import pytest

from people_app.models import Account, Membership, Person
from signals_app import routing
from signals_app.routing import Member
from tests.build import a_person, an_account
from upsell_project.lib import clock

ADMIN, EDITOR, SILENT = Member(1, "admin"), Member(2, "editor"), Member(3, "")


@pytest.mark.parametrize(
    ("there", "roles", "actor", "anyone", "told"),
    [
        ([ADMIN, EDITOR], [], 2, False, 2),
        ([ADMIN, EDITOR], [], None, False, None),
        ([ADMIN, EDITOR], [], None, True, 1),
        ([EDITOR, ADMIN], ["admin"], 2, False, 1),
        ([EDITOR, ADMIN], [" Admin ", "owner"], 1, False, 1),
        ([EDITOR, SILENT], ["admin"], 2, True, None),
        ([SILENT], ["admin"], None, False, 3),
        ([SILENT], ["admin"], 9, False, 9),
        ([], ["admin"], 9, False, 9),
        ([], ["admin"], None, True, None),
    ],
    ids=[
        "who did it",
        "nobody did it",
        "nobody did it, but somebody is to know",
        "who has the role",
        "who did it and has one of the roles",
        "nobody has the role",
        "nobody has said any role",
        "nobody has said any role, somebody did it",
        "an account without members we know",
        "nobody at all",
    ],
)
def test_it_goes_to(
    there: list[Member], roles: list[str], actor: int | None, anyone: bool, told: int
) -> None:
    assert routing.choose(there, roles, actor, anyone=anyone) == told


def member(account: Account, name: str, hours: int | None, role: str = "", **fields: Any) -> Person:
    person = a_person(name, account=account, **fields)
    Membership.objects.filter(person=person).update(role=role)
    seen = clock.now() - timedelta(hours=hours) if hours is not None else None
    Person.objects.filter(pk=person.pk).update(last_seen_at=seen)
    return person


@pytest.mark.django_db
def test_members_are_those_we_know_whoever_was_active_last_first() -> None:
    account = an_account()
    old, new = member(account, "old", 5, "Owner"), member(account, "new", 1, role="")
    Person.objects.filter(pk=new.pk).update(role="Analyst")
    never = member(account, "never", None)
    erased, merged = member(account, "erased", 0), member(account, "merged", 0)
    nameless = member(account, "nameless", 0)
    Person.objects.filter(pk=erased.pk).update(erased_at=clock.now())
    Person.objects.filter(pk=merged.pk).update(merged_into=new)
    Person.objects.filter(pk=nameless.pk).update(user_id=None)
    elsewhere = an_account()
    member(elsewhere, "elsewhere", 0)
    assert routing.members([account.pk]) == {
        account.pk: [Member(new.pk, "analyst"), Member(old.pk, "owner"), Member(never.pk, "")]
    }


@pytest.mark.django_db
def test_of_their_own_account_it_is_they() -> None:
    person = a_person("ana", role="Maker")
    own = an_account(personal_of=person, group_id=None)
    assert routing.members([own.pk]) == {own.pk: [Member(person.pk, "maker")]}
    assert routing.members([]) == {}


@pytest.mark.django_db
def test_where_nobody_asks_for_roles_the_newest_is_enough() -> None:
    account, other = an_account(), an_account("other")
    member(account, "old", 30, "admin")
    newest, alone = member(account, "new", 2, "editor"), member(other, "alone", None)
    member(account, "unseen", None)
    assert routing.members([account.pk, other.pk], roles=False) == {
        account.pk: [Member(newest.pk, "editor")],
        other.pk: [Member(alone.pk, "")],
    }
