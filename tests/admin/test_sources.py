"""Sources: chosen by provider, connected step by step, with their health beside them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app import health, lookups
from signals_app.admin import providers, source_health
from signals_app.connectors import CONNECTORS
from signals_app.models import Lookup, Source, SourceAlert, SourceHour
from tests.build import a_source
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
LIST, ADD = "/admin/signals_app/source/", "/admin/signals_app/source/add/"


def page_of(source: Source) -> str:
    return f"/admin/signals_app/source/{source.pk}/change/"


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


@pytest.fixture
def may_look(client: Client) -> Iterator[Client]:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_source"))
    client.force_login(user)
    yield client


def test_every_provider_can_be_chosen_and_has_its_group() -> None:
    found = providers.found("")
    assert sorted(one.kind for group in found for one in group.connectors) == sorted(CONNECTORS)
    assert providers.OTHERS not in [group.title for group in found]


def test_a_provider_is_found_by_its_name_or_by_what_it_is(admin_client: Client) -> None:
    assert "?kind=stripe" in text(admin_client, ADD)
    assert "?kind=stripe" in text(admin_client, f"{ADD}?q=bill")
    assert "?kind=stripe" not in text(admin_client, f"{ADD}?q=zendesk")
    assert "No provider of that name" in text(admin_client, f"{ADD}?q=nonsense")


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_each_provider_says_what_to_do_and_what_is_unverified(admin_client: Client, kind: str) -> None:
    page, connector = admin_client.get(f"{ADD}?kind={kind}"), CONNECTORS[kind]
    form = page.context["adminform"].form
    assert form.initial["kind"] == kind
    shown = page.content.decode()
    assert ('name="origins"' in shown) == (kind == "web")
    assert ('name="new_api_key"' in shown) == bool(connector.reads)
    assert page.context["connector"] is connector
    assert ("Beta:" in shown) == bool(connector.beta)


def test_a_new_source_shows_where_to_send_and_waits(admin_client: Client) -> None:
    shown = admin_client.post(f"{ADD}?kind=stripe", {"kind": "stripe", "name": "Billing"}).content.decode()
    source = Source.objects.get()
    assert source.hook_path in shown
    assert "Waiting for the first event" in shown
    assert "every request is refused" in shown


def test_waiting_ends_with_what_came_or_says_why_nothing_did(admin_client: Client, time: Time) -> None:
    source = a_source("stripe")
    first = f"/admin/signals_app/source/{source.pk}/first/"
    assert 'hx-trigger="every 2s"' in text(admin_client, first)
    health.signature_failed(source.pk)
    assert "its signature does not fit" in text(admin_client, first)
    SourceHour.objects.update(rejected=2)
    Source.objects.update(last_seen_at=clock.now())
    assert "could not be taken" in text(admin_client, first)
    SourceHour.objects.update(accepted=3)
    done = text(admin_client, first)
    assert "3 events arrived" in done and "hx-trigger" not in done


def test_the_old_secret_is_retired_when_the_sender_has_changed_over(admin_client: Client) -> None:
    source = a_source("stripe", previous_secret="the_old_secret_of_before")
    assert "Retire the old secret" in text(admin_client, page_of(source))
    retire = f"/admin/signals_app/source/{source.pk}/retire/"
    assert "will be refused" in admin_client.post(retire).content.decode()
    source.refresh_from_db()
    assert source.previous_secret
    assert admin_client.post(retire, {"confirmed": "yes"}).status_code == 302
    source.refresh_from_db()
    assert not source.previous_secret
    assert LogEntry.objects.get(object_id=str(source.pk)).change_message == "Retire the old secret"
    assert "Retire the old secret" not in text(admin_client, page_of(source))
    assert admin_client.get(retire).status_code == 405


def test_who_may_only_look_sees_health_and_changes_nothing(may_look: Client) -> None:
    source = a_source("stripe", previous_secret="the_old_secret_of_before")
    assert "Health" in text(may_look, page_of(source))
    retire = f"/admin/signals_app/source/{source.pk}/retire/"
    assert may_look.post(retire, {"confirmed": "yes"}).status_code == 403
    assert may_look.get(ADD).status_code == 403


def test_no_page_but_that_after_creation_shows_a_secret(admin_client: Client) -> None:
    source = a_source("hubspot", previous_secret="the_old_secret_of_before", api_key="pat-secret-of-the-api")
    for url in (LIST, page_of(source), f"/admin/signals_app/source/{source.pk}/first/"):
        shown = text(admin_client, url)
        for secret in (source.signing_secret, source.previous_secret, source.api_key):
            assert secret not in shown


def test_a_new_api_key_reads_at_once_what_waits(admin_client: Client, time: Time) -> None:
    source = a_source("hubspot", lookup_error="The API key may not read a contact (403).")
    later = clock.real() + timedelta(hours=6)
    waiting = Lookup.objects.create(source=source, kind="contact", object_id="7", due_at=later, attempts=3)
    entry = {"name": "CRM", "active": "on", "new_secret": "", "new_api_key": "pat-1234567890", "api_url": ""}
    assert admin_client.post(page_of(source), entry).status_code == 302
    source.refresh_from_db()
    waiting.refresh_from_db()
    assert (source.api_key, source.lookup_error, waiting.attempts) == ("pat-1234567890", "", 0)
    assert lookups.waiting()
    assert admin_client.post(page_of(source), {**entry, "new_api_key": ""}).status_code == 302
    source.refresh_from_db()
    assert source.api_key == "pat-1234567890"
    wrong = admin_client.post(page_of(source), {**entry, "api_url": "ftp://example.com"})
    assert "begins with https://" in str(wrong.context["errors"])


def test_the_list_shows_each_beside_what_is_usual(admin_client: Client, time: Time) -> None:
    source = a_source(name="Backend")
    Source.objects.update(last_seen_at=time.now)
    hours = [
        SourceHour(source=source, hour=time.now - timedelta(hours=back), accepted=9, rejected=1)
        for back in range(24 * 22)
    ]
    SourceHour.objects.bulk_create(hours)
    shown = text(admin_client, LIST)
    assert "240 (usually 240)" in shown
    assert "10.0 %" in shown
    assert (
        'aria-label="480 events in the last 48 hours, at most 10 in one; 48 of them were rejected."' in shown
    )
    SourceAlert.objects.create(source=source, kind="silent", sentence="Nothing.", opened_at=time.now)
    assert '<span class="upsell-tag upsell-tag-stop">Silent</span>' in text(admin_client, LIST)
    assert "Nothing." in text(admin_client, page_of(source))
    assert "Backend: Silent" in text(admin_client, "/admin/")


def test_health_of_many_sources_takes_as_many_statements_as_of_one(
    time: Time, django_assert_num_queries: object
) -> None:
    sources = [a_source() for _ in range(5)]
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = source_health.of(sources, time.now)
    assert found[sources[0].pk].usual is None
    assert found[sources[0].pk].picture.sentence == "Nothing came in the last 48 hours."


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_only_who_sends_and_knows_companies_asks_whether_to_look_them_up(
    admin_client: Client, kind: str
) -> None:
    shown = text(admin_client, f"{ADD}?kind={kind}")
    assert ('name="looks_up"' in shown) == (kind == "hubspot")
    assert ("searched there by their domain" in shown) == (kind == "hubspot")


def test_looking_companies_up_is_switched_on_with_the_source_and_off_on_its_page(
    admin_client: Client,
) -> None:
    entry = {"kind": "hubspot", "name": "CRM", "new_api_key": "pat-eu1-right", "looks_up": "on"}
    admin_client.post(f"{ADD}?kind=hubspot", entry)
    source = Source.objects.get()
    assert (source.looks_up, source.api_key) == (True, "pat-eu1-right")
    changed = {"name": "CRM", "active": "on"}
    assert admin_client.post(page_of(source), changed).status_code == 302
    source.refresh_from_db()
    assert (source.looks_up, source.api_key) == (False, "pat-eu1-right")
