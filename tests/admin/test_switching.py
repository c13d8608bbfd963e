"""Offers are switched on and off in the list, many at once; what its form would refuse stays off and is named."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from offers_app.models import Offer
from tests.offers.selling import an_offer

pytestmark = pytest.mark.django_db
SCARCE = {"headline": "Only 3 seats left. Hurry!"}


def act(client: Client, action: str, *offers: Offer) -> list[str]:
    """The messages of the page that follows."""
    said = {"action": action, "_selected_action": [offer.pk for offer in offers]}
    answer = client.post("/admin/offers_app/offer/", said, follow=True)
    return [str(one) for one in answer.context["messages"]]


def live() -> dict[str, bool]:
    return dict(Offer.objects.values_list("slug", "live"))


def off(slug: str, **fields: Any) -> Offer:
    return an_offer(slug, live=False, **fields)


def test_each_action_undoes_the_other(admin_client: Client) -> None:
    one, two = off("one"), an_offer("two")
    assert act(admin_client, "switch_on", one, two) == ["1 switched on."]
    assert live() == {"one": True, "two": True}
    assert dict(Offer.objects.values_list("slug", "edited")) == {"one": True, "two": False}
    assert act(admin_client, "switch_off", one, two) == ["2 switched off."]
    assert act(admin_client, "switch_off", one, two) == ["0 switched off."]
    assert live() == {"one": False, "two": False}
    noted = LogEntry.objects.filter(object_id=str(one.pk)).order_by("pk")
    assert [entry.change_message for entry in noted] == ["Switched on.", "Switched off."]


def test_what_is_refused_stays_off_and_is_named_with_why(admin_client: Client) -> None:
    good, scarce = off("good"), off("scarce", fields=SCARCE)
    lost = off("lost", eligibility={"fact": "moon"})
    said = act(admin_client, "switch_on", good, scarce, lost)
    assert live() == {"good": True, "scarce": False, "lost": False}
    assert said[-1] == "1 switched on."
    assert any(f"{scarce} stays off" in one and "false-scarcity" in one for one in said)
    assert any(f"{lost} stays off" in one and "eligibility: fact must be one of" in one for one in said)
    assert not LogEntry.objects.filter(object_id__in=[str(scarce.pk), str(lost.pk)]).exists()


def test_whoever_may_only_look_switches_nothing(client: Client) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_offer"))
    client.force_login(user)
    act(client, "switch_off", an_offer("one"))
    assert live() == {"one": True}
