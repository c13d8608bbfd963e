"""The page of a definition without a script: its settings as JSON, how it reads, what it found, what is suggested."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from offers_app.models import Offer
from people_app.models import Account, Person
from signals_app import sound
from signals_app.admin.detector_form import plainly
from signals_app.models import SeenProperty, Segment, Signal, SignalDefinition
from tests.build import a_person, a_source, an_account
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
ADD = "/admin/signals_app/signaldefinition/add/"
FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
WITHIN = {"fact": "segment", "slug": "vipp", "op": "is", "value": False}
FORM = {
    "name": "Often",
    "slug": "often",
    "detector": "frequency",
    "config": '{"event": "Report Exported", "count": 5, "days": 14}',
    "about": "person",
    "condition": json.dumps(FREE),
    "route_to": "",
    "hold_hours": "0",
    "confidence": "1",
    "lifetime_hours": "168",
    "cooldown_hours": "0",
}


def saved(client: Client, **changed: str) -> Any:
    found = SignalDefinition.objects.first()
    page = f"/admin/signals_app/signaldefinition/{found.pk}/change/" if found else ADD
    return client.post(page, FORM | changed)


def check(client: Client, **changed: str) -> Any:
    body = {name: FORM[name] for name in ("detector", "config", "condition", "about")} | changed
    answer = client.post(
        "/admin/signals_app/signaldefinition/check/", json.dumps(body), content_type="application/json"
    )
    return answer.json()


def test_it_works_without_a_script(admin_client: Client) -> None:
    assert saved(admin_client, about="account", route_to="admin, owner, admin").status_code == 302
    found = SignalDefinition.objects.get()
    assert found.config == {"event": "Report Exported", "count": 5, "days": 14}
    assert (found.condition, found.route_to) == (FREE, ["admin", "owner"])
    page = admin_client.get(f"/admin/signals_app/signaldefinition/{found.pk}/change/").content.decode()
    assert "&gt;= 5, and account plan is free" in page
    assert "admin, owner" in page and "Not found in the last 30 days." in page


def test_what_changes_the_rule_is_a_new_version_that_is_looked_for_anew(admin_client: Client) -> None:
    saved(admin_client, live="on")
    SignalDefinition.objects.update(swept_at=clock.now())
    saved(admin_client, live="on")
    saved(admin_client, live="on", name="Other words")
    found = SignalDefinition.objects.get()
    assert found.version == 1 and found.swept_at
    saved(admin_client, live="on", name="Other words", condition="")
    found.refresh_from_db()
    assert found.version == 2
    assert found.swept_at is None
    assert found.condition == {}


def test_switched_off_it_forgets_when_everybody_was_looked_at(admin_client: Client) -> None:
    saved(admin_client, live="on")
    SignalDefinition.objects.update(swept_at=clock.now())
    saved(admin_client)
    assert SignalDefinition.objects.get().swept_at is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"config": "{"}, "config: is no JSON"),
        ({"config": '{"event": "x", "count": 0, "days": 14}'}, "Count: must be a whole number"),
        ({"condition": '{"all": []}'}, "all must be a list with at least one condition"),
        ({"detector": "composite"}, "Mode: is missing"),
        ({"condition": json.dumps(WITHIN)}, "slug: There is no segment “vipp”."),
        (
            {"detector": "rule", "config": json.dumps({"rule": WITHIN})},
            "Rule, slug: There is no segment",
        ),
    ],
)
def test_what_is_wrong_is_said_and_kept(admin_client: Client, changed: dict[str, str], said: str) -> None:
    answer = saved(admin_client, **changed)
    assert answer.status_code == 200
    assert said in str(answer.context["errors"])
    assert not SignalDefinition.objects.exists()


def test_the_whole_rule_is_said_as_it_stands_in_the_form(admin_client: Client) -> None:
    assert check(admin_client) == {
        "sentence": "Times Report Exported in 14 days >= 5, and account plan is free",
        "problems": [],
        "hints": [{"path": "config.event", "sentence": "No event “Report Exported” was received yet."}],
    }
    threshold = '{"resources": ["*"], "fire_at": 0.8, "rearm_below": 0.7}'
    assert check(admin_client, detector="threshold", config=threshold, condition="")["sentence"] == (
        "Any resource used >= 80 % of the limit"
    )
    wrong = check(admin_client, config='{"event": "x", "count": "many", "days": 14}')
    assert [one["path"] for one in wrong["problems"]] == ["config.count"] and wrong["sentence"] == ""
    assert check(admin_client, config="[1")["problems"][0]["path"] == "config"
    for junk in ({"detector": "?"}, {"about": "?"}, {"condition": "7"}, {"config": "7"}):
        assert check(admin_client, **junk)["sentence"] == ""


def test_what_is_not_there_is_said_while_it_is_written(admin_client: Client) -> None:
    Segment.objects.create(slug="vips", name="VIP", rule=FREE)
    said = "There is no segment “vipp”. Did you mean “vips”?"
    found = check(admin_client, detector="rule", config=json.dumps({"rule": WITHIN}))
    assert found["problems"] == [{"path": "config.rule.slug", "sentence": said}]
    answer = admin_client.post(
        "/admin/signals_app/signaldefinition/words/",
        json.dumps({"rule": json.dumps({"not": WITHIN})}),
        content_type="application/json",
    )
    assert answer.json() == {
        "sentence": "Not: not in the segment vipp",
        "problems": [{"path": "not.slug", "sentence": said}],
        "hints": [],
    }


def test_how_often_it_was_found_is_shown_by_day(admin_client: Client) -> None:
    saved(admin_client)
    definition, person, now = SignalDefinition.objects.get(), a_person("ada"), clock.now()
    for number, back in enumerate((0, 0, 5, 29, 31)):
        at = now - timedelta(days=back)
        Signal.objects.create(
            definition=definition,
            definition_version=1,
            person=person,
            confidence=1,
            detected_at=at,
            expires_at=at,
            dedupe_key=str(number),
        )
    answer = admin_client.get(f"/admin/signals_app/signaldefinition/{definition.pk}/change/")
    fired = answer.context["fired"]
    assert [bar.count for bar in fired.bars] == [1] + [0] * 23 + [1] + [0] * 4 + [2]
    assert fired.total == 4 and len(fired.last) == 5
    assert fired.sentence.startswith("Found 4 times in the last 30 days, most on")


def choices(client: Client, query: str = "") -> Any:
    return client.get(f"/admin/signals_app/signaldefinition/choices/{query}")


def test_pickers_offer_what_there_is(admin_client: Client) -> None:
    saved(admin_client)
    Segment.objects.create(slug="vip", name="VIP")
    Offer.objects.create(slug="pro", name="Pro")
    account = an_account("acme")
    traits = {"floors": 3, "green": True, "opened": "2026-01-01", "ada@corp.test": 1, "plan": 7}
    Account.objects.filter(pk=account.pk).update(traits=traits)
    found = choices(admin_client).json()
    assert found["signals"] == ["often"] and found["segments"] == ["vip"] and found["offers"] == ["pro"]
    assert {"seats"} <= set(found["resources"]) and "black_friday" in found["seasons"]
    kinds = found["traits"]["account"]
    assert (kinds["floors"], kinds["green"], kinds["opened"]) == ("number", "yesno", "any")
    assert (kinds["plan"], kinds["renews_at"]) == ("text", "date")
    assert "ada@corp.test" not in kinds, "an address is data, not a name"
    assert choices(admin_client, "?event=Feature+Used").json() == {
        "paths": {"Feature Used": {"feature": "any", "tier": "any"}}
    }


def test_pickers_mark_what_never_came_and_offer_the_values_of_traits(admin_client: Client) -> None:
    SeenProperty.objects.create(
        source=a_source(), name="Feature Used", path="", type="", last_seen_at=clock.now()
    )
    for number in range(22):
        traits = {"size": "big" if number % 2 else "small", "name": f"Firm {number}", "boss": "a@b.test"}
        account = an_account(plan="free" if number else "pro")
        Account.objects.filter(pk=account.pk).update(traits=traits | ({"once": "x"} if not number else {}))
    a_person("ana", account, role="admin")
    Person.objects.update(traits={"nickname": "Ani"})
    found = choices(admin_client).json()
    assert "Feature Used" not in found["planned"] and "Report Exported" in found["planned"]
    assert set(found["planned"]) < set(found["events"])
    values = found["values"]
    assert values["account"]["plan"] == ["free", "pro"] and set(values["account"]["size"]) == {"big", "small"}
    assert not {"name", "boss", "once"} & values["account"].keys(), "what is somebody's own is no choice"
    assert values["person"]["role"] == ["admin"] and "nickname" not in values["person"]


@pytest.mark.parametrize(
    ("wrong", "plain"),
    [
        ('config.resources: is missing. Example: ["exports"]', "Resources: is missing. Example: exports"),
        (
            'config.event: must be a name. Example: "Feature Used"',
            "Event: must be a name. Example: Feature Used",
        ),
        (
            'config.fire_at: is missing. Example: {"resources": ["exports"], "fire_at": 0.8}',
            "Fire at: is missing. Example: 80 %",
        ),
        ('config.days: is missing. Example: {"days": 14}', "Days: is missing. Example: 14"),
        ('config.if: is no rule. Example: {"fact": "x"}', 'If: is no rule. Example: {"fact": "x"}'),
        ("config.parts[1].if.any[0].slug: There is none.", "Parts 2, if, any 1, slug: There is none."),
        ("config: must be an object", "Must be an object"),
    ],
)
def test_what_is_wrong_with_settings_is_said_without_json(wrong: str, plain: str) -> None:
    assert plainly(wrong) == plain


def test_pickers_and_checks_are_for_who_may_see_definitions(client: Client) -> None:
    staff = User.objects.create_user("sam", is_staff=True)
    client.force_login(staff)
    assert choices(client).status_code == 403
    assert (
        client.post("/admin/signals_app/signaldefinition/check/", "{}", "application/json").status_code == 403
    )
    staff.user_permissions.add(Permission.objects.get(codename="view_segment"))
    assert choices(client).status_code == 200
    client.logout()
    assert choices(client).status_code == 302


def test_what_only_a_person_has_is_said_at_its_condition_while_it_is_written(admin_client: Client) -> None:
    rule = {"all": [FREE, FREE | {"of": "person", "name": "role"}]}
    words = "/admin/signals_app/signaldefinition/words/"
    for about, wrong in (("account", ["all[1].of"]), ("person", [])):
        body = {"rule": json.dumps(rule), "about": about}
        found = admin_client.post(words, json.dumps(body), content_type="application/json").json()
        assert [one["path"] for one in found["problems"]] == wrong
    answer = saved(admin_client, about="account", condition=json.dumps(rule))
    assert answer.context["errors"] and list(answer.context["adminform"].form.errors) == ["condition"]


def test_what_would_be_ignored_is_refused_at_its_place(admin_client: Client) -> None:
    done = {"fact": "events", "names": ["E"], "window": {"days": 7}, "op": "at_least", "value": 1}
    rule = {"any": [FREE, done | {"path": "rows"}, done | {"measure": "sum", "path": "rows", "gap": 45}]}
    words = "/admin/signals_app/signaldefinition/words/"
    found = admin_client.post(words, json.dumps({"rule": json.dumps(rule)}), content_type="application/json")
    assert [one["path"] for one in found.json()["problems"]] == ["any[1].path", "any[2].gap"]
    answer = saved(admin_client, condition=json.dumps(rule))
    assert list(answer.context["adminform"].form.errors) == ["condition"]
    answer = saved(admin_client, route_to="admin")
    assert answer.context["adminform"].form.errors == {"route_to": [sound.OF_ACCOUNTS]}
    assert not SignalDefinition.objects.exists()
    assert saved(admin_client).status_code == 302
