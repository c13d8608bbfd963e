"""The lint beside a text: what blocks, what is shown, and who may waive it."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from campaigns_app.models import Playbook
from offers_app.models import LintWaiver, Offer, Price, Treatment
from tests.admin.test_editing import _save as save
from tests.api.caller import Caller
from tests.build import the_starter_pack

pytestmark = pytest.mark.django_db
SCARCE = "<p>{{ why }}. Only <b>3</b> seats left. Upgrade, or not.</p>"


@pytest.fixture
def treatment() -> Treatment:
    the_starter_pack()
    return Treatment.objects.get(template__slug="smart-nudge", channel="in_app", locale="en")


def page(treatment: Treatment) -> str:
    return f"/admin/offers_app/treatment/{treatment.pk}/change/"


def errors(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.context["adminform"].form.errors)


def test_a_live_text_that_breaks_a_rule_is_not_saved(admin_client: Client, treatment: Treatment) -> None:
    said = errors(save(admin_client, page(treatment), body=SCARCE))
    assert "false-scarcity" in said
    assert "2005/29/EC" in said
    assert Treatment.objects.get(pk=treatment.pk).body == treatment.body


def test_a_draft_is_saved_and_its_page_marks_the_place(admin_client: Client, treatment: Treatment) -> None:
    Playbook.objects.update(live=False)
    assert save(admin_client, page(treatment), body=SCARCE).status_code == 302
    shown = admin_client.get(page(treatment)).content.decode()
    assert "<mark>Only &lt;b&gt;3&lt;/b&gt; seats left</mark>" in shown


def test_who_says_why_may_keep_it_and_is_named(admin_client: Client, treatment: Treatment) -> None:
    answer = save(
        admin_client,
        page(treatment),
        body=SCARCE,
        waive_rules=["false-scarcity"],
        waive_because="Three desks, counted daily.",
    )
    assert answer.status_code == 302
    waiver = LintWaiver.objects.get()
    assert (waiver.rule, waiver.by, waiver.because) == (
        "false-scarcity",
        "admin",
        "Three desks, counted daily.",
    )
    assert "Waived" in admin_client.get(page(treatment)).content.decode()
    assert save(admin_client, page(treatment)).status_code == 302, "the same wording stays waived"
    assert "false-scarcity" in errors(save(admin_client, page(treatment), body=SCARCE.replace("3", "2")))


def test_only_what_was_ticked_is_waived(admin_client: Client, treatment: Treatment) -> None:
    both = f"{SCARCE}<p>This is your last chance.</p>"
    first = save(admin_client, page(treatment), body=both)
    rules = {rule for rule, _ in first.context["adminform"].form.fields["waive_rules"].choices}
    assert len(rules) > 1 and "false-scarcity" in rules
    ticked = {"waive_rules": ["false-scarcity"], "waive_because": "Three desks."}
    said = errors(save(admin_client, page(treatment), body=both, **ticked))
    assert "false-scarcity" not in said and any(rule in said for rule in rules - {"false-scarcity"})
    assert "Say why it may stand" in errors(
        save(admin_client, page(treatment), body=both, waive_rules=[*rules])
    )
    assert "Tick what may stand" in errors(save(admin_client, page(treatment), body=both, waive_because="x"))
    assert not LintWaiver.objects.exists()


def test_who_may_not_add_waivers_cannot_waive(client: Client, treatment: Treatment) -> None:
    editor = User.objects.create_user("ed", password="x", is_staff=True)
    editor.user_permissions.set(Permission.objects.filter(content_type__model__in=["treatment", "template"]))
    client.force_login(editor)
    said = errors(save(client, page(treatment), body=SCARCE, waive_because="I like it"))
    assert "may not waive" in said
    assert not LintWaiver.objects.exists()


def test_a_live_offer_without_its_price_and_renewal_is_not_saved(
    admin_client: Client, treatment: Treatment
) -> None:
    offer = Offer.objects.get(slug="pro-plan")
    Price.objects.filter(product__offers=offer).delete()
    said = errors(save(admin_client, f"/admin/offers_app/offer/{offer.pk}/change/"))
    assert "hidden-price" in said
    assert "hidden-renewal" in said


def test_a_playbook_that_would_send_a_refused_text_is_not_switched_on(
    admin_client: Client, treatment: Treatment
) -> None:
    Playbook.objects.update(live=False)
    Treatment.objects.filter(pk=treatment.pk).update(body=SCARCE)
    url = f"/admin/campaigns_app/playbook/{Playbook.objects.get().pk}/change/"
    assert "false-scarcity" in errors(save(admin_client, url, live="on"))
    assert "<mark>" in admin_client.get(url).content.decode()


def test_a_withdrawn_waiver_stays_in_the_list_with_who_withdrew_it(
    admin_client: Client, treatment: Treatment
) -> None:
    why = {"waive_rules": ["false-scarcity"], "waive_because": "x"}
    save(admin_client, page(treatment), body=SCARCE, **why)
    waiver = LintWaiver.objects.get()
    chosen = {"action": "withdraw", "_selected_action": [str(waiver.pk)]}
    admin_client.post("/admin/offers_app/lintwaiver/", chosen)
    waiver.refresh_from_db()
    assert waiver.withdrawn_by == "admin"
    assert waiver.withdrawn_at
    assert (
        admin_client.post(f"/admin/offers_app/lintwaiver/{waiver.pk}/delete/", {"post": "yes"}).status_code
        == 403
    )


def test_the_api_refuses_the_same(treatment: Treatment) -> None:
    editor = Caller("editor")
    text = {"channel": "in_app", "headline": "Hi", "why": "{{ evidence.used }} used", "body": SCARCE}
    answer = editor.patch("/api/templates/smart-nudge/", {"treatments": [text]})
    assert answer.status_code == 400
    assert "false-scarcity" in answer.content.decode()
    Price.objects.filter(product__offers__slug="pro-plan").delete()
    answer = editor.patch("/api/offers/pro-plan/", {"name": "Pro"})
    assert answer.status_code == 400
    assert "hidden-price" in answer.content.decode()
    Playbook.objects.update(live=False)
    assert editor.patch("/api/templates/smart-nudge/", {"treatments": [text]}).status_code == 200
    assert editor.patch("/api/playbooks/power-user-upsell/", {"live": True}).status_code == 400
