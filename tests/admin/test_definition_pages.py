"""What staff are told of a definition and of what it found, and how one ends."""

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns_app.models import Playbook
from signals_app import back_tests
from signals_app.models import (
    AskAgain,
    DetectorState,
    Event,
    Segment,
    Signal,
    SignalAlert,
    SignalDefinition,
    Sweep,
)
from tests.admin.test_definitions import saved
from tests.admin.world import a_definition, a_signal, a_world
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
LIST = "/admin/signals_app/signaldefinition/"


def page(client: Client, definition: SignalDefinition, rest: str = "change/") -> str:
    return client.get(f"{LIST}{definition.pk}/{rest}").content.decode()


def looked_for() -> SignalDefinition:
    """Live and tried, but nothing was found."""
    definition, now, ana = a_definition(), clock.now(), a_person("ana")
    Sweep.objects.create(definition=definition, version=1, at=now)
    DetectorState.objects.create(definition=definition, person=ana, period=date(1970, 1, 1), holds_since=now)
    AskAgain.objects.create(definition=definition, person=ana)
    SignalAlert.objects.create(definition=definition, opened_at=now)
    back_tests.ask(definition, now.date(), now.date())
    return definition


def test_what_found_nothing_is_deleted_with_all_that_was_noted_about_looking_for_it(client: Client) -> None:
    definition = looked_for()
    staff = User.objects.create_user("sam", is_staff=True)
    names = ("delete_signaldefinition", "view_signaldefinition")
    staff.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(staff)
    assert "Are you sure" in page(client, definition, "delete/")
    assert client.post(f"{LIST}{definition.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not SignalDefinition.objects.exists() and not Sweep.objects.exists()


def test_what_found_something_is_switched_off_instead(admin_client: Client) -> None:
    definition = looked_for()
    a_signal(a_person("bob"), definition)
    text = page(admin_client, definition, "delete/")
    assert "found signals, which are kept" in text and "Switch Live off instead" in text
    admin_client.post(f"{LIST}{definition.pk}/delete/", {"post": "yes"})
    assert Signal.objects.count() == 1
    off = f"{LIST}{definition.pk}/switch-off/"
    assert admin_client.get(off).status_code == 405
    assert admin_client.post(off).headers["Location"] == f"{LIST}{definition.pk}/change/"
    definition.refresh_from_db()
    assert (definition.live, definition.edited) == (False, True)
    assert "Switch Live off instead" not in page(admin_client, definition, "delete/")
    chosen = {"action": "delete_selected", "_selected_action": [definition.pk], "post": "yes"}
    admin_client.post(LIST, chosen)
    assert SignalDefinition.objects.count() == 1


def test_who_may_only_look_switches_nothing_off(client: Client) -> None:
    definition, staff = a_definition(), User.objects.create_user("sam", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename="view_signaldefinition"))
    client.force_login(staff)
    assert client.post(f"{LIST}{definition.pk}/switch-off/").status_code == 403


@pytest.mark.parametrize(
    ("confidence", "fine"), [("0", True), ("1", True), ("1.001", False), ("-0.1", False)]
)
def test_confidence_is_from_0_to_1(admin_client: Client, confidence: str, fine: bool) -> None:
    assert (saved(admin_client, confidence=confidence).status_code == 302) is fine
    assert SignalDefinition.objects.exists() is fine


def test_spans_are_said_in_days_and_every_field_says_what_it_is(admin_client: Client) -> None:
    text = page(admin_client, a_definition(hold_hours=30, lifetime_hours=168, cooldown_hours=54))
    assert "once it was true for 30 hours; good for 7 days; not again within 2 days and 6 hours" in text
    for said in (
        "In hours. How long one that was found",
        "In hours. How long it is not found again",
        "0 to 1",
    ):
        assert said in text


def test_it_says_which_playbooks_begin(admin_client: Client) -> None:
    definition = a_definition()
    assert "Nothing yet: choose it among the signals of a" in page(admin_client, definition)
    upsell = Playbook.objects.create(slug="upsell", name="Power user upsell", live=False)
    upsell.signals.add(definition)
    text = page(admin_client, definition)
    assert f"/admin/campaigns_app/playbook/{upsell.pk}/change/" in text
    assert "Power user upsell" in text and "not live: nobody enters it" in text


def test_what_was_found_says_what_it_rests_on_with_its_events(admin_client: Client) -> None:
    ana = a_person("ana", an_account("acme"))
    event = an_event(ana, "Report Exported")
    evidence = {
        "conditions": [
            {"condition": "Exports used >= 80 % of the limit", "value": 0.85, "holds": True},
            {"condition": "In the segment vip", "value": False, "holds": False},
            {"condition": "Account industry is known", "value": None, "holds": None},
        ],
        "event_ids": [event.pk],
    }
    signal = a_signal(ana, a_definition(), evidence=evidence)
    for where in (f"signals_app/signal/{signal.pk}", f"people_app/person/{ana.pk}"):
        text = admin_client.get(f"/admin/{where}/change/").content.decode()
        assert "Exports used &gt;= 80 % of the limit: <strong>85 %</strong>" in text
        assert "In the segment vip: <strong>no</strong>" in text
        assert "Account industry is known: <strong>not known</strong>" in text
        link = f'href="/admin/signals_app/event/{event.pk}/change/">Report Exported, 2026-03-10 10:00 UTC</a>'
        assert link in text
        whole = '<p class="upsell-rule-sentence">Exports used &gt;= 80 % of the limit</p>'
        assert whole in text, "by which it was found"
        assert "Everything stored" in text
    SignalDefinition.objects.update(version=2)
    Event.objects.all().delete()
    text = admin_client.get(f"/admin/signals_app/signal/{signal.pk}/change/").content.decode()
    assert "Found by version 1 of its rule, which was changed since" in text
    assert "An event that is not kept any more" in text


def test_all_that_was_found_of_a_person_is_shown_by_as_many_statements_as_one(admin_client: Client) -> None:
    ana, definition = a_person("ana", an_account("acme")), a_definition()
    url = f"/admin/people_app/person/{ana.pk}/change/"

    def statements() -> int:
        evidence = {"event_ids": [an_event(ana, "Report Exported").pk]}
        a_signal(ana, definition, evidence=evidence)
        with CaptureQueriesContext(connection) as found:
            assert "Report Exported, 2026" in admin_client.get(url).content.decode()
        return len(found)

    statements()
    assert statements() == statements()


def test_what_a_recipient_reads_and_what_came_of_it_stand_beside_what_was_found(admin_client: Client) -> None:
    world = a_world()
    signal = world.enrollment.signal
    url = f"/admin/signals_app/signal/{signal.pk}/change/"
    text = admin_client.get(url).content.decode()
    assert f'/admin/campaigns_app/playbook/{world.version.playbook_id}/change/">Power user upsell</a>' in text
    assert f"/admin/campaigns_app/enrollment/{world.enrollment.pk}/change/" in text
    assert f'/admin/offers_app/proposition/{world.delivery.proposition_id}/change/">Pro</a>' in text
    assert "No sentence: nothing that it rests on may be told" in text
    fact = {"fact": "events", "names": ["Report Exported"], "measure": "count", "window": {"days": 7}}
    told = {"asked": fact, "of": "person", "found": 3, "day": "2026-03-10", "figures": {}}
    Signal.objects.filter(pk=signal.pk).update(evidence={"facts": [told]})
    assert "You exported a report 3 times" in admin_client.get(url).content.decode()
    Signal.objects.filter(pk=signal.pk).update(confidence="0.925")
    alone = a_signal(a_person("bob", an_account("bolt")), world.definition)
    text = admin_client.get(f"/admin/signals_app/signal/{alone.pk}/change/").content.decode()
    assert "No playbook began with it." in text
    text = admin_client.get("/admin/signals_app/signal/").content.decode()
    assert ">92.5 %<" in text and ">100 %<" in text and "2026-03-10 10:00 UTC" in text
    assert "Events and signals" in text.partition("<h1")[2].partition("</h1>")[0]


@pytest.mark.parametrize(
    "odd",
    [None, [], {"facts": 3}, {"conditions": 3}, {"conditions": [4, {"condition": 5}], "event_ids": "x"}],
)
def test_evidence_of_any_shape_is_shown(admin_client: Client, odd: Any) -> None:
    signal = a_signal(a_person("ana"), a_definition())
    Signal.objects.update(evidence=odd if odd is not None else {})
    assert admin_client.get(f"/admin/signals_app/signal/{signal.pk}/change/").status_code == 200


def test_the_list_says_what_was_found_lately(admin_client: Client, time: Time) -> None:
    busy, quiet = a_definition(), a_definition("quiet", name="Quiet")
    a_definition("off", name="Off", live=False, edited=True)
    for number, days in enumerate((0, 3, 6, 8)):
        a_signal(a_person(f"p{number}"), busy, detected_at=clock.now() - timedelta(days=days))
    a_signal(a_person("late"), quiet, detected_at=clock.now() - timedelta(days=8))
    text = admin_client.get(LIST).content.decode()
    assert "3, last 2026-03-10 10:00 UTC" in text
    assert text.count("nothing") == 1 and text.count(">edited<") == 1


def test_the_list_is_by_name_says_what_each_finds_and_is_searched_by_what_it_is(admin_client: Client) -> None:
    a_definition("b", name="Often", detector="frequency", config={"event": "W", "count": 3, "days": 7})
    a_definition("z", name="Zebra")
    a_definition("a", name="Broken", detector="rule", config={})
    a_definition(
        "y",
        name="Long",
        detector="frequency",
        config={"events": ["Longish Word"] * 19, "count": 3, "days": 7},
    )
    text = admin_client.get(LIST).content.decode()
    places = [text.index(f">{name}</a>") for name in ("Broken", "Long", "Often", "Zebra")]
    assert places == sorted(places)
    assert "Times W in 7 days &gt;= 3" in text and "Its settings cannot be read" in text
    assert re.search(r">Times Longish Word or[\w ]{100,140} …<", text)
    found = admin_client.get(LIST, {"q": "threshold"}).content.decode()
    assert "Zebra" in found and "Often" not in found


@pytest.mark.parametrize("how", ["page", "button"])
def test_switching_off_what_something_live_needs_says_so(admin_client: Client, how: str) -> None:
    saved(admin_client, live="on")
    definition = SignalDefinition.objects.get()
    found = {"fact": "signal", "slug": "often", "window": {"days": 7}, "op": "at_least", "value": 0.5}
    Segment.objects.create(slug="vip", name="VIP", rule=found)
    off = f"{LIST}{definition.pk}/switch-off/"
    answer = saved(admin_client) if how == "page" else admin_client.post(off)
    said = [str(one) for one in messages.get_messages(answer.wsgi_request)]
    warned = "The segment vip needs it: while it is off, nothing begins by it. What has begun goes on."
    assert warned in said
    definition.refresh_from_db()
    assert not definition.live
    admin_client.get(LIST)
    again = saved(admin_client, name="Other words")
    assert warned not in [str(one) for one in messages.get_messages(again.wsgi_request)]


def test_a_condition_is_tried_in_words(admin_client: Client) -> None:
    a_person("ana", an_account("acme", caps={"seats": 20}, seats_used=17))
    Segment.objects.create(slug="vip", name="VIP", kind="list")
    rule = {
        "all": [
            {"fact": "entitlement", "resource": "seats", "share": "ratio", "op": "at_least", "value": 0.8},
            {"fact": "trait", "of": "person", "name": "last_seen_at", "op": "within", "value": [-45, 0]},
            {"fact": "segment", "slug": "vip", "op": "is", "value": True},
        ]
    }
    text = page(admin_client, a_definition(detector="rule", config={"rule": rule}), "try/?person=ana")
    assert '<td data-label="Found:">85 %</td>' in text and '<td data-label="Found:">no</td>' in text
    assert f'<td data-label="Found:">{clock.now():%Y-%m-%d %H:%M} UTC</td>' in text
    for python in ("[-45", "True", "False", "Decimal", "Wanted"):
        assert python not in text


def test_a_try_shows_the_groups_what_is_missing_and_an_event_that_fits(admin_client: Client) -> None:
    a_person("ana", an_account("acme", plan="free"))
    plan = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "pro"}
    walked = {"fact": "events", "names": ["Walked"], "window": {"days": 7}, "op": "at_least", "value": 1}
    rule = {"any": [plan, {"all": [plan | {"name": "industry"}, walked]}]}
    definition = a_definition(detector="rule", config={"rule": rule})
    text = page(admin_client, definition, "try/?person=ana")
    for level, said in ((0, "Any of these"), (1, "Account plan is pro"), (2, "Account industry is pro")):
        assert f'class="upsell-level-{level}">{said}</th>' in text
    assert "not known: the account&#x27;s industry" in text
    assert "&quot;userId&quot;: &quot;ana&quot;,\n &quot;event&quot;: &quot;Walked&quot;" in text
    unknown = page(admin_client, definition, "try/?person=nobody")
    assert '<a href="/admin/people_app/person/">find one</a>' in unknown


def test_how_long_it_rests_is_said_with_its_end(admin_client: Client) -> None:
    definition, ana = (
        a_definition(detector="frequency", config={"event": "W", "count": 1, "days": 7}),
        a_person("ana"),
    )
    an_event(ana, "W")
    definition.detectorstate_set.create(
        person=ana, part="", period=date(1970, 1, 1), holds_since=clock.now(), fired_at=clock.now()
    )
    text = page(admin_client, definition, "try/?person=ana")
    assert "It rests 7 days after it was found, until 2026-03-17 10:00 UTC." in text


@pytest.mark.parametrize("wrap", [lambda call: call, lambda call: {"batch": [call]}])
def test_a_pasted_event_need_not_name_the_person(admin_client: Client, wrap: Any) -> None:
    definition = a_definition(detector="frequency", config={"event": "W", "count": 1, "days": 7})
    a_person("ana")
    sample = json.dumps(wrap({"type": "track", "event": "W"}))
    answer = admin_client.post(f"{LIST}{definition.pk}/try/", {"person": "ana", "sample": sample})
    assert answer.context["tried"].rejected == []
    assert "Would be found" in answer.content.decode()
