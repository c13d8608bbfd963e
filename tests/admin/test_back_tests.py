"""Before a definition goes live: what it would have found, and on whom."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app import back_tests, privacy
from signals_app.back_tests import subjects
from signals_app.models import BackTest, Meter, Signal
from tests.admin.back_tested import FIRST, LAST, done, frequent, page, walked
from tests.admin.world import a_definition, a_signal
from tests.build import a_person, an_account, an_event
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


def a_viewer(*names: str) -> User:
    viewer = User.objects.create(username="vic", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__in=names))
    return viewer


def test_it_says_how_many_on_which_day_and_for_whom(admin_client: Client) -> None:
    definition, ana = frequent(), a_person("ana")
    walked(ana, 14, 13, 12, 1)
    walked(a_person("ben"), 3, 2)
    answer = admin_client.post(page(definition), {"first": FIRST, "last": LAST})
    test = BackTest.objects.get()
    assert answer.headers["Location"] == page(definition, f"back-tests/{test.pk}/")
    waiting = admin_client.get(answer.headers["Location"]).content.decode()
    assert "every 2s" in waiting
    back_tests.run()
    shown = admin_client.get(answer.headers["Location"]).content.decode()
    assert "every 2s" not in shown
    test.refresh_from_db()
    assert (test.state, test.progress) == ("done", 100)
    assert test.result["days"] == {"2026-02-26": 1}
    assert (test.result["total"], test.result["people"], test.result["looked_at"]) == (1, [ana.pk], 2)
    assert len(test.result["samples"][0]["evidence"]["event_ids"]) == 3
    assert f"/admin/people_app/person/{ana.pk}/change/" in shown
    assert '<p class="upsell-rule-sentence">Times Walked in 7 days &gt;= 3</p>' in shown
    listed = admin_client.get("/admin/signals_app/backtest/").content.decode()
    assert ">100 %<" in listed
    assert not Signal.objects.exists()


def test_how_many_others_found_is_labeled_for_a_phone(admin_client: Client) -> None:
    definition, ana = frequent(), a_person("ana", an_account("acme"))
    walked(ana, 14, 13, 12)
    a_signal(ana, a_definition(), detected_at=clock.now() - timedelta(days=12))
    test = done(definition)
    shown = admin_client.get(page(definition, f"back-tests/{test.pk}/")).content.decode()
    assert '<td data-label="Of these:">1</td><td data-label="Share:">100 %</td>' in shown


@pytest.mark.parametrize("rest", ["try/", "back-tests/", "back-tests/{test}/"])
def test_each_page_leads_back_to_its_definition_by_the_heading(admin_client: Client, rest: str) -> None:
    definition = frequent()
    test = back_tests.ask(definition, FIRST, LAST)
    text = admin_client.get(page(definition, rest.format(test=test.pk))).content.decode()
    heading = text.partition("<h1")[2].partition("</h1>")[0]
    assert page(definition, "change/") in heading


def test_nothing_found_says_what_to_do(admin_client: Client) -> None:
    definition = frequent()
    test = done(definition)
    shown = admin_client.get(page(definition, f"back-tests/{test.pk}/")).content.decode()
    assert "It would have found nothing" in shown
    assert page(definition, "try/") in shown
    assert "lower the bar" not in shown, "nobody was looked at"


def test_nobody_looked_at_says_which_event_never_came(admin_client: Client) -> None:
    an_event(a_person("ana"), "Report Exported")
    definition = frequent(config={"event": "Report Exportd", "count": 1, "days": 7})
    test = done(definition)
    shown = admin_client.get(page(definition, f"back-tests/{test.pk}/")).content.decode()
    assert "No event “Report Exportd” was received yet." in shown


def test_what_others_found_nearby_is_counted() -> None:
    definition, other, ana = frequent(), a_definition(), a_person("ana")
    walked(ana, 14, 13, 12)
    a_signal(ana, other, detected_at=clock.now() - timedelta(days=6))
    a_signal(ana, other, detected_at=clock.now() - timedelta(days=8))
    a_signal(a_person("ben"), other, detected_at=clock.now() - timedelta(days=12))
    a_signal(ana, definition, detected_at=clock.now() - timedelta(days=12))
    assert done(definition).result["overlap"] == {"usage-limit-near": 1}


def test_use_is_counted_in_the_period_of_that_moment() -> None:
    Meter.objects.create(resource="exports", label="reports", verb="exported", event="Report Exported")
    definition, ana = a_definition(live=False), a_person("ana", an_account(caps={"exports": 5}))
    for days in (20, 19, 18, 17):
        an_event(ana, "Report Exported", timedelta(days=days))
    for days in (3, 2):
        an_event(ana, "Report Exported", timedelta(days=days))
    test = done(definition)
    assert test.result["days"] == {"2026-02-21": 1}
    (sample,) = test.result["samples"]
    assert (sample["evidence"]["used"], sample["evidence"]["cap"]) == (4, 5)
    assert test.result["unknown"] == ["the limits of the plan: taken as of today"]


def test_the_same_asked_twice_is_one() -> None:
    definition = frequent()
    assert back_tests.ask(definition, FIRST, LAST) == back_tests.ask(definition, FIRST, LAST)
    definition.config = {**definition.config, "count": 9}
    definition.save()
    assert back_tests.ask(definition, FIRST, LAST).settings["config"]["count"] == 9
    assert BackTest.objects.count() == 2


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (LAST, FIRST, "must not be after the last day"),
        (FIRST, date(2026, 3, 11), "must not lie ahead"),
        (date(2025, 12, 1), LAST, "92 days at most"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    admin_client: Client, first: date, last: date, said: str
) -> None:
    definition = frequent()
    assert said in admin_client.post(page(definition), {"first": first, "last": last}).content.decode()
    assert not BackTest.objects.exists()


def test_of_very_many_a_sample_is_looked_at_and_said_to_be_one(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "MOST", 30)
    monkeypatch.setattr(subjects, "ONE_IN", 1)
    definition = frequent()
    for _ in range(60):
        walked(a_person(), 3, 2, 1)
    test = done(definition)
    assert (test.result["of"], test.result["share"]) == (60, 0.5)
    assert 15 <= test.result["looked_at"] == test.result["total"] <= 45
    assert (
        "random sample of 50.0 %"
        in admin_client.get(page(definition, f"back-tests/{test.pk}/")).content.decode()
    )


def test_what_never_happened_is_looked_for_with_everybody() -> None:
    rule = {"fact": "events", "names": ["Walked"], "window": {"days": 3}, "op": "at_most", "value": 0}
    definition = frequent(detector="rule", config={"rule": rule})
    a_person("ana")
    assert done(definition).result["looked_at"] == 1


def test_whoever_is_forgotten_is_in_no_sample() -> None:
    definition, ana = frequent(), a_person("ana")
    walked(ana, 3, 2, 1)
    test = done(definition)
    privacy.forget([ana.pk], None, [], [])
    test.refresh_from_db()
    assert (test.result["samples"], test.result["total"]) == ([], 1)


def test_who_may_only_look_sees_it_and_starts_nothing(client: Client) -> None:
    definition = frequent()
    test = back_tests.ask(definition, FIRST, LAST)
    client.force_login(a_viewer("view_signaldefinition", "view_person"))
    a_person("ana")
    assert client.get(page(definition)).status_code == 200
    assert client.get(page(definition, f"back-tests/{test.pk}/")).status_code == 200
    assert client.get(page(definition, "try/"), {"person": "ana"}).status_code == 200
    assert client.post(page(definition), {"first": FIRST, "last": LAST}).status_code == 403
    assert client.post(page(definition, f"back-tests/{test.pk}/cancel/")).status_code == 403
    client.force_login(User.objects.create(username="nina", is_staff=True))
    assert client.get(page(definition)).status_code == 403
    assert client.get(page(definition, "try/")).status_code == 403


def test_the_definition_leads_there(admin_client: Client) -> None:
    definition = frequent()
    shown = admin_client.get(page(definition, "change/")).content.decode()
    assert page(definition) in shown
    assert page(definition, "try/") in shown
