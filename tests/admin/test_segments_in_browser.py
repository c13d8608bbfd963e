"""The pages of segments and of what was found in a real browser: they fit, nothing is cut off, axe finds nothing."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from campaigns_app.models import Playbook
from signals_app.models import Segment, SignalDefinition
from tests.admin.browser import opened, shot, swept
from tests.admin.world import a_definition, a_signal
from tests.build import a_person, an_account, an_event
from tests.chromium import chromium
from tests.signals.scores_world import used
from tests.signals.segments_world import FREE, a_segment, within

__all__ = ["chromium"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]
SIGNALS, SEGMENTS = "/admin/signals_app/signaldefinition/", "/admin/signals_app/segment/"
ON_PHONE = {"path": "device", "op": "is", "value": "a telephone"}
EVIDENCE = {
    "conditions": [
        {"condition": "Exports used >= 80 % of the limit", "value": 0.85, "holds": True},
        {"condition": "Account industry is known", "value": None, "holds": None},
    ],
    "resource": "exports",
    "used": 17,
}


@pytest.fixture
def paths(transactional_db: None) -> dict[str, str]:
    often = used(12) | {"names": ["Report Exported", "Dashboard Opened"], "where": [ON_PHONE]}
    friends, free = a_segment("friends"), a_segment("free", {"all": [FREE, {"not": often}]})
    a_segment("needs-it", within("free"), name="Those who need it")
    ana = a_person("a-person-with-a-rather-long-user-id", an_account("acme", plan="pro"))
    evidence = EVIDENCE | {"event_ids": [an_event(ana, "Report Exported").pk for _ in range(8)]}
    definition = a_definition()
    signal = a_signal(ana, definition, evidence=evidence)
    Playbook.objects.create(slug="upsell", name="Power user upsell").signals.add(definition)
    return {
        "import": f"{SEGMENTS}{friends.pk}/import/",
        "why": f"{SEGMENTS}{free.pk}/why/?person={ana.user_id}",
        "segment": f"{SEGMENTS}{free.pk}/change/",
        "segments": SEGMENTS,
        "segment-kept": f"{SEGMENTS}{free.pk}/delete/",
        "members": f"/admin/signals_app/segmentmember/?segment__id__exact={friends.pk}",
        "found": f"/admin/signals_app/signal/{signal.pk}/change/",
        "person": f"/admin/people_app/person/{ana.pk}/change/",
        "signals": SIGNALS,
        "definition": f"{SIGNALS}{definition.pk}/change/",
        "delete": f"{SIGNALS}{definition.pk}/delete/",
    }


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, live_server: LiveServer, paths: dict[str, str], width: int, scheme: str
) -> None:
    assert swept(chromium, live_server, paths, width, scheme, cut_too={"why"}) == []


def test_a_file_is_chosen_and_a_list_asks_for_no_rule(
    chromium: Browser, live_server: LiveServer, paths: dict[str, str]
) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + paths["import"])
    row = {"name": "pilot.csv", "mimeType": "text/csv", "buffer": b"email\nana@corp.test\n"}
    page.locator("input[type=file]").set_input_files(row)  # type: ignore[arg-type]
    shot(page, "import-chosen")
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("These look like e-mail addresses")).to_be_visible()
    expect(page.get_by_role("button", name="Put them on the list")).to_have_count(0)
    page.goto(live_server.url + f"{SEGMENTS}add/")
    rule = page.get_by_role("button", name="Add a condition")
    expect(rule).to_be_visible()
    page.locator("#id_kind").select_option("list")
    expect(rule).to_be_hidden()
    page.locator("#id_name").fill("Pilot")
    page.locator("[name=_save]").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert Segment.objects.get(name="Pilot").kind == "list"


def test_one_that_found_something_is_switched_off_where_it_cannot_be_deleted(
    chromium: Browser, live_server: LiveServer, paths: dict[str, str]
) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + paths["delete"])
    page.get_by_role("button", name="Switch Live off instead").click()
    expect(page.get_by_text("nothing is looked for any more")).to_be_visible()
    assert not SignalDefinition.objects.get().live
