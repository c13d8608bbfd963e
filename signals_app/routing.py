"""Who is told of what is true of a whole account: who did it, or whoever has the role for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from upsell_project.lib import bulk


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody we know by name, and what they are there: their role in the account, else the one they said."""

    person: int
    role: str


def members(account_ids: Iterable[int], *, roles: bool = True) -> dict[int, list[Member]]:
    """Of each account, whoever was active last first. Without `roles`: these alone, which is all that is needed where
    nobody asks for roles."""
    ids = bulk.array(sorted(set(account_ids)))
    found: dict[int, list[Member]] = {}
    for account, person, role in bulk.select(_MEMBERS if roles else _NEWEST, ids, ids):
        found.setdefault(account, []).append(Member(person, role.strip().casefold()))
    return found


def choose(there: Sequence[Member], roles: Iterable[str], actor: int | None, *, anyone: bool) -> int | None:
    """With roles: the actor if they have one of them, else whoever has and was active last. Without roles, or where
    nobody in the account has said theirs: the actor, else (with `anyone`) whoever was active last. None: nobody.
    """
    wanted = {role.strip().casefold() for role in roles}
    if wanted and any(member.role for member in there):
        fitting = [member.person for member in there if member.role in wanted]
        return actor if actor in fitting else next(iter(fitting), None)
    return actor or (there[0].person if there and (anyone or wanted) else None)


_KNOWN = "p.user_id IS NOT NULL AND p.merged_into_id IS NULL AND p.erased_at IS NULL"
_KNOWN_MEMBERS = f"""(
    SELECT m.account_id AS account, p.id AS person, coalesce(nullif(m.role, ''), p.role) AS role, p.last_seen_at
    FROM people_app_membership m JOIN people_app_person p ON p.id = m.person_id
    WHERE m.account_id = ANY(%s) AND {_KNOWN}
    UNION ALL
    SELECT a.id, p.id, p.role, p.last_seen_at
    FROM people_app_account a JOIN people_app_person p ON p.id = a.personal_of_id
    WHERE a.id = ANY(%s) AND {_KNOWN}
) known
"""
_MEMBERS = f"SELECT account, person, role FROM {_KNOWN_MEMBERS} ORDER BY last_seen_at DESC NULLS LAST, person"
_NEWEST = f"""
SELECT DISTINCT ON (account) account, person, role FROM {_KNOWN_MEMBERS}
ORDER BY account, last_seen_at DESC NULLS LAST, person
"""
