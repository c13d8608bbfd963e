"""Meters and mappings are tried out before they are saved, with names and paths that really came."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app.admin.pairs import PairsField, PairsWidget
from signals_app.models import EventMapping, Meter, Recount, SeenProperty
from tests.build import a_person, a_source, an_event
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
MAPPING, METER = "/admin/signals_app/eventmapping/", "/admin/signals_app/meter/"
SAMPLE = {"type": "track", "userId": "u1", "event": "report_done", "properties": {"cart": [{"pages": 3}]}}


def entry(**fields: Any) -> dict[str, Any]:
    return {
        "source": "",
        "event": "report_done",
        "name": "Report Exported",
        "properties_left": ["cart.0.pages", ""],
        "properties_right": ["pages", ""],
        "constants_left": ["kind", "size", "quoted"],
        "constants_right": ["pdf", "3", '"7"'],
        "live": "on",
        "sample": json.dumps(SAMPLE),
        **fields,
    }


def tried(client: Client, url: str, **fields: Any) -> str:
    return client.post(f"{url}try/", entry(**fields)).content.decode().replace("&quot;", '"')


def test_a_sample_shows_name_properties_and_meters_before_anything_is_saved(admin_client: Client) -> None:
    Meter.objects.create(resource="pages", label="pages", verb="read", event="Report Exported",
                         aggregate="sum", property="pages")  # fmt: skip
    Meter.objects.create(resource="words", label="words", verb="read", event="Report Exported",
                         aggregate="sum", property="words")  # fmt: skip
    shown = tried(admin_client, MAPPING)
    assert "mapped from report_done" in shown
    assert '"pages": 3' in shown and '"size": 3' in shown and '"quoted": "7"' in shown
    assert "+ 3" in shown
    assert "counts nothing</span> there is no property words" in shown
    assert not EventMapping.objects.exists()


def test_what_would_be_rejected_is_said_with_path_and_fix(admin_client: Client) -> None:
    wrong = json.dumps({**SAMPLE, "userId": None})
    shown = tried(admin_client, MAPPING, sample=wrong)
    assert "Would be rejected" in shown and "Add userId, or anonymousId" in shown
    assert "The sample is no JSON" in tried(admin_client, MAPPING, sample="{")
    assert "one JSON object" in tried(admin_client, MAPPING, sample="[]")
    incomplete = tried(admin_client, MAPPING, event="a*b")
    assert "is not complete" in incomplete and "may stand at its end only" in incomplete


def test_a_change_is_tried_in_the_place_of_what_is_saved(admin_client: Client) -> None:
    saved = EventMapping.objects.create(event="report_done", name="Old Name")
    other = admin_client.post(f"{MAPPING}try/?pk={saved.pk}", entry()).content.decode()
    assert "Report Exported" in other and "Old Name" not in other
    saved.refresh_from_db()
    assert saved.name == "Old Name"


def test_a_saved_mapping_remembers_who_and_which_version(admin_client: Client, time: Time) -> None:
    assert admin_client.post(f"{MAPPING}add/", entry()).status_code == 302
    saved = EventMapping.objects.get()
    assert saved.properties == {"cart.0.pages": "pages"}
    assert saved.constants == {"kind": "pdf", "size": 3, "quoted": "7"}
    assert (saved.version, saved.updated_by and saved.updated_by.username) == (1, "admin")
    page = f"{MAPPING}{saved.pk}/change/"
    assert admin_client.post(page, entry()).status_code == 302
    saved.refresh_from_db()
    assert saved.version == 1, "nothing changed"
    assert admin_client.post(page, entry(name="Feature Used")).status_code == 302
    saved.refresh_from_db()
    assert (saved.version, saved.updated_at) == (2, time.now)


def test_what_is_saved_says_since_when_it_holds_and_leads_to_what_came_before(admin_client: Client) -> None:
    source = a_source(name="Backend")
    answer = admin_client.post(f"{MAPPING}add/", entry(source=source.pk), follow=True)
    link = f"/admin/signals_app/envelope/read-again/?source={source.pk}"
    assert "It holds from now on." in answer.content.decode()
    assert f'<a href="{link}">Apply it to what came before</a>' in answer.content.decode()
    assert admin_client.get(link).context["form"].is_valid()
    again = admin_client.post(
        f"{MAPPING}{EventMapping.objects.get().pk}/change/", entry(source=source.pk), follow=True
    )
    assert "It holds from now on." not in again.content.decode(), "nothing changed"


def test_a_name_twice_is_refused_at_its_field(admin_client: Client) -> None:
    twice = entry(properties_left=["a", "a"], properties_right=["x", "y"])
    assert "a is there twice" in str(admin_client.post(f"{MAPPING}add/", twice).context["errors"])
    same = entry(properties_left=["a", "b"], properties_right=["x", "x"])
    assert "one name to two paths" in str(admin_client.post(f"{MAPPING}add/", same).context["errors"])


def test_pickers_hold_what_really_came(admin_client: Client, time: Time) -> None:
    source = a_source(name="Backend")
    for path, kind in (("", ""), ("cart.0.pages", "number")):
        SeenProperty.objects.create(
            source=source, name="report_done", path=path, type=kind, last_seen_at=time.now
        )
    assert '<option value="report_done">' in admin_client.get(f"{METER}add/").content.decode()
    event = an_event(a_person("u1"), "Report Exported", pages=3, mapped_from="report_done")
    seen = admin_client.get(f"{MAPPING}seen/", {"event": "report_done"}).content.decode()
    assert '<option value="cart.0.pages">number</option>' in seen
    assert f'<option value="{event.pk}">' in seen
    sample = admin_client.get(f"{MAPPING}sample/", {"stored": event.pk}).content.decode()
    assert "report_done" in sample and "mapped_from" not in sample
    assert "report_done" not in admin_client.get(f"{MAPPING}seen/", {"event": "other"}).content.decode()


def test_a_meter_is_tried_as_it_stands_in_the_form(admin_client: Client) -> None:
    form = {
        "resource": "pages", "label": "pages", "verb": "read", "event": "report_done", "aggregate": "sum",
        "property": "cart.0.pages", "window": "calendar", "days": "", "where_left": ["tier"],
        "where_right": ["premium"], "sample": json.dumps(SAMPLE),
    }  # fmt: skip
    shown = admin_client.post(f"{METER}try/", form).content.decode().replace("&quot;", '"')
    assert 'tier is not "premium"' in shown
    assert "+ 3" in admin_client.post(f"{METER}try/", {**form, "where_left": [""]}).content.decode()
    assert admin_client.post(f"{METER}add/", form).status_code == 302
    meter = Meter.objects.get()
    assert meter.where == {"tier": "premium"}
    Recount.objects.update_or_create(
        meter=meter,
        defaults={"counting_as": "x", "counted_as": "", "upto": 3, "last": 10, "changed_at": clock.now()},
    )
    assert "30 % of the accounts" in admin_client.get(METER).content.decode()


def test_strangers_try_nothing(client: Client) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_eventmapping"))
    client.force_login(user)
    assert client.post(f"{MAPPING}try/", entry()).status_code == 403
    assert client.get(f"{MAPPING}sample/", {"stored": 1}).status_code == 403
    assert client.get(f"{METER}seen/", {"event": "x"}).status_code == 403


@pytest.mark.parametrize(
    "value", [{}, {"a": "x"}, {"a": 3}, {"a": "3"}, {"a": True, "b": None}, {"a": '"x"'}, {"a": "null"}]
)
def test_pairs_come_back_as_they_were_shown(value: dict[str, Any]) -> None:
    field = PairsField(PairsWidget("left", "right"), texts=False)
    html = field.widget.render("f", value)
    rows = [
        line.split('value="')[1].split('"')[0].replace("&quot;", '"') for line in html.split("<input")[1:]
    ]
    pairs = [(left, right) for left, right in zip(rows[::2], rows[1::2], strict=True) if left]
    assert field.clean(pairs) == value
    assert not field.has_changed(value, pairs)
