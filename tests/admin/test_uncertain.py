"""Deliveries that may or may not have been sent: staff look, say which, and that is noted."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns_app.models import Delivery
from tests.admin.world import World, a_delivery, a_world
from tests.conftest import Time
from upsell_project.lib import queue

pytestmark = pytest.mark.django_db
LIST = "/admin/campaigns_app/delivery/?state__exact=unknown"


def _uncertain(world: World) -> Delivery:
    return a_delivery(world.enrollment, world.offer, 2, state="unknown", channel="email", attempts=1)


def _choose(delivery: Delivery, action: str, **more: str) -> dict[str, object]:
    return {"action": action, "_selected_action": [str(delivery.pk)], **more}


def test_they_are_listed_apart_and_counted_in_the_side_bar(admin_client: Client) -> None:
    delivery = _uncertain(a_world())
    page = admin_client.get(LIST)
    assert [row.pk for row in page.context["cl"].result_list] == [delivery.pk]
    assert "These may or may not have been sent" in page.content.decode()
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    assert next(item["badge"] for item in items if item["title"] == "Uncertain deliveries") == "1"


def test_sending_again_asks_first_and_names_the_count(admin_client: Client) -> None:
    delivery = _uncertain(a_world())
    page = admin_client.post(LIST, _choose(delivery, "send_again"))
    assert "1 deliveries will be sent again, to 1 people" in page.content.decode()
    delivery.refresh_from_db()
    assert delivery.state == "unknown"
    assert not LogEntry.objects.exists()


def test_confirmed_it_goes_back_to_the_outbox_and_is_noted(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[str] = []
    monkeypatch.setattr(queue, "nudge", jobs.append)
    delivery = _uncertain(a_world())
    admin_client.post(LIST, _choose(delivery, "send_again", confirmed="yes"))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.retry_at) == ("intended", 0, None)
    assert LogEntry.objects.get(object_id=str(delivery.pk)).change_message == "It was not sent: send again"
    assert jobs == ["outbox"]


def test_it_was_sent_counts_it_as_sent(admin_client: Client, time: Time) -> None:
    delivery = _uncertain(a_world())
    admin_client.post(LIST, _choose(delivery, "it_was_sent", confirmed="yes"))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.sent_at) == ("accepted", time.now)


def test_what_is_certain_is_left_alone(admin_client: Client) -> None:
    certain = a_world().delivery
    admin_client.post(
        "/admin/campaigns_app/delivery/", _choose(certain, "send_again", confirmed="yes"), follow=True
    )
    certain.refresh_from_db()
    assert certain.state == "accepted"
    assert not LogEntry.objects.exists()


def test_who_may_only_look_may_not_decide(client: Client) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_delivery"))
    client.force_login(user)
    delivery = _uncertain(a_world())
    client.post(LIST, _choose(delivery, "send_again", confirmed="yes"))
    delivery.refresh_from_db()
    assert delivery.state == "unknown"
