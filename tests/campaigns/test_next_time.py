"""Each gate says what must happen before it opens, and leads to where that can be seen or changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns_app import explain_page, next_time
from offers_app.models import Decision
from people_app.models import Person
from signals_app.models import SignalDefinition
from tests.build import a_person
from tests.conftest import Time
from upsell_project.lib.gates import Code

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
BARRIERS = [code for code in Code if code not in next_time.NO_BARRIER]


def must(code: str, at: datetime | None = None) -> str:
    gate: dict[str, Any] = {"gate": code, "passed": False, "next_eligible_at": at and at.isoformat()}
    return next_time.must_happen([gate], NOW)


def test_it_works() -> None:
    assert must("cap", LATER).endswith("must lie far enough back (at the earliest 2026-03-19 10:00 UTC).")


@pytest.mark.parametrize("code", BARRIERS)
def test_each_code_has_a_sentence_of_its_own(code: Code) -> None:
    assert must(code) not in ("", must("unheard_of"))
    assert must(code, LATER).endswith("(at the earliest 2026-03-19 10:00 UTC).")


def test_what_is_owned_is_owned_but_a_yes_ends() -> None:
    assert must("already_owned") == "Nothing: the account has it already."
    assert must("already_owned", LATER).startswith("The account said yes to it: the time for which")


@pytest.mark.django_db
@pytest.mark.usefixtures("starter")
class TestLinks:
    @pytest.fixture
    def person(self, time: Time) -> Person:
        time.set(NOW)
        return a_person("u1")

    @pytest.mark.parametrize("code", [code for code in Code if code != Code.CHANNEL_UNAVAILABLE])
    def test_each_leads_somewhere(self, person: Person, code: Code) -> None:
        definition = SignalDefinition.objects.get(slug="usage-limit-near")
        gate = {"gate": code.value, "passed": False, "input": {"definition": definition.slug}}
        Decision.objects.create(
            at=NOW,
            person=person,
            playbook="power-user-upsell",
            offer="pro-plan",
            outcome="excluded",
            gates=[gate],
        )
        may = dict.fromkeys(explain_page.PAGES, True)
        (told,) = explain_page.of(person, "pro-plan", "", None, may)["decided"]
        assert told.gates[0].link.startswith("/admin/")
        hidden = explain_page.of(person, "pro-plan", "", None, {})["decided"]
        assert hidden[0].gates[0].link == ""
