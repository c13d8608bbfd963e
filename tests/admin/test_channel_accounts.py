"""Accounts at providers in the admin: secrets go in and never come out, and can be tried."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from campaigns_app import channel_accounts, channels
from campaigns_app.models import ChannelAccount
from consent_app import ledger
from tests.build import a_permission
from tests.channels.keyed import Keyed, KeyedDouble, Silent
from tests.http_double import Double, running
from tests.outgoing import a_reader
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
LIST = "admin:campaigns_app_channelaccount_changelist"
ADD = "admin:campaigns_app_channelaccount_add"
KEYED = {"provider": "keyed", "channel": "sms", "name": "Ours", "position": "1", "active": "on"}


@pytest.fixture(autouse=True)
def providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PROVIDERS", {**channels.PROVIDERS, "keyed": Keyed, "silent": Silent})


@pytest.fixture
def double(settings: Any) -> Iterator[Double]:
    with running(KeyedDouble()) as started:
        settings.OUTBOUND_ALLOWED_HOSTS = [started.host]
        yield started


def said(page: Any) -> str:
    text: str = page.content.decode()
    return text


@pytest.fixture
def add(admin_client: Client, double: Double) -> Callable[..., str]:
    def added(**fields: Any) -> str:
        sent = {**KEYED, "base_url": double.url, "of_token": "right", **fields}
        return said(admin_client.post(reverse(ADD), sent, follow=True))

    return added


def change(account: ChannelAccount) -> str:
    return reverse("admin:campaigns_app_channelaccount_change", args=[account.pk])


def try_it(client: Client, account: ChannelAccount, to: str) -> str:
    url = reverse("admin:campaigns_app_channelaccount_send", args=[account.pk])
    assert client.get(url).status_code == 405
    return said(client.post(url, {"to": to}, follow=True))


def test_it_begins_with_what_carries_what(admin_client: Client) -> None:
    page = said(admin_client.get(reverse(ADD)))
    assert "?provider=twilio&amp;channel=whatsapp" in page and "Nothing was sent with a real account" in page
    assert "Which provider" in said(admin_client.get(reverse(ADD), {"provider": "keyed", "channel": "push"}))
    form = said(admin_client.get(reverse(ADD), {"provider": "twilio", "channel": "sms"}))
    assert 'name="of_auth_token"' in form and "Twilio SMS" in form and "MG..." in form


def test_secrets_are_kept_tested_and_not_shown(
    admin_client: Client, add: Callable[..., str], double: Double
) -> None:
    add(of_region="eu")
    account = ChannelAccount.objects.get()
    assert (account.values, account.given) == ({"token": "right", "region": "eu"}, {"region": "eu"})
    page = said(admin_client.get(change(account)))
    assert "right" not in re.findall(r'value="([^"]*)"', page)
    assert '"eu" selected' in page
    (button,) = re.findall(r'name="(\w*save_and_test)"', page)
    wanted = {"name": "Renamed", "position": "3", "active": "on", "base_url": double.url, "of_token": ""}
    page = said(admin_client.post(change(account), {**wanted, button: "1"}, follow=True))
    assert "the provider answers and knows the key" in page
    account.refresh_from_db()
    assert (account.name, account.position, account.values) == ("Renamed", 3, {"token": "right"})
    assert account.checked_at and double.asked[-1].path == "/me"


def test_a_wrong_key_is_told_and_a_new_one_mends_it(
    admin_client: Client, add: Callable[..., str], double: Double
) -> None:
    add(of_token="wrong")
    account = ChannelAccount.objects.get()
    chosen = {"action": "test_selected", "_selected_action": [account.pk]}
    assert "the key was refused: 401" in said(admin_client.post(reverse(LIST), chosen, follow=True))
    account.refresh_from_db()
    assert account.broken_at and account.error == "the key was refused: 401"
    assert "Key refused" in said(admin_client.get(reverse(LIST)))
    sent = {"name": "Ours", "position": "1", "active": "on", "base_url": double.url, "of_token": "right"}
    admin_client.post(change(account), sent)
    account.refresh_from_db()
    assert account.broken_at is None
    assert (account.error, account.values) == ("", {"token": "right"})


def test_a_provider_that_cannot_be_asked_says_so(
    admin_client: Client, add: Callable[..., str], double: Double
) -> None:
    add(provider="silent")
    account = ChannelAccount.objects.get()
    assert channel_accounts.check(account) == channel_accounts.CANNOT_BE_TESTED
    ChannelAccount.objects.update(provider="of-yesterday")
    account.refresh_from_db()
    assert channel_accounts.check(account) == channel_accounts.GONE
    assert "no longer installed" in said(admin_client.get(reverse(LIST)))
    assert "This release has no such provider." in try_it(admin_client, account, "+14155550100")
    assert not double.asked


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"of_token": ""}, "This is needed."),
        ({"of_token": "a\x07b"}, "characters that cannot be sent"),
        ({"of_region": "mars"}, "Select a valid choice"),
        ({"base_url": "http://keyed.example"}, "begins with https://"),
        ({"channel": "push"}, "Which provider carries what?"),
        ({"provider": "nobody"}, "Which provider carries what?"),
    ],
)
def test_what_cannot_work_is_refused(add: Callable[..., str], fields: dict[str, str], wrong: str) -> None:
    assert wrong in add(**fields)
    assert not ChannelAccount.objects.exists()


def test_outside_a_sandbox_a_key_goes_to_https_alone(add: Callable[..., str], settings: Any) -> None:
    settings.SANDBOX = False
    assert "begins with https://" in add()


def test_kept_secrets_do_not_move_to_another_address(admin_client: Client, add: Callable[..., str]) -> None:
    """Or who may change an account could read its key at an address of their own."""
    add()
    account = ChannelAccount.objects.get()
    sent = {"name": "Ours", "position": "1", "active": "on", "base_url": "https://mine.example"}
    assert channel_accounts.MOVED in said(admin_client.post(change(account), {**sent, "of_token": ""}))
    account.refresh_from_db()
    assert account.base_url != "https://mine.example"
    admin_client.post(change(account), {**sent, "of_token": "other"})
    account.refresh_from_db()
    assert (account.base_url, account.values) == ("https://mine.example", {"token": "other"})


def test_lost_secrets_can_be_entered_again(
    admin_client: Client, add: Callable[..., str], double: Double
) -> None:
    add()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_app_channelaccount SET secrets = 'gAAAA'")
    account = ChannelAccount.objects.defer("secrets").get()
    assert admin_client.get(reverse(LIST)).status_code == 200
    assert admin_client.get(change(account)).status_code == 200
    sent = {"name": "Ours", "position": "1", "active": "on", "base_url": double.url}
    assert "This is needed." in said(admin_client.post(change(account), {**sent, "of_token": ""}))
    admin_client.post(change(account), {**sent, "of_token": "right"})
    assert ChannelAccount.objects.get().values == {"token": "right"}


def test_order_and_switch_are_changed_in_the_list(admin_client: Client, add: Callable[..., str]) -> None:
    add()
    account = ChannelAccount.objects.get()
    ChannelAccount.objects.update(failures=3, broken_at=clock.real())
    rows = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": str(account.pk)}
    admin_client.post(reverse(LIST), {**rows, "form-0-position": "7", "_save": "Save"})
    account.refresh_from_db()
    assert (account.position, account.active, account.failures) == (7, False, 3)
    assert account.broken_at and account.values == {"token": "right"}
    assert "Switched off" in said(admin_client.get(reverse(LIST)))


class TestATestMessage:
    def test_it_is_sent_and_told(self, admin_client: Client, add: Callable[..., str], double: Double) -> None:
        add()
        account = ChannelAccount.objects.get()
        assert "the provider took the message (m0)" in try_it(admin_client, account, "+14155550100")
        assert double.ledger[0]["to"] == "+14155550100"
        double.troubles = [400]
        assert "Ours: 400" in try_it(admin_client, account, "+14155550100")
        assert "Say where the test message goes." in try_it(admin_client, account, " ")

    def test_a_refused_key_stops_the_account(self, admin_client: Client, add: Callable[..., str]) -> None:
        add(of_token="wrong")
        account = ChannelAccount.objects.get()
        assert "the key was refused: 401" in try_it(admin_client, account, "+14155550100")
        account.refresh_from_db()
        assert account.broken_at

    @pytest.mark.parametrize("how", ["suppressed", "opted_out"])
    def test_never_to_who_wants_none(
        self, admin_client: Client, add: Callable[..., str], double: Double, how: str
    ) -> None:
        add()
        reader = a_reader("sms", "+14155550100")
        if how == "suppressed":
            ledger.suppress("sms", "+14155550100", "spam_report")
        else:
            a_permission(reader, "sms", granted=False)
        page = try_it(admin_client, ChannelAccount.objects.get(), "+14155550100")
        assert channel_accounts.NOT_ALLOWED in page
        assert not double.asked

    def test_it_asks_for_the_right_to_change(self, client: Client, double: Double) -> None:
        account = ChannelAccount.objects.create(provider="keyed", channel="sms", name="Ours")
        url = reverse("admin:campaigns_app_channelaccount_send", args=[account.pk])
        assert client.post(url, {"to": "+14155550100"}).status_code == 302
        assert not double.asked
