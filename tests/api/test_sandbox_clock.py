"""`POST /api/sandbox/clock/` moves the product's time, in a sandbox only."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns_app import sandbox
from signals_app.models import Envelope
from tests.api.caller import Caller
from tests.build import a_source
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
PATH = "/api/sandbox/clock/"


def test_it_moves_the_products_time_and_leaves_the_real_one(editor: Caller) -> None:
    answer = editor.post(PATH, {"advance_seconds": 43_200})
    assert answer.status_code == 200
    told = datetime.fromisoformat(json.loads(answer.content)["now"])
    assert abs(told - clock.now()) < timedelta(minutes=1)
    assert timedelta(hours=11) < clock.now() - clock.real() < timedelta(hours=13)


def test_a_repeated_request_moves_it_once(editor: Caller) -> None:
    for _ in range(2):
        assert editor.post(PATH, {"advance_seconds": 3_600}, Idempotency_Key="one").status_code == 200
    assert clock.offset() < timedelta(hours=2)


def test_viewers_do_not_move_it(viewer: Caller) -> None:
    assert viewer.post(PATH, {"advance_seconds": 3_600}).status_code == 403
    assert clock.offset() == timedelta(0)


def test_it_stands_still_outside_a_sandbox(editor: Caller, settings: Any) -> None:
    settings.SANDBOX = False
    answer = editor.post(PATH, {"advance_seconds": 3_600}, Idempotency_Key="one")
    assert answer.status_code == 409
    assert "sandbox" in json.loads(answer.content)["detail"]


def test_work_that_nobody_takes_is_told(editor: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "PATIENCE_SECONDS", 0.1)
    Envelope.objects.create(source=a_source(), call="track", body=b"{}", received_at=clock.now())
    answer = editor.post(PATH, {"advance_seconds": 3_600})
    assert answer.status_code == 503
    assert "worker" in json.loads(answer.content)["detail"]
    assert answer["Retry-After"]


@pytest.mark.parametrize(
    "said", [{}, {"advance_seconds": 0}, {"advance_seconds": -5}, {"advance_seconds": "x"}]
)
def test_only_a_span_forward_makes_sense(editor: Caller, said: dict[str, Any]) -> None:
    assert editor.post(PATH, said).status_code == 400


def test_a_span_has_an_end(editor: Caller) -> None:
    assert editor.post(PATH, {"advance_seconds": 10**12}).status_code == 400
