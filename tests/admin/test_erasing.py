"""Staff pass on that a person asked to be forgotten, or to have what is stored: by permission, asked first, noted."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns_app import privacy
from people_app.models import Erasure, Person
from tests.admin.world import a_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


@pytest.fixture
def person() -> Person:
    return a_world().person


def page(person: Person, which: str) -> str:
    return f"/admin/people_app/person/{person.pk}/{which}/"


def test_it_asks_first_and_then_forgets(admin_client: Client, person: Person) -> None:
    Erasure.objects.all().delete()
    assert page(person, "erase") in admin_client.get(page(person, "change")).content.decode()
    assert "This cannot be undone." in admin_client.get(page(person, "erase")).content.decode()
    assert not Erasure.objects.exists()
    answer = admin_client.post(page(person, "erase"), follow=True)
    assert "Nobody reaches them any more" in answer.content.decode()
    assert (Erasure.objects.get().person, Erasure.objects.get().source) == (person, "staff")
    assert LogEntry.objects.get().change_message == "Asked for their erasure"
    listed = admin_client.get("/admin/people_app/erasure/").content.decode()
    assert "being emptied" in listed
    assert "had begun before" in admin_client.post(page(person, "erase"), follow=True).content.decode()
    privacy.carry_out()
    person.refresh_from_db()
    assert person.user_id is None
    assert "Done" in admin_client.get("/admin/people_app/erasure/").content.decode()
    assert page(person, "erase") not in admin_client.get(page(person, "change")).content.decode()


def test_all_that_is_stored_is_given_as_a_file_and_that_is_noted(
    admin_client: Client, person: Person
) -> None:
    answer = admin_client.get(page(person, "export"))
    assert "attachment" in answer["Content-Disposition"]
    told = json.loads(answer.content)
    assert told["records"][0]["user_id"] == person.user_id
    assert len(told["events"]) == person.event_set.count() > 0
    assert LogEntry.objects.get().change_message == "Exported everything about them"


@pytest.mark.parametrize("which", ["erase", "export"])
def test_who_may_only_look_may_not(client: Client, person: Person, which: str) -> None:
    Erasure.objects.all().delete()
    staff = User.objects.create(username="sam", is_staff=True)
    staff.user_permissions.add(*Permission.objects.filter(codename__in=("view_person", "change_person")))
    client.force_login(staff)
    assert client.get(page(person, "change")).status_code == 200
    assert client.get(page(person, which)).status_code == 403
    assert client.post(page(person, which)).status_code == 403
    assert not Erasure.objects.exists()
    staff.user_permissions.add(Permission.objects.get(codename="add_erasure"))
    assert client.get(page(person, which)).status_code == 200


def test_nobody_is_a_404(admin_client: Client) -> None:
    assert admin_client.get("/admin/people_app/person/0/erase/").status_code == 404
