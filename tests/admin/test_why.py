"""Why / why not: any person, offer, playbook and time on one page; the same by command."""

import json
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns_app import explain
from offers_app import replayed
from offers_app.decide import Choice, Considered
from offers_app.models import Decision, Offer
from offers_app.policy import Policy
from offers_app.ranking import Candidate
from offers_app.weighing import weigh
from people_app.models import Person
from tests.admin.world import World, a_decision, a_world
from tests.build import a_person
from tests.conftest import Time
from upsell_project.lib.gates import Code, failed, passed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(time: Time) -> World:
    return a_world()


def page(client: Client, **asked: str) -> str:
    answer = client.get("/admin/why/", asked)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("explain", *arguments, stdout=out)
    return out.getvalue()


def test_the_gates_are_told_in_order_with_value_threshold_rule_and_time(
    admin_client: Client, world: World
) -> None:
    shown = page(admin_client, person="u1", offer="pro-plan")
    assert "2 contacts within 24 hours; the limit is 2." in shown
    assert shown.index('<th scope="row">opted out</th>') < shown.index('<th scope="row">cap</th>')
    assert '<td data-label="Next possible:">2026-03-11 08:30 UTC</td>' in shown
    assert "Earlier contacts must lie far enough back (at the earliest 2026-03-11 08:30 UTC)." in shown
    assert '<a href="/admin/campaigns_app/contactpolicy/">Look at the contact policy</a>' in shown


def test_what_stands_in_the_way_now_is_told_beside_it(admin_client: Client, world: World) -> None:
    shown = page(admin_client, person="u1", offer="pro-plan")
    assert shown.index("What was decided about") < shown.index("What stands in the way now")
    assert "Its run stands at “Wait until clicked, at most 12 h” until 2026-03-10 22:00 UTC." in shown


def test_about_somebody_for_whom_nothing_was_decided_it_says_what_to_look_at(
    admin_client: Client, world: World
) -> None:
    a_person("new")
    shown = page(admin_client, person="new", playbook="power-user-upsell")
    assert "nobody had a reason to ask. Below is what stands in the way." in shown
    assert "No signal was found." in shown


def test_a_rule_that_nobody_meets_is_linked(admin_client: Client, world: World) -> None:
    person = a_person("near")
    account = person.memberships.get().account
    account.entitlements.create(resource="exports", cap=20, changed_at=world.decision.at, source="test")
    shown = page(admin_client, person="near", offer="pro-plan")
    link = f'<a href="/admin/signals_app/signaldefinition/{world.definition.pk}/change/">'
    assert f"{link}Look at the signal's rule</a>" in shown


def test_the_page_is_linked_from_the_person(admin_client: Client, world: World) -> None:
    person = admin_client.get(f"/admin/people_app/person/{world.person.pk}/change/").content.decode()
    assert 'href="/admin/why/?person=u1"' in person
    assert page(admin_client, person="u1").count("<details") > 1


def test_without_a_person_and_with_an_unknown_one_it_says_what_to_do(
    admin_client: Client, world: World
) -> None:
    assert "Type the user id of a person" in page(admin_client)
    assert "Nobody is known by the user id <code>nobody</code>" in page(admin_client, person="nobody")


@pytest.mark.parametrize("at", ["2026-03-09T10:00", "2026-03-09 10:00", "2026-03-09T10:00:00 01:00"])
def test_a_moment_looks_back(admin_client: Client, world: World, at: str) -> None:
    shown = page(admin_client, person="u1", offer="pro-plan", at=at)
    assert "2 contacts within 24 hours" not in shown
    assert "What stood in the way on 2026-03-09" in shown


@pytest.mark.parametrize("at", ["yesterday", "2026-13-45T10:00", "<b>"])
def test_what_is_no_time_is_said(admin_client: Client, world: World, at: str) -> None:
    assert "This is no time; right is 2026-03-10T10:00 (UTC)." in page(admin_client, person="u1", at=at)


def test_an_unknown_offer_and_playbook_are_said(admin_client: Client, world: World) -> None:
    assert "There is no offer nothing." in page(admin_client, person="u1", offer="nothing")
    assert "There is no playbook <i>." in page(admin_client, person="u1", playbook="<i>")


def test_what_others_typed_is_text(admin_client: Client, world: World) -> None:
    a_decision(world.person, reason="<script>alert(1)</script>")
    answer = admin_client.get("/admin/why/", {"person": "u1", "offer": "pro-plan"})
    assert b"<script>alert" not in answer.content


def test_who_may_not_see_decisions_may_not_see_it(world: World) -> None:
    User.objects.create_user("clerk", password="x", is_staff=True)
    client = Client()
    client.force_login(User.objects.get(username="clerk"))
    assert client.get("/admin/why/").status_code == 403
    assert Client().get("/admin/why/").status_code == 302


def test_who_may_not_see_a_rule_gets_no_link_to_it(world: World) -> None:
    clerk = User.objects.create_user("clerk", password="x", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_decision", "view_person"]))
    client = Client()
    client.force_login(clerk)
    shown = page(client, person="u1", offer="pro-plan")
    assert "2 contacts within 24 hours" in shown and "Look at the contact policy" not in shown


def weighed(person: Person) -> Decision:
    """Among four, kept as decisions keep them: one drawn, one that might have been, one that is worth less than it
    costs, and one that the account has."""
    open_to = [(Decimal(49), Decimal(9)), (Decimal(20), Decimal(0)), (Decimal(1), Decimal(5))]
    slugs = ("pro-plan", "extra-seats", "boost", "integrations")
    kept = [Considered(Offer(slug=slug, name=slug), None, [passed(Code.OFFER_OFF)]) for slug in slugs]
    kept[3].gates.append(failed(Code.ALREADY_OWNED, "Has it."))
    found = [
        Candidate(one.offer.slug, *worth, 0, (1.0, 3.0)) for one, worth in zip(kept, open_to, strict=False)
    ]
    for each in weigh(found, 0.5, Policy()):
        kept[slugs.index(each.candidate.offer)].weighed = each
    choice = Choice(kept[0].offer, None, considered=kept, policy=Policy())
    return a_decision(person, **replayed.stored(choice))


def test_candidates_are_told_as_the_decision_keeps_them(world: World) -> None:
    first, second, third, fourth = explain.candidates(weighed(world.person))
    assert (first["score"], first["propensity"], first["chosen"]) == (0.25 * 0.5 * 41, 0.25, True)
    assert first["chance"] > second["chance"] > 0 == third["chance"]
    assert fourth["gates"][1]["reason"] == "Has it."
    assert (fourth["score"], fourth["propensity"], fourth["chance"], fourth["chosen"]) == (
        None,
        None,
        None,
        False,
    )


def test_what_a_decision_does_not_keep_is_left_out() -> None:
    strange: Any = SimpleNamespace(candidates=["not one", {"gates": 3, "factors": 4}])
    (one,) = explain.candidates(strange)
    assert (one["offer"], one["gates"], one["factors"], one["chosen"]) == ("", [], {}, False)
    assert explain.candidates(Decision(candidates={"a": 1})) == explain.candidates(Decision()) == []


def test_candidates_are_shown_with_their_factors_scores_and_what_became_of_them(
    admin_client: Client, world: World
) -> None:
    first, second, _, _ = explain.candidates(weighed(world.person))
    shown = page(admin_client, person="u1", offer="pro-plan")
    assert '<td data-label="Score:">5.125</td>' in shown
    assert f'<td data-label="Chance:">{first["chance"]:.1%}</td>' in shown
    assert '<span class="upsell-cap">propensity: 0.25</span>' in shown
    told = [
        f'<th scope="row">{slug}</th>\n      <td data-label="Result:"><span class="upsell-tag '
        for slug in ("pro-plan", "extra-seats", "boost", "integrations")
    ]
    ends = (
        'upsell-tag-go">chosen',
        '">not drawn',
        '">not worth it',
        'upsell-tag-stop">stopped</span> Has it.',
    )
    assert all(begin + end in shown for begin, end in zip(told, ends, strict=True))
    assert f"{second['chance']:.1%}" in shown


def test_the_command_prints_what_the_api_answers(admin_client: Client, world: World) -> None:
    for arguments, query in (([], ""), (["--offer", "pro-plan"], "&offer=pro-plan")):
        printed = json.loads(command("u1", "--json", *arguments))
        answer = json.loads(admin_client.get(f"/api/explain/?person=u1{query}").content)
        assert printed["evaluations"][0].keys() == answer["evaluations"][0].keys()
        assert [one["reason"] for one in printed["evaluations"]] == [
            one["reason"] for one in answer["evaluations"]
        ]
        assert [one["must_happen"] for one in printed["standing"]] == [
            one["must_happen"] for one in answer["standing"]
        ]


def test_the_command_prints_sentences(world: World) -> None:
    lines = command("u1", "--offer", "pro-plan").splitlines()
    assert "    stopped  cap  2 contacts within 24 hours; the limit is 2." in lines
    assert "What stands in the way:" in lines
    a_person("new")
    assert command("new").startswith("Nothing was decided about them yet")


def test_the_command_looks_back_and_refuses_what_it_does_not_understand(world: World, time: Time) -> None:
    before = (time.now - timedelta(days=1)).isoformat()
    assert "power-user-upsell" in command("u1", "--offer", "pro-plan", "--at", before)
    with pytest.raises(CommandError, match="Nobody is known"):
        command("nobody")
    with pytest.raises(CommandError, match="no ISO 8601 time"):
        command("u1", "--at", "yesterday")


def test_more_that_was_decided_costs_no_more_statements(admin_client: Client, world: World) -> None:
    page(admin_client, person="u1", offer="pro-plan")
    with CaptureQueriesContext(connection) as few:
        page(admin_client, person="u1", offer="pro-plan")
    for _ in range(20):
        a_decision(world.person)
    with CaptureQueriesContext(connection) as many:
        page(admin_client, person="u1", offer="pro-plan")
    assert len(many) <= len(few)
