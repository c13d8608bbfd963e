"""Before a definition goes live: what it would have found, on whom, and why it is not found for somebody."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils.module_loading import import_string

from people_app.models import Person
from signals_app import back_tests, privacy
from signals_app.back_tests import running, subjects
from signals_app.models import BackTest, Event, Meter, Signal, SignalDefinition
from tests.admin.world import a_definition, a_signal
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
FREQUENT = {"detector": "frequency", "config": {"event": "Walked", "count": 3, "days": 7}, "live": False}
FIRST, LAST = date(2026, 2, 20), date(2026, 3, 10)


def frequent(**fields: Any) -> SignalDefinition:
    return a_definition("walks", **{"name": "Walks", **FREQUENT, **fields})


def walked(person: Person, *days_ago: float) -> list[Event]:
    return [an_event(person, "Walked", timedelta(days=days)) for days in days_ago]


def done(definition: SignalDefinition) -> BackTest:
    test = back_tests.ask(definition, FIRST, LAST)
    back_tests.run()
    test.refresh_from_db()
    return test


def page(definition: SignalDefinition, rest: str = "back-tests/") -> str:
    return f"/admin/signals_app/signaldefinition/{definition.pk}/{rest}"


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


def test_it_goes_on_where_a_killed_worker_left_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    monkeypatch.setattr(running, "SECONDS_A_STEP", -1.0)
    definition = frequent()
    people = [a_person() for _ in range(5)]
    for person in people:
        walked(person, 3, 2, 1)
    straight = done(definition)
    BackTest.objects.all().delete()
    test = back_tests.ask(definition, FIRST, LAST)
    monkeypatch.setattr(running, "_chunk", _dies_after(2))
    for _ in range(2):
        back_tests.step()
    with pytest.raises(KeyboardInterrupt):
        back_tests.step()
    monkeypatch.undo()
    assert not back_tests.waiting(), "its lease still runs"
    BackTest.objects.update(leased_until=clock.real() - timedelta(seconds=1))
    back_tests.run()
    test.refresh_from_db()
    assert test.state == "done"
    assert test.result == straight.result


def _dies_after(chunks: int) -> Any:
    really, left = running._chunk, [chunks]

    def chunk(*args: Any) -> bool:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return really(*args)

    return chunk


def test_workers_that_die_of_it_again_and_again_end_it() -> None:
    test = back_tests.ask(frequent(), FIRST, LAST)
    BackTest.objects.update(state="running", result={"tries": running.MOST_TRIES})
    assert back_tests.step()
    test.refresh_from_db()
    assert (test.state, back_tests.waiting()) == ("failed", False)


def test_a_test_that_was_deleted_ends(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    definition = frequent()
    walked(a_person(), 3, 2, 1)
    test = back_tests.ask(definition, FIRST, LAST)
    really = running._chunk

    def chunk(*args: Any) -> bool:
        admin_client.post(page(definition, f"back-tests/{test.pk}/cancel/"))
        return really(*args)

    monkeypatch.setattr(running, "_chunk", chunk)
    back_tests.run()
    assert not BackTest.objects.exists()


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
        ('{"type": "identify", "userId": "u", "traits": {}}', "brings facts and no event"),
    ],
)
def test_what_is_no_event_is_explained(admin_client: Client, sample: str, said: str) -> None:
    a_person("ana")
    shown = admin_client.post(page(frequent(), "try/"), {"person": "ana", "sample": sample}).content.decode()
    assert said in shown


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


def test_workers_run_it(settings: Any) -> None:
    assert import_string(settings.JOBS["back_tests"]) is back_tests.run


def test_whoever_is_forgotten_while_it_runs_is_in_no_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a chunk of its own; the second is counted after the first was erased."""
    ana, ben = a_person("ana"), a_person("ben")
    for person in (ana, ben):
        walked(person, 3, 2, 1)
    monkeypatch.setattr(running, "CHUNK", 1)
    rehearsed = running._rehearsed

    def forgetting(*given: Any) -> Any:
        if given[2][0].person == ben.pk:
            privacy.forget([ana.pk], None, [], [])
            Person.objects.filter(pk=ana.pk).update(erased_at=clock.now())
        return rehearsed(*given)

    monkeypatch.setattr(running, "_rehearsed", forgetting)
    test = done(frequent())
    assert (test.state, test.result["total"]) == ("done", 2)
    assert [sample["person"] for sample in test.result["samples"]] == [ben.pk]
