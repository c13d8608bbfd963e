"""Which account carries a message, what becomes of it when that one fails, and that no message leaves twice."""

import json
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from campaigns_app import channels, enroll, outbox, routes, sending, uncertain
from campaigns_app.models import ChannelAccount, Delivery
from offers_app.models import Proposition
from tests.channels.keyed import Keyed, KeyedDouble, Silent
from tests.http_double import LOST, Double
from tests.outgoing import a_reader, after, an_account_at, due_again, intended
from upsell_project.lib import clock, secrets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack", "providers")]
State = Delivery.State


@pytest.fixture
def providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PROVIDERS", {**channels.PROVIDERS, "keyed": Keyed, "silent": Silent})


@pytest.fixture
def one(serve: Callable[[Double], Double]) -> Double:
    return serve(KeyedDouble())


@pytest.fixture
def two(serve: Callable[[Double], Double]) -> Double:
    return serve(KeyedDouble())


def account(double: Double, kind: str = "keyed", token: str = "right", **fields: Any) -> ChannelAccount:
    return an_account_at(kind, "sms", double.url, secrets={"token": token}, **fields)


def a_text(number: int = 0, **fields: Any) -> Delivery:
    return intended(a_reader("sms", f"+1415555{number:04}"), "sms", **fields)


def fresh(row: ChannelAccount) -> ChannelAccount:
    return ChannelAccount.objects.get(pk=row.pk)


class TestTakeOver:
    def test_the_lowest_position_carries(self, one: Double, two: Double) -> None:
        account(one, position=2)
        first = account(two, position=1)
        assert after(a_text()).via == first
        assert (len(one.ledger), len(two.ledger)) == (0, 1)

    def test_the_second_carries_at_once_what_the_first_refuses_by_its_key(
        self, one: Double, two: Double
    ) -> None:
        first, second = account(one, token="old"), account(two, position=2)
        texts = [a_text(number) for number in range(3)]
        while outbox.send():
            pass
        sent = Delivery.objects.filter(pk__in=[text.pk for text in texts])
        assert {(text.state, text.via, text.attempts) for text in sent} == {(State.ACCEPTED, second, 1)}
        assert len(one.asked) == 1, "nobody else's message is tried on a key that is refused"
        assert fresh(first).broken_at and fresh(first).error == "the key was refused: 401"

    @pytest.mark.parametrize("trouble", [429, 503])
    def test_the_second_carries_while_the_first_rests(self, one: Double, two: Double, trouble: int) -> None:
        first, second = account(one), account(two, position=2)
        one.troubles = [trouble]
        text = after(a_text())
        assert text.state == State.INTENDED
        assert after(text).via == second
        assert after(a_text(1)).via == second
        assert len(one.asked) == 1
        assert not fresh(first).broken_at

    def test_the_second_carries_while_the_first_fails_and_fails(self, one: Double, two: Double) -> None:
        """Five in a row open the breaker; what is uncertain stays with the account that may have sent it."""
        first, second = account(one), account(two, position=2)
        one.troubles = [500] * routes.FAILURES
        texts = [a_text(number) for number in range(routes.FAILURES + 1)]
        outbox.send()
        vias = [Delivery.objects.get(pk=text.pk).via for text in texts]
        assert (vias.count(first), vias.count(second)) == (routes.FAILURES, 1)
        until = fresh(first).down_until
        assert until is not None and until > clock.real()

    def test_a_refused_message_is_no_fault_of_its_account(self, one: Double, two: Double) -> None:
        first = account(one)
        account(two, position=2)
        one.troubles = [400]
        assert after(a_text()).state == State.REFUSED
        assert (fresh(first).failures, len(two.asked)) == (0, 0)

    def test_what_no_connection_carried_goes_by_the_second(self, two: Double, settings: Any) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            closed = f"127.0.0.1:{server.getsockname()[1]}"
        settings.OUTBOUND_ALLOWED_HOSTS = [*settings.OUTBOUND_ALLOWED_HOSTS, closed]
        first = an_account_at("keyed", "sms", f"http://{closed}", secrets={"token": "right"})
        second = account(two, position=2)
        text = after(a_text())
        assert (text.state, text.attempts, text.unsure_at) == (State.INTENDED, 0, None)
        assert fresh(first).down_until and fresh(first).error == "no connection (ConnectError)"
        assert after(text).via == second

    def test_secrets_that_cannot_be_read_stop_their_account_alone(
        self, one: Double, two: Double, settings: Any
    ) -> None:
        first = account(one)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE campaigns_app_channelaccount SET secrets = 'gAAAA'")
        second = account(two, position=2)
        assert after(a_text()).via_id == second.pk
        row = ChannelAccount.objects.defer("secrets").get(pk=first.pk)
        assert row.broken_at and row.error == routes.LOCKED


class TestRest:
    def test_it_rests_as_long_as_the_provider_asks(self, one: Double) -> None:
        first = account(one)
        one.headers, one.troubles = {"Retry-After": "120"}, [429]
        before = clock.real()
        texts = [a_text(number) for number in range(3)]
        outbox.send()
        until = fresh(first).down_until
        assert until is not None
        assert before + timedelta(seconds=120) <= until <= clock.real() + timedelta(seconds=120)
        waiting = Delivery.objects.filter(pk__in=[text.pk for text in texts])
        assert {(text.state, text.attempts, text.retry_at) for text in waiting} == {
            (State.INTENDED, 0, until)
        }
        assert (outbox.waiting(), outbox.send(), len(one.asked)) == (False, 0, 1)

    def test_it_comes_back_by_itself(self, one: Double) -> None:
        first, text = account(one, failures=3, error="503"), a_text()
        assert after(text).state == State.ACCEPTED
        assert (fresh(first).failures, fresh(first).error, fresh(first).down_until) == (0, "", None)

    def test_each_rest_is_longer_than_the_one_before_up_to_a_quarter_of_an_hour(self, one: Double) -> None:
        first = account(one)
        rests: list[float] = []
        for _ in range(8):
            ChannelAccount.objects.update(down_until=None)
            one.troubles = [503]
            text = a_text(len(rests))
            outbox.send()
            Delivery.objects.filter(pk=text.pk).update(state=State.SKIPPED)
            rests.append(((fresh(first).down_until or clock.real()) - clock.real()).total_seconds())
        bounds = [min(routes.FIRST_REST * 2**n, routes.LONGEST_REST) for n in range(8)]
        assert all(bound / 2 - 5 <= rest <= bound for rest, bound in zip(rests, bounds, strict=True))

    @pytest.mark.parametrize("fields", [{"active": False}, {"broken_at": clock.real()}])
    def test_what_only_staff_can_mend_keeps_its_messages_waiting(
        self, one: Double, fields: dict[str, Any]
    ) -> None:
        first, text, stale = account(one, **fields), a_text(), a_text(1)
        Proposition.objects.filter(pk=stale.proposition_id).update(expires_at=clock.now())
        assert after(text).state == State.INTENDED
        assert (text.reason, text.attempts) == (sending.DOWN, 0)
        assert text.retry_at and text.retry_at > clock.real() + timedelta(minutes=1)
        stale.refresh_from_db()
        assert stale.state == State.SKIPPED
        ChannelAccount.objects.filter(pk=first.pk).update(active=True, broken_at=None)
        due_again(text)
        assert after(text).state == State.ACCEPTED


def unsure(double: Double, kind: str = "keyed") -> Delivery:
    """It was sent, and the answer was lost."""
    account(double, kind)
    double.troubles = [LOST]
    text = after(a_text())
    assert text.unsure_at and len(double.ledger) == 1
    return text


class TestUnknown:
    def test_it_is_repeated_under_the_same_key(self, one: Double) -> None:
        text = unsure(one)
        assert text.state == State.INTENDED
        due_again(text)
        assert (after(text).state, text.provider_ref) == (State.ACCEPTED, "m0")
        assert (len(one.ledger), len(one.posts("/send"))) == (1, 2)

    def test_never_by_another_account(self, one: Double, two: Double) -> None:
        """Whose provider knows nothing of the key."""
        text = unsure(one)
        account(two, position=2)
        ChannelAccount.objects.filter(delivery=text).update(down_until=clock.real() + timedelta(hours=1))
        due_again(text)
        assert (after(text).state, len(two.asked)) == (State.INTENDED, 0)

    def test_not_once_the_key_is_forgotten(self, one: Double) -> None:
        text = unsure(one)
        assert Keyed.key_lives
        long_ago = clock.real() - Keyed.key_lives + sending.KEY_MARGIN
        Delivery.objects.filter(pk=text.pk).update(unsure_at=long_ago, retry_at=clock.real())
        assert (after(text).state, text.reason, text.retry_at) == (State.UNKNOWN, sending.FORGOTTEN, None)
        assert len(one.posts("/send")) == 1

    @pytest.mark.parametrize("change", ["delete", "forget"])
    def test_a_human_hears_of_it_though_nothing_can_leave(self, one: Double, change: str) -> None:
        text = unsure(one)
        rows = ChannelAccount.objects.filter(delivery=text)
        if change == "delete":
            rows.delete()
        else:
            rows.update(active=False)
            Delivery.objects.update(unsure_at=clock.real() - timedelta(days=2))
        due_again(text)
        assert after(text).state == State.UNKNOWN

    def test_a_refusal_of_the_repetition_says_nothing_of_the_first(self, one: Double) -> None:
        text = unsure(one)
        one.troubles = [400]
        due_again(text)
        assert (after(text).state, text.reason) == (State.UNKNOWN, "400")
        assert Proposition.objects.get(pk=text.proposition_id).state == Proposition.State.LIVE

    def test_an_end_of_the_run_leaves_it_uncertain(self, one: Double) -> None:
        text = unsure(one)
        waits = a_text(1)
        for delivery in (text, waits):
            enroll.exit(person_id=delivery.person_id, reason="opted_out")
            delivery.refresh_from_db()
        assert (text.state, waits.state) == (State.UNKNOWN, State.SKIPPED)
        assert outbox.send() == 0

    def test_without_a_key_it_is_parked_and_listed(self, one: Double, admin_client: Any) -> None:
        text = unsure(one, "silent")
        assert (text.state, text.retry_at, outbox.waiting()) == (State.UNKNOWN, None, False)
        assert outbox.send() == 0 and len(one.asked) == 1
        page = admin_client.get("/admin/campaigns_app/delivery/?state__exact=unknown").content.decode()
        assert str(text.pk) in page and "no answer after it was handed over" in page

    def test_what_staff_say_was_not_sent_goes_by_any_account(self, one: Double, two: Double) -> None:
        text = unsure(one, "silent")
        second = account(two, position=0)
        assert uncertain.send_again([text.pk]) == 1
        assert after(text).state == State.ACCEPTED
        assert (text.via, text.unsure_at) == (second, None)

    @pytest.mark.parametrize(("kind", "state"), [("keyed", State.INTENDED), ("silent", State.UNKNOWN)])
    def test_what_a_dead_worker_was_sending(self, one: Double, kind: str, state: str) -> None:
        row, dead = account(one, kind), clock.real() - timedelta(seconds=1)
        text = a_text(state=State.SENDING, lease_until=dead, provider=kind, via=row)
        outbox._recover()
        text.refresh_from_db()
        assert (text.state, text.unsure_at) == (state, dead - outbox.LEASE)
        assert bool(text.retry_at) == (kind == "keyed")


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_message_once(one: Double, two: Double) -> None:
    """While answers are lost and one account refuses now and then."""
    account(one)
    account(two, position=2)
    one.troubles = [0, LOST, 0, 0, 429]
    texts, frozen_at = [a_text(number) for number in range(24)], clock.now()

    def work() -> None:
        with clock.frozen(frozen_at):
            for _ in range(20):
                outbox.send(limit=3)
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    ChannelAccount.objects.update(down_until=None)
    Delivery.objects.filter(state=State.INTENDED).update(retry_at=clock.real())
    outbox.send()
    sent = [row["to"] for row in [*one.ledger, *two.ledger]]
    assert sorted(sent) == [f"+1415555{number:04}" for number in range(len(texts))]
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.ACCEPTED}


def test_secrets_rest_encrypted(one: Double) -> None:
    row = account(one, token="tell-nobody")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text, secrets FROM campaigns_app_channelaccount t")
        ((whole, kept),) = cursor.fetchall()
    assert "tell-nobody" not in whole
    assert json.loads(secrets.decrypt(kept)) == {"token": "tell-nobody"}
    row.keep({"other": "x"})
    assert row.values == {"token": "tell-nobody", "other": "x"}


@pytest.mark.parametrize(
    ("url", "allowed", "error"),
    [
        ("http://provider.example", [], "must be at an https:// address"),
        ("https://127.0.0.1:9", [], "inside a private network"),
        ("http://169.254.169.254", ["127.0.0.1"], "must be at an https:// address"),
    ],
)
def test_no_key_travels_in_the_clear_or_into_a_private_network(
    settings: Any, url: str, allowed: list[str], error: str
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = allowed
    row = an_account_at("keyed", "sms", url, secrets={"token": "right"})
    text = after(a_text())
    assert text.state == State.INTENDED
    assert error in fresh(row).error and fresh(row).broken_at
