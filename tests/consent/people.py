"""People for the consent tests."""

from datetime import UTC, datetime
from itertools import count

from people_app.models import Channel, ContactPoint, Person

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_number = count(1)


def a_person(*, country: str = "DE", locale: str = "en", **addresses: str) -> Person:
    """A person with an in-app contact point and one per given channel (`email="a@b.test"`)."""
    person = Person.objects.create(
        user_id=f"u-{next(_number)}", country=country, locale=locale, first_seen_at=NOON, last_seen_at=NOON
    )
    for channel, address in {Channel.IN_APP.value: "", **addresses}.items():
        ContactPoint.objects.create(person=person, channel=channel, address=address, changed_at=NOON)
    return person


def point(person: Person, channel: str) -> ContactPoint | None:
    return person.contact_points.filter(channel=channel).first()
