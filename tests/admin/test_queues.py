"""django-rq's pages: only with the permission, and without the arguments of jobs."""

from collections.abc import Iterator

import django_rq
import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from rq import Queue

pytestmark = pytest.mark.django_db
PAGES = [
    "/admin/queues/",
    "/admin/queues/stats.json",
    "/admin/queues/queues/0/",
    "/admin/queues/queues/0/failed/",
    "/admin/queues/workers/0/",
]


@pytest.fixture
def queue() -> Iterator[Queue]:
    theirs = django_rq.get_queue("upsell")
    queue = Queue("upsell", connection=theirs.connection, serializer=theirs.serializer)  # enqueues at once
    queue.empty()
    yield queue
    queue.empty()


def _staff(client: Client, *codenames: str) -> Client:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_staff_without_the_permission_are_refused(page: str, client: Client) -> None:
    assert _staff(client, "view_event").get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_staff_with_the_permission_see_them(page: str, client: Client, queue: Queue) -> None:
    permitted = _staff(client)
    user = User.objects.get(username="sam")
    user.user_permissions.add(Permission.objects.get(content_type__app_label="django_rq", codename="admin"))
    assert permitted.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_strangers_are_sent_to_the_login(page: str, client: Client) -> None:
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_nobody_empties_a_queue_without_the_permission(client: Client, queue: Queue) -> None:
    queue.enqueue("builtins.len", "x")
    assert _staff(client).post("/admin/queues/queues/0/empty/").status_code == 403
    assert queue.count == 1


def test_a_job_is_shown_without_its_arguments(admin_client: Client, queue: Queue) -> None:
    job = queue.enqueue("builtins.print", "anna@example.com", end="secret-keyword")
    page = admin_client.get(f"/admin/queues/queues/0/{job.id}/")
    assert page.status_code == 200
    assert "builtins.print" in page.content.decode()
    for url in (f"/admin/queues/queues/0/{job.id}/", "/admin/queues/queues/0/"):
        shown = admin_client.get(url).content.decode()
        assert "anna@example.com" not in shown
        assert "secret-keyword" not in shown


def test_the_link_is_in_the_side_bar_of_the_permitted_only(admin_client: Client, client: Client) -> None:
    assert "/admin/queues/" in admin_client.get("/admin/").content.decode()
    assert "/admin/queues/" not in _staff(Client(), "view_event").get("/admin/").content.decode()
