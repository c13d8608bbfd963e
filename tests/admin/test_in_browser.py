"""The pages of what comes in, in a real browser: they refresh themselves, work by keyboard, and axe finds nothing."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from campaigns_app.models import Enrollment
from people_app.models import Account, Erasure
from signals_app import health, replay
from signals_app.admin import read_again
from signals_app.models import Envelope, Meter, Recount, RejectedEvent, SourceHour
from tests.admin.browser import faults, opened, shot, violations, world
from tests.admin.world import World
from tests.build import a_source, an_event
from tests.chromium import chromium
from upsell_project.lib import clock

__all__ = ["chromium", "world"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group(__name__)]
WIDTHS = {"wide": 1280, "narrow": 390}


def paths(world: World) -> dict[str, str]:
    account = f"/admin/people_app/account/{world.enrollment.account_id}"
    refused = RejectedEvent.objects.order_by("pk")[0]
    return {
        "home": "/admin/",
        "live": "/admin/live-events/",
        "sources": "/admin/signals_app/source/",
        "choose": "/admin/signals_app/source/add/",
        "add": "/admin/signals_app/source/add/?kind=stripe",
        "source": f"/admin/signals_app/source/{world.source.pk}/change/",
        "mapping": "/admin/signals_app/eventmapping/add/",
        "meter": "/admin/signals_app/meter/add/",
        "meter-change": f"/admin/signals_app/meter/{Meter.objects.get().pk}/change/",
        "past": "/admin/signals_app/pasttotal/",
        "recounts": "/admin/signals_app/recount/",
        "account": f"{account}/change/",
        "merge": f"{account}/merge/",
        "merge-preview": f"{account}/merge/?q=bolt",
        "merge-refused": f"{account}/merge/?q=nobody",
        "name": f"{account}/name/",
        "erase": f"/admin/people_app/person/{world.person.pk}/erase/",
        "read-again": "/admin/signals_app/envelope/read-again/",
        "read-again-some": f"/admin/signals_app/envelope/read-again/?source={world.source.pk}",
        "rejected": "/admin/signals_app/rejectedevent/",
        "rejected-one": f"/admin/signals_app/rejectedevent/{refused.pk}/change/",
        "envelopes": "/admin/signals_app/envelope/",
        "alerts": "/admin/signals_app/sourcealert/",
    }


@pytest.mark.parametrize(("width", "scheme"), [("wide", "light"), ("narrow", "dark")])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    chromium: Browser, live_server: LiveServer, world: World, width: str, scheme: str
) -> None:
    page, found = opened(chromium, live_server, WIDTHS[width], scheme), []
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for name, path in paths(world).items():
        page.goto(live_server.url + path)
        page.wait_for_function("!document.querySelector('.htmx-request')")
        for row in page.locator("#live details[id^=event-]").all()[:2]:
            row.locator("summary").click()
            expect(row.get_by_text("What became of it")).to_be_visible()
        shot(page, f"{name}-{width}-{scheme}")
        found += [f"{name}: {one}" for one in faults(page)]
    page.context.close()
    assert found == []
    assert errors == []


def test_news_come_by_themselves_and_what_is_open_stays_open(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + "/admin/live-events/")
    page.evaluate("window.same = true")
    row = page.locator(f"#event-{world.event.pk}")
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_text("What became of it")).to_be_visible()
    an_event(world.person, "Came Later")
    expect(page.get_by_text("Came Later").first).to_be_visible()
    expect(row.get_by_text("What became of it")).to_be_visible()
    assert page.evaluate("window.same"), "the page was not loaded anew"
    assert page.evaluate("document.activeElement.id") == f"event-{world.event.pk}-row"
    page.get_by_role("link", name="Pause", exact=True).click()
    expect(page.get_by_text("Paused at")).to_be_visible()
    an_event(world.person, "While Paused")
    with pytest.raises(AssertionError):
        expect(page.get_by_text("While Paused").first).to_be_visible(timeout=4_000)
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("While Paused").first).to_be_visible()
    page.context.close()


def test_the_filters_hold_across_refreshes(chromium: Browser, live_server: LiveServer, world: World) -> None:
    page = opened(chromium, live_server)
    page.goto(live_server.url + "/admin/live-events/")
    page.get_by_label("Event", exact=True).fill("Wanted")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    an_event(world.person, "Unwanted")
    an_event(world.person, "Wanted")
    expect(page.locator("#live").get_by_text("Wanted", exact=True)).to_be_visible()
    assert page.locator("#live").get_by_text("Unwanted").count() == 0
    assert "name=Wanted" in page.url
    page.context.close()


def test_a_new_source_turns_green_by_itself(chromium: Browser, live_server: LiveServer, world: World) -> None:
    fresh, page = a_source(name="Fresh"), opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/source/{fresh.pk}/change/")
    expect(page.get_by_text("Waiting for the first event")).to_be_visible()
    SourceHour.objects.create(source=fresh, hour=health.hour_of(clock.now()), accepted=1)
    expect(page.get_by_text("1 event arrived")).to_be_visible()
    page.context.close()


def test_a_provider_is_found_while_typing(chromium: Browser, live_server: LiveServer, world: World) -> None:
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/source/add/")
    page.get_by_role("searchbox", name="Find a provider").press_sequentially("zend")
    expect(page.get_by_role("link", name="Stripe")).to_have_count(0)
    page.get_by_role("link", name="Zendesk").click()
    expect(page.get_by_role("heading", name="Zendesk")).to_be_visible()
    page.context.close()


def test_a_mapping_is_tried_out_before_it_is_saved(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/eventmapping/add/")
    page.locator("#id_event").fill("report_done2")
    page.locator("#id_name").fill("Report Exported")
    page.get_by_label("Where it is 1").fill("deep.pages")
    page.get_by_label("Becomes 1").fill("pages")
    page.locator("#sample").fill(
        '{"userId":"u1","type":"track","event":"report_done2","properties":{"deep":{"pages":3}}}'
    )
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("#trial")).to_contain_text("mapped from report_done2")
    expect(page.locator("#trial")).to_contain_text('"pages": 3')
    expect(page.locator("#trial")).to_contain_text("exports: + 1")
    page.locator("#sample").fill('{"userId":"u1","type":"track","event":"","timestamp":"x"}')
    page.get_by_role("button", name="Try it out").click()
    expect(page.locator("#trial")).to_contain_text("Would be rejected")
    page.context.close()


def test_requests_are_read_again_with_progress_and_without_another_click(
    chromium: Browser, live_server: LiveServer, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "CHUNK", 1)
    monkeypatch.setattr(read_again, "SECONDS_A_REQUEST", -1.0)
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/envelope/read-again/")
    page.get_by_label("Source").select_option(label="Backend")
    page.get_by_role("button", name="Count them").click()
    expect(page.get_by_text("4 envelopes of Backend will be read again")).to_be_visible()
    assert Envelope.objects.filter(state="pending").count() == 1
    page.get_by_role("button", name="Read them again").click()
    expect(page.get_by_role("heading", name="All are back")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("4 envelopes are in the inbox again")
    shot(page, "read-again-done")
    assert Envelope.objects.filter(state="pending").count() == 5
    page.context.close()


def test_rejected_events_are_tried_again_after_a_question(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/rejectedevent/")
    page.locator("input[name=_selected_action]").first.check()
    page.locator("select[name=action]").select_option("try_again")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name="1 rejected event will be")).to_be_visible()
    shot(page, "rejected-question")
    assert violations(page) == []
    page.get_by_role("link", name="No, go back").click()
    expect(page.locator("input[name=_selected_action]").first).to_be_visible()
    page.context.close()


def test_accounts_are_merged_and_a_person_is_erased_only_after_a_last_yes(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    account = world.enrollment.account_id
    page.goto(f"{live_server.url}/admin/people_app/account/{account}/change/")
    page.get_by_role("link", name="Merge into another account").click()
    page.get_by_label("Its account id").fill("bolt")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_text("1 run of playbooks under way will end.")).to_be_visible()
    assert Account.objects.get(pk=account).merged_into is None
    page.get_by_role("button", name="Merge them for good").click()
    expect(page.get_by_text("is a part of bolt now")).to_be_visible()
    shot(page, "merged")
    assert Enrollment.objects.get(pk=world.enrollment.pk).end_reason == "merged"
    page.goto(f"{live_server.url}/admin/people_app/person/{world.person.pk}/erase/")
    page.get_by_role("link", name="No, go back").click()
    assert not Erasure.objects.filter(person=world.person).exists()
    page.go_back()
    page.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("Nobody reaches them any more")).to_be_visible()
    shot(page, "erased")
    assert Erasure.objects.filter(person=world.person).exists()
    page.context.close()


def test_the_progress_of_a_recount_moves_while_one_looks(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    page.goto(f"{live_server.url}/admin/signals_app/meter/{Meter.objects.get().pk}/change/")
    expect(page.locator("#counted")).to_contain_text("25 % of the accounts")
    Recount.objects.update(upto=3)
    expect(page.locator("#counted")).to_contain_text("75 % of the accounts")
    Recount.objects.update(counted_as="x")
    expect(page.locator("#counted")).to_contain_text("Counted from every stored event")
    page.context.close()


def test_a_row_whose_detail_cannot_be_loaded_is_opened_by_its_link(
    chromium: Browser, live_server: LiveServer, world: World
) -> None:
    page = opened(chromium, live_server)
    page.route("**/admin/live-events/*/", lambda route: route.abort())
    page.goto(f"{live_server.url}/admin/live-events/")
    row = page.locator(f"#event-{world.event.pk}")
    row.locator("summary").click()
    expect(row.get_by_role("link", name="Open it")).to_be_visible()
    assert violations(page) == []
    page.context.close()
