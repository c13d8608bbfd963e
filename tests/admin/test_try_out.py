"""Why a definition is found, or not, for somebody: as it is, and as if another event had just come."""

import json
from datetime import date

import pytest
from django.test import Client

from people_app.models import Account
from signals_app.models import Event
from tests.admin.back_tested import frequent, page, walked
from tests.admin.world import a_definition
from tests.build import a_person, an_account
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def test_each_condition_is_shown_for_a_person(admin_client: Client) -> None:
    definition, ana = frequent(), a_person("ana")
    walked(ana, 2, 1)
    shown = admin_client.get(page(definition, "try/"), {"person": "ana"})
    (part,) = shown.context["tried"].parts
    assert [(line.found, line.op, line.wanted, line.holds) for line in part.lines] == [
        (2, "at least", 3, False)
    ]
    assert (part.would_be_found, part.why_not) == (False, "It does not hold.")
    walked(ana, 0)
    (part,) = admin_client.post(page(definition, "try/"), {"person": "ana"}).context["tried"].parts
    assert (part.would_be_found, part.why_not) == (True, "")


def test_a_pasted_event_is_judged_as_if_it_had_just_come(admin_client: Client) -> None:
    definition, ana = frequent(), a_person("ana")
    walked(ana, 2, 1)
    sample = json.dumps({"type": "track", "event": "Walked", "userId": "whoever", "properties": {}})
    shown = admin_client.post(page(definition, "try/"), {"person": "ana", "sample": sample})
    (part,) = shown.context["tried"].parts
    assert (part.would_be_found, part.lines[0].found) == (True, 3)
    assert "Would be found" in shown.content.decode()
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ("{", "The sample is no JSON"),
        ('{"type": "track", "userId": "u"}', "Would be rejected"),
        ('{"type": "identify", "userId": "u", "traits": {}}', "As if <code>identify</code> had just come"),
        ('{"type": "alias", "userId": "u", "previousId": "v"}', "This call says nothing of them"),
        ('{"type": "group", "groupId": "gamma", "traits": {}}', "There is no account “gamma” yet"),
    ],
)
def test_what_becomes_of_it_is_explained(admin_client: Client, sample: str, said: str) -> None:
    a_person("ana")
    shown = admin_client.post(page(frequent(), "try/"), {"person": "ana", "sample": sample}).content.decode()
    assert said in shown


PLAN = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "pro"}


def test_what_a_pasted_call_says_of_an_account_counts_and_is_not_stored(admin_client: Client) -> None:
    """Also of somebody at home in two accounts: it says which."""
    ana = a_person("ana", an_account("acme", plan="free"))
    ana.memberships.create(account=an_account("beta", plan="pro"), joined_at=clock.now())
    rule = page(a_definition(detector="rule", config={"rule": PLAN}), "try/")
    calls = (
        ({"type": "group", "groupId": "acme", "traits": {"plan": "pro"}}, True),
        ({"type": "track", "event": "Walked", "context": {"groupId": "acme"}}, False),
        ({"type": "track", "event": "Walked", "context": {"groupId": "beta"}}, True),
    )
    for call, found in calls:
        shown = admin_client.post(rule, {"person": "ana", "sample": json.dumps(call)})
        assert [part.would_be_found for part in shown.context["tried"].parts] == [found]
    assert Account.objects.get(group_id="acme").plan == "free"


def test_a_person_that_nobody_knows_is_said_to_be_unknown(admin_client: Client) -> None:
    shown = admin_client.post(page(frequent(), "try/"), {"person": "nobody"}).content.decode()
    assert "There is no person with this user id" in shown


def test_why_it_is_not_found_again(admin_client: Client, time: Time) -> None:
    definition, ana = frequent(cooldown_hours=48), a_person("ana")
    walked(ana, 2, 1, 0)
    definition.detectorstate_set.create(
        person=ana, part="", period=date(1970, 1, 1), holds_since=clock.now(), fired_at=clock.now()
    )
    (part,) = admin_client.post(page(definition, "try/"), {"person": "ana"}).context["tried"].parts
    assert (part.holds, part.would_be_found) == (True, False)
    assert "It was found already" in part.why_not
    time.move(hours=200)
    walked(ana, 0, 0, 0)
    (part,) = admin_client.post(page(definition, "try/"), {"person": "ana"}).context["tried"].parts
    assert part.would_be_found
