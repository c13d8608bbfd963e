"""Live events: what arrived, what was refused, and what to change."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from signals_app.models import RejectedEvent
from tests.admin.world import a_world
from tests.build import a_person, a_source, an_event
from tests.conftest import Time

pytestmark = pytest.mark.django_db
PAGE = "/admin/live-events/"


def _names(client: Client, **query: str | int) -> list[str]:
    return [event.name for event in client.get(PAGE, query).context["events"]]


def test_it_shows_what_arrived_last_on_top(admin_client: Client, time: Time) -> None:
    person = a_person("u1")
    for name in ("First", "Second"):
        an_event(person, name)
    assert _names(admin_client) == ["Second", "First"]


def test_it_shows_at_most_200(admin_client: Client, time: Time) -> None:
    person = a_person("u1")
    for number in range(201):
        an_event(person, str(number))
    assert len(_names(admin_client)) == 200


def test_it_filters_by_person_name_and_source(admin_client: Client, time: Time) -> None:
    one, two = a_person("u1"), a_person("u2")
    an_event(one, "A")
    an_event(two, "B")
    other = a_source(name="Other")
    event = an_event(two, "C")
    event.source = other
    event.save()
    assert _names(admin_client, person="u1") == ["A"]
    assert _names(admin_client, name="B") == ["B"]
    assert _names(admin_client, source=other.pk) == ["C"]
    assert _names(admin_client, person="nobody") == []
    assert _names(admin_client, source="nonsense") == ["C", "B", "A"]


def test_what_was_refused_is_shown_with_field_reason_and_fix(admin_client: Client, time: Time) -> None:
    a_world()
    page = admin_client.get(PAGE).content.decode()
    assert "<code>event</code>" in page
    assert "event is missing" in page
    assert "Add event." in page


def test_refused_items_are_filtered_too(admin_client: Client, time: Time) -> None:
    source = a_world().source
    assert len(admin_client.get(PAGE, {"person": "u1", "source": str(source.pk)}).context["rejected"]) == 1
    assert len(admin_client.get(PAGE, {"person": "u2"}).context["rejected"]) == 0
    RejectedEvent.objects.update(payload='{"userId":"u2"}')
    assert len(admin_client.get(PAGE, {"person": "u2"}).context["rejected"]) == 1


def test_an_empty_page_says_what_to_do(admin_client: Client) -> None:
    assert "Add a source" in admin_client.get(PAGE).content.decode()


def test_it_needs_the_right_to_see_events(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(User.objects.create_user("sam", is_staff=True))
    assert client.get(PAGE).status_code == 403
