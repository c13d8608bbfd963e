"""What happens when staff save something."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.forms import BaseForm, BoundField, MultiWidget
from django.test import Client

from campaigns_app import api_keys
from campaigns_app.models import ApiKey, ContactPolicy, Playbook
from consent_app.models import Suppression
from consent_app.permission import address_hash
from offers_app.models import Offer, Template
from people_app.models import Account
from signals_app.models import Envelope, SignalDefinition, Source
from tests.admin.world import a_definition, a_world
from tests.build import an_account

pytestmark = pytest.mark.django_db


def _save(client: Client, page: str, **changed: Any) -> Any:
    """Open the page as staff would, change fields, save."""
    context = client.get(page).context
    forms: list[BaseForm] = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = dict(pair for form in forms for bound in form for pair in _inputs(bound))
    return client.post(page, data | changed)


def _inputs(bound: BoundField) -> list[tuple[str, Any]]:
    """What a browser would send for one field: parts of a moment apart, nothing for an empty tick."""
    value, widget = bound.value(), bound.field.widget
    if isinstance(widget, MultiWidget):
        parts = enumerate(widget.decompress(value) or [])
        return [(f"{bound.html_name}_{number}", part) for number, part in parts if part]
    names = [bound.html_name, *([bound.html_initial_name] if bound.field.show_hidden_initial else [])]
    return [] if value is None or value is False else [(name, value) for name in names]


def test_saving_marks_what_the_starter_pack_must_leave_alone(admin_client: Client) -> None:
    world = a_world()
    playbook = world.version.playbook
    saved: list[tuple[str, Any]] = [
        (f"/admin/signals_app/signaldefinition/{world.definition.pk}/change/", world.definition),
        (f"/admin/offers_app/offer/{world.offer.pk}/change/", world.offer),
        (f"/admin/offers_app/template/{world.template.pk}/change/", world.template),
        (f"/admin/campaigns_app/playbook/{playbook.pk}/change/", playbook),
    ]
    for url, row in saved:
        answer = _save(admin_client, url, name="Renamed")
        assert answer.status_code == 302, answer.context["errors"]
        row.refresh_from_db()
        assert row.edited
        assert row.name == "Renamed"


def test_saving_without_a_change_marks_nothing(admin_client: Client) -> None:
    offer = Offer.objects.create(slug="pro-plan", name="Pro")
    assert _save(admin_client, f"/admin/offers_app/offer/{offer.pk}/change/").status_code == 302
    offer.refresh_from_db()
    assert not offer.edited


def test_a_changed_treatment_marks_its_template(admin_client: Client) -> None:
    template = a_world().template
    treatment = template.treatments.get()
    url = f"/admin/offers_app/treatment/{treatment.pk}/change/"
    assert _save(admin_client, url, headline="New").status_code == 302
    assert Template.objects.get(pk=template.pk).edited


def test_a_changed_rule_is_a_new_version_and_a_new_name_is_not(admin_client: Client) -> None:
    definition = a_definition()
    url = f"/admin/signals_app/signaldefinition/{definition.pk}/change/"
    _save(admin_client, url, name="Other")
    assert SignalDefinition.objects.get().version == 1
    _save(admin_client, url, config='{"resources": ["*"], "fire_at": 0.9, "rearm_below": 0.7}')
    assert SignalDefinition.objects.get().version == 2


@pytest.mark.parametrize(
    ("detector", "config", "fault"),
    [
        (
            "threshold",
            '{"resources": [], "fire_at": 0.8, "rearm_below": 0.7}',
            "Resources: must be a list",
        ),
        (
            "threshold",
            '{"resources": ["x"], "fire_at": "80", "rearm_below": 0.7}',
            "Fire at: must be a share",
        ),
        ("threshold", '{"resources": ["x"], "fire_at": 0.8}', "Rearm below: is missing"),
        (
            "threshold",
            '{"resources": ["x"], "fire_at": 0.5, "rearm_below": 0.7}',
            "Rearm below: must not be",
        ),
        ("frequency", '{"event": "", "count": 5, "days": 14}', "Event: must be a name"),
        ("frequency", '{"event": "x", "count": 0, "days": 14}', "Count: must be a whole number"),
        ("frequency", '{"event": "x", "count": 5, "days": true}', "Days: must be a whole number"),
        ("frequency", '{"event": "x", "count": 5, "days": 1, "where": 3}', "Where: must be an object"),
        ("frequency", '{"event": "x", "count": 5, "days": 1, "hours": 3}', "Hours: is not a setting"),
        ("frequency", "[]", "Must be an object"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_place(
    detector: str, config: str, fault: str, admin_client: Client
) -> None:
    definition = a_definition()
    url = f"/admin/signals_app/signaldefinition/{definition.pk}/change/"
    answer = _save(admin_client, url, detector=detector, config=config)
    assert answer.status_code == 200
    assert fault in str(answer.context["adminform"].form.errors["config"])


def test_an_offer_with_a_script_for_a_link_is_refused(admin_client: Client) -> None:
    offer = Offer.objects.create(slug="pro-plan", name="Pro")
    url = f"/admin/offers_app/offer/{offer.pk}/change/"
    answer = _save(admin_client, url, url="javascript:alert(1)")
    assert "https://" in str(answer.context["adminform"].form.errors["url"])


def test_a_text_that_cannot_be_rendered_is_refused(admin_client: Client) -> None:
    treatment = a_world().template.treatments.get()
    url = f"/admin/offers_app/treatment/{treatment.pk}/change/"
    answer = _save(admin_client, url, headline="{{ broken")
    assert "cannot be rendered" in str(answer.context["adminform"].form.errors["headline"])


def test_a_new_source_shows_its_keys_once_and_how_to_send(admin_client: Client) -> None:
    page = admin_client.post(
        "/admin/signals_app/source/add/",
        {"kind": "web", "name": "Shop", "origins": '["https://shop.example"]'},
    )
    source, text = Source.objects.get(), page.content.decode()
    assert source.signing_secret
    for shown in (source.write_key, source.signing_secret, "curl http"):
        assert shown in text
    assert "no-store" in page["Cache-Control"]
    for url in ("/admin/signals_app/source/", f"/admin/signals_app/source/{source.pk}/change/"):
        assert source.signing_secret not in admin_client.get(url).content.decode()
    assert LogEntry.objects.filter(object_id=str(source.pk)).exists()


def test_a_signing_secret_goes_in_and_the_old_one_still_counts(admin_client: Client) -> None:
    source = a_world().source
    old = source.signing_secret
    url = f"/admin/signals_app/source/{source.pk}/change/"
    assert _save(admin_client, url, name="Renamed").status_code == 302
    source.refresh_from_db()
    assert (source.signing_secret, source.name) == (old, "Renamed")
    assert _save(admin_client, url, new_secret="whsec_another_long_secret").status_code == 302
    source.refresh_from_db()
    assert (source.signing_secret, source.previous_secret) == ("whsec_another_long_secret", old)


def test_an_api_key_is_shown_once_and_can_be_revoked(admin_client: Client) -> None:
    page = admin_client.post("/admin/campaigns_app/apikey/add/", {"name": "CI", "role": "viewer"})
    key = page.context["key"]
    row = api_keys.verify(key)
    assert row is not None
    assert key not in admin_client.get(f"/admin/campaigns_app/apikey/{row.pk}/change/").content.decode()
    chosen = {"action": "revoke", "_selected_action": [row.pk]}
    question = admin_client.post("/admin/campaigns_app/apikey/", chosen)
    assert "1 keys will be refused" in question.content.decode()
    assert api_keys.verify(key)
    admin_client.post("/admin/campaigns_app/apikey/", {**chosen, "confirmed": "yes"})
    assert api_keys.verify(key) is None
    assert ApiKey.objects.get().revoked_at


def test_a_suppression_keeps_the_hash_of_the_address_only(admin_client: Client) -> None:
    entry = {"channel": "email", "address": "Anna@Example.com", "reason": "asked by phone"}
    assert admin_client.post("/admin/consent_app/suppression/add/", entry).status_code == 302
    assert Suppression.objects.get().address_hash == address_hash("email", "anna@example.com")
    again = admin_client.post("/admin/consent_app/suppression/add/", entry)
    assert "suppressed already" in again.content.decode()


def test_a_corrected_account_remembers_that_staff_said_so(admin_client: Client) -> None:
    account = an_account("acme", caps={"exports": 20}, currency="EUR")
    page = f"/admin/people_app/account/{account.pk}/change/"
    answer = _save(admin_client, page, tier="vip", **{"entitlements-0-cap": "50"})
    assert answer.status_code == 302, answer.context["errors"]
    account = Account.objects.get(pk=account.pk)
    assert account.provenance["tier"]["source"] == "staff"
    assert "plan" not in account.provenance
    entitlement = account.entitlements.get()
    assert entitlement.cap == 50
    assert entitlement.source == "staff"


def test_a_changed_contact_policy_is_a_new_row(admin_client: Client) -> None:
    ContactPolicy.objects.all().delete()
    entry = {
        "caps": '[{"channel": "*", "limit": 2, "hours": 24}]',
        "cooldown_days": '{"declined": 30}',
        "hours": '{"email": [8, 20]}',
        "high_value_mrr": "500",
    }
    for version in (1, 2):
        assert admin_client.post("/admin/campaigns_app/contactpolicy/add/", entry).status_code == 302
        assert ContactPolicy.objects.order_by("-version")[0].version == version
    wrong = {**entry, "caps": '[{"channel": "fax", "limit": -1, "hours": 24}]', "hours": '{"email": [20, 8]}'}
    errors = str(admin_client.post("/admin/campaigns_app/contactpolicy/add/", wrong).context["errors"])
    assert "caps[0].channel" in errors
    assert "caps[0].limit" in errors
    assert "hours.email" in errors


def test_a_raw_body_is_shown_only_when_asked_for_and_that_is_noted(admin_client: Client) -> None:
    a_world()
    envelope = Envelope.objects.get()
    page = f"/admin/signals_app/envelope/{envelope.pk}/change/"
    assert '{"batch":[]}' not in admin_client.get(page).content.decode().replace("&quot;", '"')
    assert admin_client.get(f"/admin/signals_app/envelope/{envelope.pk}/body/").content == b'{"batch":[]}'
    assert LogEntry.objects.get(object_id=str(envelope.pk)).change_message == "Read the raw body"


def test_a_draft_can_be_edited(admin_client: Client) -> None:
    version = a_world().version
    draft = version.playbook.versions.create(number=2, goal_event="Plan Upgraded")
    url = f"/admin/campaigns_app/playbookversion/{draft.pk}/change/"
    assert _save(admin_client, url, goal_days="10").status_code == 302
    draft.refresh_from_db()
    assert draft.goal_days == 10
    published = {"version": version.pk, "position": 9, "kind": "exit", "config": "{}"}
    refused = admin_client.post("/admin/campaigns_app/step/add/", published)
    assert "version" in refused.context["adminform"].form.errors
    assert Playbook.objects.get().live_version == version
