"""A test of the past goes on where a worker died, ends when it is deleted, and forgets whoever is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.module_loading import import_string

from people_app.models import Person
from signals_app import back_tests, privacy
from signals_app.back_tests import running
from signals_app.models import BackTest
from tests.admin.back_tested import FIRST, LAST, done, frequent, page, walked
from tests.build import a_person
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]


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
