"""Days and hours that staff gave beyond any calendar count as ten years, and stop nothing."""

from datetime import timedelta

import pytest

from campaigns_app import enroll
from campaigns_app.admin import policies
from campaigns_app.models import ContactPolicy, Cooldown, Enrollment, PlaybookVersion, Step
from signals_app.models import Envelope
from tests.build import a_source
from tests.conftest import Time
from tests.engine import MORNING, a_signal, account_of, act, begun, last_decision, offer_of, receive, somebody
from upsell_project.lib import clock, spans

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
HUGE = 2**31 - 1
TEN_YEARS = timedelta(days=spans.MOST_DAYS)


@pytest.fixture(autouse=True)
def morning(time: Time, settings: pytest.FixtureRequest) -> None:
    settings.HOLDOUT_PERCENT = 0  # type: ignore[attr-defined]
    time.set(MORNING)


def test_so_long_and_no_longer() -> None:
    assert spans.hours(1.5) == timedelta(minutes=90) and spans.days(0) == timedelta(0)
    assert spans.hours(spans.MOST_HOURS) == spans.days(HUGE) == spans.hours(10**400) == TEN_YEARS


def test_a_playbook_without_end_stops_nothing(time: Time) -> None:
    """Whoever ended it does what was its goal, and is noticed again."""
    PlaybookVersion.objects.update(goal_days=HUGE, reentry_days=HUGE)
    ContactPolicy.objects.update(
        cooldown_days={"declined": HUGE, "no_engagement": HUGE},
        caps=[{"channel": "*", "limit": 9, "hours": HUGE}],
    )
    Step.objects.filter(kind="wait_until").update(config={"hours": HUGE})
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), "declined")
    run.refresh_from_db()
    assert run.state == Enrollment.State.FINISHED
    assert Cooldown.objects.get(outcome="declined").until == clock.now() + TEN_YEARS
    Cooldown.objects.all().delete()
    goal = run.version.goal_event
    receive(a_source("http"), {"type": "track", "userId": person.user_id, "event": goal})
    assert not Envelope.objects.exclude(state="done").exists()
    enroll.from_signals([a_signal(person, account_of(person))], clock.now())
    assert last_decision(person).gate == "reentry"


def test_a_policy_says_how_much_is_too_much() -> None:
    cap = {"channel": "*", "limit": 1, "hours": spans.MOST_HOURS}
    assert policies.cap_faults([cap]) == [] == policies.cooldown_faults({"dismissed": spans.MOST_DAYS})
    assert policies.cap_faults([cap | {"hours": spans.MOST_HOURS + 1}]) == [
        "caps[0].hours: must be a whole number from 1 to 87600"
    ]
    assert policies.cooldown_faults({"dismissed": spans.MOST_DAYS + 1}) == [
        "cooldown_days.dismissed: must be a whole number from 0 to 3650"
    ]
