"""A request that comes again: too late it is refused; in time, or signed anew, it is taken and changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from campaigns_app import pipeline
from people_app.models import Account, Person
from signals_app import sources
from signals_app.connectors import CONNECTORS
from signals_app.models import Envelope, Event, RejectedEvent, Ticket
from tests.build import a_source
from tests.connectors import resign
from tests.connectors.test_vectors import FIRST, WINDOWS
from tests.connectors.test_vectors_at_the_door import PUBLIC, send, then
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time", "then")]
__all__ = ["then"]

SIGNED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
one_each = pytest.mark.parametrize("vector", FIRST.values(), ids=lambda vector: str(vector["provider"]))
timed = pytest.mark.parametrize(
    "vector", [FIRST[name] for name in sorted(resign.TIMED)], ids=lambda vector: str(vector["provider"])
)
Vector = dict[str, Any]


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Any:
    def stands(seconds: float) -> datetime:
        moment = SIGNED_AT + timedelta(seconds=seconds)
        monkeypatch.setattr(clock, "real", lambda: moment)
        return moment

    return stands


def at_the_door(vector: Vector) -> tuple[str, Vector]:
    """The path of a source, and what who holds its secret sends there at `SIGNED_AT`."""
    source = a_source(vector["provider"], signing_secret=resign.secret(vector["provider"], "first-secret"))
    url = f"{PUBLIC}{source.hook_path}"
    return source.hook_path, resign.signed_at({**vector, "url": url}, "first-secret", SIGNED_AT, url)


def stored() -> list[Any]:
    """Everything that a repeat could add to."""
    while pipeline.process(20):
        pass
    assert not RejectedEvent.objects.exists()
    assert not Envelope.objects.exclude(state="done").exists()
    counts = [table.objects.count() for table in (Person, Account, Ticket)]
    return [sorted(Event.objects.values_list("source_id", "message_id")), *counts]


@one_each
def test_a_replay_is_refused_at_the_end_of_its_window_and_stores_nothing_twice_within(
    client: Client, vector: Vector, real: Any
) -> None:
    path, request = at_the_door(vector)
    window = WINDOWS.get(vector["provider"])
    assert (window is not None) <= (vector["provider"] in resign.TIMED)
    assert send(client, request, path).status_code in (200, 204)
    first = stored()
    edges = {1, 299, 301, *((window - 1, window, window + 1) if window else ())}
    for seconds in [*sorted({*edges, *(-edge for edge in edges)}), 30 * 86_400]:
        real(seconds)
        taken = window is None or abs(seconds) <= window
        assert (send(client, request, path).status_code in (200, 204)) is taken, seconds
        assert stored() == first


@timed
@pytest.mark.parametrize("later", [301, 29 * 86_400])
def test_an_old_event_that_is_signed_anew_is_taken_and_stores_nothing_twice(
    client: Client, vector: Vector, real: Any, later: int
) -> None:
    path, request = at_the_door(vector)
    assert send(client, request, path).status_code in (200, 204)
    first = stored()
    again = resign.signed_at(vector, "first-secret", real(later), f"{PUBLIC}{path}")
    assert again["headers"] != request["headers"]
    assert send(client, again, path).status_code in (200, 204)
    assert stored() == first
    assert Envelope.objects.count() == 2


@one_each
def test_two_secrets_open_the_door_until_the_old_one_is_retired(client: Client, vector: Vector) -> None:
    kind = vector["provider"]
    source = a_source(kind, signing_secret=resign.secret(kind, "first-secret"))
    url = f"{PUBLIC}{source.hook_path}"
    old, new = (resign.signed(vector, name, url) for name in ("first-secret", "second-secret"))

    def statuses() -> list[bool]:
        return [send(client, one, source.hook_path).status_code in (200, 204) for one in (old, new)]

    assert statuses() == [True, False]
    sources.rotate(source, resign.secret(kind, "second-secret"))
    assert statuses() == [True, True]
    sources.retire(source)
    assert statuses() == [False, True]
    source.refresh_from_db()
    assert source.signature_failures == 2


def test_every_provider_with_a_window_is_tried() -> None:
    """Inbound mail is, with Mailgun's own vectors, in `test_inbound_mail_proofs`."""
    windows = {kind for kind, connector in CONNECTORS.items() if connector.freshness}
    assert windows - {"inbound_mail"} == set(WINDOWS) == set(WINDOWS) & resign.TIMED
