"""What cohort webhooks have in common: a list of people who entered a cohort or left it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from signals_app.connectors.base import Parsed
from signals_app.incoming import Incoming, Rejected, short_id


def changes(path: str, people: Sequence[Any], read: Callable[[Any], Incoming | Rejected]) -> Parsed:
    """Each of the people at `path` read by itself; who is listed twice counts once."""
    parsed = Parsed()
    seen: set[str] = set()
    for index, one in enumerate(people):
        found = read(one)
        if isinstance(found, Rejected):
            parsed.rejected.append(Rejected(index, found.reason, f"{path}[{index}].{found.path}"))
        elif found.message_id not in seen:
            seen.add(found.message_id)
            parsed.items.append(found)
    return parsed


def change(
    message_id: str, at: datetime, *, inside: bool, cohort: tuple[str, str], who: tuple[str, str, str]
) -> Incoming:
    """`cohort`: its id and name; `who`: user id, device id and email address, of which some are empty."""
    user_id, device_id, email = who
    return Incoming(
        kind="track",
        message_id=short_id(message_id),
        occurred_at=at,
        name="Cohort Entered" if inside else "Cohort Left",
        user_id=user_id or None,
        anonymous_id=device_id or None,
        properties={"cohort_id": cohort[0], "cohort": cohort[1]},
        lookup={"email": email} if email else {},
        active=False,
    )
