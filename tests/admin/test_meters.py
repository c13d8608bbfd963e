"""A meter's page says what a change would cost before it is saved, and how far a recount is."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app.models import Dropped, Meter, MeterTotal, PastTotal, Recount
from signals_app.usage import recount
from tests.build import an_account
from tests.conftest import Time

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
LIST = "/admin/signals_app/meter/"


@pytest.fixture
def meter(time: Time) -> Meter:
    made = Meter.objects.create(resource="exports", label="reports", verb="exported", event="Report Exported")
    recount.run()
    return made


def page(client: Client, meter: Meter) -> str:
    return client.get(f"{LIST}{meter.pk}/change/").content.decode()


def test_before_a_change_it_says_which_months_cannot_be_counted_anew(
    admin_client: Client, meter: Meter
) -> None:
    assert "all of it can be counted anew" in page(admin_client, meter)
    Dropped.objects.create(pk=1, before=datetime(2026, 2, 1, tzinfo=UTC))
    text = page(admin_client, meter)
    assert "Events before 2026-02-01 were dropped" in text
    assert "No total of this meter is that old" in text
    MeterTotal.objects.create(
        account=an_account(),
        resource="exports",
        period="2026-01-01",
        used=3,
        last_event_at=datetime(2026, 1, 9, tzinfo=UTC),
    )
    assert "Closed periods from before then keep what they came to" in page(admin_client, meter)


def test_what_was_kept_is_shown_with_the_definition_by_which_it_was_counted(
    admin_client: Client, meter: Meter
) -> None:
    assert "earlier definitions" not in page(admin_client, meter)
    Dropped.objects.create(pk=1, before=datetime(2026, 2, 1, tzinfo=UTC))
    moment = datetime(2026, 1, 9, tzinfo=UTC)
    MeterTotal.objects.create(
        account=an_account("acme"), resource="exports", period="2026-01-01", used=3, last_event_at=moment
    )
    Meter.objects.update(aggregate="sum", property="rows", where={"tier": "premium"})
    recount.run()
    Meter.objects.update(window="rolling", days=7)
    text = page(admin_client, meter)
    url = f"/admin/signals_app/pasttotal/?resource={meter.resource}"
    assert url in text
    assert "count of Report Exported, calendar month" in admin_client.get(url).content.decode()
    row = PastTotal.objects.get()
    shown = admin_client.get(f"/admin/signals_app/pasttotal/{row.pk}/change/").content.decode()
    assert "count of Report Exported, calendar month" in shown
    progress = admin_client.get(f"/admin/signals_app/recount/{Recount.objects.get().pk}/change/")
    assert (
        "sum of rows of Report Exported where {&quot;tier&quot;: &quot;premium&quot;}, calendar month"
        in progress.content.decode()
    )


def test_the_progress_of_a_recount_asks_for_itself_until_it_is_done(
    admin_client: Client, meter: Meter
) -> None:
    url = f"{LIST}{meter.pk}/counted/"
    assert "hx-get" not in admin_client.get(url).content.decode()
    Meter.objects.update(event="Other")
    text = admin_client.get(url).content.decode()
    assert "begins within seconds" in text and f'hx-get="{url}"' in text
    Recount.objects.update(counting_as="x", upto=1, last=4)
    assert "25 % of the accounts" in admin_client.get(url).content.decode()
    assert "25 % of the accounts" in admin_client.get(LIST).content.decode()


def test_who_may_not_see_meters_sees_no_progress(client: Client, meter: Meter) -> None:
    staff = User.objects.create(username="sam", is_staff=True)
    client.force_login(staff)
    url = f"{LIST}{meter.pk}/counted/"
    assert client.get(url).status_code == 403
    staff.user_permissions.add(Permission.objects.get(codename="view_meter"))
    assert client.get(url).status_code == 200
