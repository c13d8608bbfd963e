"""Somebody answers while a worker takes in what they did: a segment that asks for both sees both."""

from typing import Any

import pytest
from django.db import transaction

from campaigns_app import sweeps
from campaigns_app.models import Enrollment
from signals_app import again
from signals_app.models import Answer, AskAgain
from tests.at_once import Other
from tests.build import a_source, the_starter_pack
from tests.engine import act, begun, offer_of, receive, somebody
from tests.signals.segments_world import a_segment, inside, track, used
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)
DECLINED = {"fact": "answer", "answer": "declined", "window": {"days": 7}, "op": "at_least", "value": 1}


@pytest.fixture
def run(settings: Any) -> Enrollment:
    settings.HOLDOUT_PERCENT = 0
    the_starter_pack()
    a_segment("both", {"all": [DECLINED, used(1)]})
    return begun(somebody())


def test_who_comes_second_sees_what_the_first_did(run: Enrollment) -> None:
    source = a_source("http")
    call = track(str(run.person.user_id))
    with transaction.atomic():
        act(run.person, offer_of(run), "declined")
        worker = Other(lambda: receive(source, call))
        worker.until_it_waits()
    worker.end()
    assert inside("both") == {run.person.user_id}


def test_the_job_waits_for_what_a_worker_takes_in(run: Enrollment) -> None:
    """Whoever keeps an answer to a mail does not hold them."""
    source = a_source("http")

    def answers() -> None:
        Answer.objects.create(person=run.person, offer="pro-plan", answer="declined", at=clock.now())
        again.answered([(run.person_id, run.account_id)], "declined")

    with transaction.atomic():
        receive(source, track(str(run.person.user_id)))
        Other(answers).end()
        job = Other(sweeps.run)
        job.until_it_waits()
        assert inside("both") == set()
    job.end()
    assert inside("both") == {run.person.user_id} and not AskAgain.objects.exists()
