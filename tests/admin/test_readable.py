"""JSON reads as tables or lines in the admin, and what is wrong with typed JSON is said with its place."""

import json
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from offers_app.models import Decision, Offer
from tests.admin.test_editing import _save
from tests.admin.world import World, a_world
from tests.conftest import Time
from tests.offers.selling import an_offer

pytestmark = pytest.mark.django_db

GATES = [
    {"gate": "opted_out", "passed": True, "input": {"marketing": "granted"}},
    {"gate": "cap", "passed": False, "input": 2, "threshold": {"per_day": 2}, "reason": "Two contacts are enough."},
]  # fmt: skip
CANDIDATES = [
    {"offer": "pro-plan", "gates": [], "factors": {"propensity": 0.04, "value": 49}, "score": 1.96, "chance": 0.75,
     "chosen": True},
    {"offer": "seats", "gates": [{"gate": "already_owned", "passed": False, "reason": "They have it."}], "factors": {},
     "score": None, "chance": None},
]  # fmt: skip
POLICY = {"half_life_days": 90.0, "greedy": False, "priorities": {}}


@pytest.fixture
def world(time: Time) -> World:
    return a_world()


def stored(world: World) -> str:
    row = Decision.objects.create(
        at=world.decision.at, person=world.person, account=world.decision.account, playbook="p", offer="pro-plan",
        channel="email", outcome="excluded", gate="cap", reason="Two contacts are enough.", gates=GATES,
        candidates=CANDIDATES, policy=POLICY, seed=7,
    )  # fmt: skip
    return f"/admin/offers_app/decision/{row.pk}/change/"


def test_a_decision_is_told_in_tables(admin_client: Client, world: World) -> None:
    page = unescape(admin_client.get(stored(world)).content.decode())
    assert page.index('<th scope="row">opted out</th>') < page.index('<th scope="row">cap</th>')
    assert "Two contacts are enough." in page and "per day: 2" in page
    assert '<th scope="row">pro-plan</th>' in page and "75.0%" in page and "propensity: 0.04" in page
    assert "They have it." in page
    assert "half life days: 90.0" in page and "greedy: no" in page
    assert '"passed"' not in page and "'passed'" not in page, "no raw JSON"
    assert '<a href="/admin/campaigns_app/contactpolicy/">Look at the contact policy</a>' in page
    assert 'name="outcome"' not in page, "nobody edits it"


def test_its_links_lead_only_where_one_may_go(client: Client, world: World) -> None:
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_decision"))
    client.force_login(user)
    page = client.get(stored(world)).content.decode()
    assert "Two contacts are enough." in page and "contactpolicy" not in page


def test_a_decision_without_gates_is_told_as_well(admin_client: Client, world: World) -> None:
    path = stored(world)
    Decision.objects.update(gates=[], candidates=[], policy={}, seed=None)
    assert "No gates are kept with it." in admin_client.get(path).content.decode()


def test_the_list_still_compares(admin_client: Client, world: World) -> None:
    assert admin_client.get("/admin/offers_app/decision/compare/").status_code == 200


def test_the_fields_of_an_offer_are_laid_out_over_lines(admin_client: Client) -> None:
    said = {"headline": "Mehr für Sie", "de": {"headline": "Mehr"}}
    offer = an_offer("pro", fields=said)
    page = admin_client.get(f"/admin/offers_app/offer/{offer.pk}/change/")
    shown = page.context["adminform"].form["fields"].value()
    assert json.loads(shown) == said and "\n  " in shown
    assert '"headline": "Mehr für Sie"' in unescape(page.content.decode())
    assert _save(admin_client, f"/admin/offers_app/offer/{offer.pk}/change/").status_code == 302
    offer.refresh_from_db()
    assert (offer.fields, offer.edited) == (said, False), "laid out otherwise is no change"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('{\n  "a": "b"\n  "c": 1\n}', "(line 3, column 3)"),
        ('{"a": 1, "a": 2}', "a is a duplicate key."),
        ('{"de": {"headline": "\\u0000"}}', "de.headline holds a NUL character"),
        ('{"a": NaN}', "a is NaN, which is not JSON."),
        ('"x"', "It must be an object of names and values."),
    ],
)
def test_what_is_wrong_with_typed_json_is_said_with_its_place(
    admin_client: Client, typed: str, said: str
) -> None:
    offer = an_offer("pro")
    answer: Any = _save(admin_client, f"/admin/offers_app/offer/{offer.pk}/change/", fields=typed)
    assert said in " ".join(answer.context["adminform"].form.errors["fields"])
    assert typed in unescape(answer.content.decode()), "and stands there still"
    assert Offer.objects.get().fields == offer.fields
