"""Waiving by the API as by the admin: one wording, with the key's name, the date and the reason."""

import json
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from offers_app import limits, linted
from offers_app.models import LintWaiver, Offer, Treatment
from tests.api.caller import Caller
from tests.build import the_starter_pack
from tests.conftest import Time

pytestmark = pytest.mark.django_db
PATH = "/api/lint-waivers/"
PLACE = {"template": "smart-nudge", "channel": "in_app", "locale": "en"}
BECAUSE = "There are three desks, counted daily."
WHY = {"rules": ["false-scarcity"], "because": BECAUSE}


@pytest.fixture(autouse=True)
def pack(time: Time) -> None:
    the_starter_pack()


@pytest.fixture
def admin() -> Caller:
    return Caller("admin")


def stored() -> Treatment:
    return Treatment.objects.get(template__slug="smart-nudge", channel="in_app", locale="en")


def scarce(number: int = 3) -> dict[str, str]:
    """The words of the stored text but for its body."""
    texts = {name: getattr(stored(), name) for name in limits.TEXTS}
    return {**texts, "body": f"<p>{{{{ why }}}}. Only {number} seats left. Upgrade, or not.</p>"}


def with_body(wording: dict[str, str]) -> dict[str, Any]:
    """The template as it would be saved."""
    kept = [
        {name: getattr(one, name) for name in ("channel", "locale", "media", *limits.TEXTS)}
        for one in Treatment.objects.filter(template__slug="smart-nudge")
    ]
    place = ("in_app", "en")
    return {
        "treatments": [
            {**one, **(wording if (one["channel"], one["locale"]) == place else {})} for one in kept
        ]
    }


def body(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(json.loads(answer.content))


def pointers(answer: Any) -> set[str]:
    return {error["pointer"] for error in body(answer, 400)["errors"]}


def test_a_refused_wording_is_saved_after_it_was_waived_and_another_one_is_not(admin: Caller) -> None:
    path = "/api/templates/smart-nudge/"
    assert b"false-scarcity" in admin.patch(path, with_body(scarce())).content
    asked = {**PLACE, "wording": scarce(), **WHY, "until": "2100-01-01"}
    (made,) = body(admin.post(PATH, asked), 201)["results"]
    assert (made["rule"], made["subject"]) == ("false-scarcity", "template smart-nudge in_app en")
    assert (made["because"], made["until"], made["quotes"]) == (BECAUSE, "2100-01-01", ["Only 3 seats left"])
    assert made["by"].startswith("test admin (sk_")
    assert (made["withdrawn_at"], made["withdrawn_by"]) == (None, "")
    assert body(admin.get(f"{PATH}{made['id']}/")) == made
    assert admin.patch(path, with_body(scarce(4))).status_code == 400
    assert admin.patch(path, with_body(scarce())).status_code == 200
    assert stored().body == scarce()["body"]


def test_what_is_stored_is_waived_where_no_wording_is_given(admin: Caller) -> None:
    Treatment.objects.filter(pk=stored().pk).update(body=scarce()["body"])
    body(admin.post(PATH, {**PLACE, **WHY}), 201)
    assert linted.refusals([stored()]) == []
    waiver = LintWaiver.objects.get()
    assert waiver.text["texts"]["body"] == scarce()["body"]
    assert waiver.until is None


def test_an_offers_words_are_waived_as_they_will_be_saved(admin: Caller) -> None:
    fields = {**Offer.objects.get(slug="pro-plan").fields, "note": "Only 3 seats left"}
    assert admin.patch("/api/offers/pro-plan/", {"fields": fields}).status_code == 400
    said = {"offer": "pro-plan", "wording": fields, **WHY}
    (made,) = body(admin.post(PATH, said), 201)["results"]
    assert made["subject"] == "offer pro-plan"
    assert admin.patch("/api/offers/pro-plan/", {"fields": fields}).status_code == 200


def test_it_is_withdrawn_once_with_a_name_and_the_text_needs_to_pass_again(admin: Caller, time: Time) -> None:
    wording = {**PLACE, "wording": scarce(), **WHY}
    (made,) = body(admin.post(PATH, wording), 201)["results"]
    one = f"{PATH}{made['id']}/"
    gone = body(admin.patch(one, {"withdrawn": True}))
    assert gone["withdrawn_by"].startswith("test admin (sk_")
    assert gone["withdrawn_at"] is not None
    assert b"withdrew it already" in admin.patch(one, {"withdrawn": True}).content
    assert pointers(admin.patch(one, {"withdrawn": False})) == {"#/withdrawn"}
    assert pointers(admin.patch(one, {})) == {"#/withdrawn"}
    assert pointers(admin.patch(one, {"withdrawn": True, "because": "x"})) == {"#/because"}
    assert admin.patch("/api/templates/smart-nudge/", with_body(scarce())).status_code == 400
    assert admin.call("DELETE", one).status_code == 405
    assert len(body(admin.get(f"{PATH}?standing=false"))["results"]) == 1
    assert body(admin.get(f"{PATH}?standing=true&rule=false-scarcity"))["results"] == []


def test_a_wording_that_nothing_refuses_has_nothing_to_waive(admin: Caller) -> None:
    answer = body(admin.post(PATH, {**PLACE, **WHY}), 409)
    assert "refuses nothing" in answer["detail"]
    asked = {**PLACE, "wording": scarce(), **WHY}
    assert admin.post(PATH, {**asked, "rules": ["hidden-price"]}).status_code == 409, (
        "another rule refuses it"
    )
    body(admin.post(PATH, asked), 201)
    assert admin.post(PATH, asked).status_code == 409, "it is waived already"


def test_the_same_request_twice_waives_once(admin: Caller) -> None:
    asked = {**PLACE, "wording": scarce(), **WHY}
    first, second = (admin.post(PATH, asked, Idempotency_Key="one") for _ in range(2))
    assert body(first, 201) == body(second, 201)
    assert LintWaiver.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"because": ""}, {"#/because"}),
        ({"rules": []}, {"#/rules"}),
        ({"rules": "false-scarcity"}, {"#/rules"}),
        ({"because": "x" * 501}, {"#/because"}),
        ({"until": "2001-01-01"}, {"#/until"}),
        ({"until": "soon"}, {"#/until"}),
        ({"template": "nothing"}, {"#/template"}),
        ({"channel": "pigeon"}, {"#/channel"}),
        ({"locale": "xx"}, {"#/locale"}),
        ({"offer": "pro-plan"}, {"#"}),
        ({"wording": "words"}, {"#/wording"}),
        ({"wording": {"title": "x"}}, {"#/wording/title"}),
        ({"wording": {"headline": "x", "body": "{{ broken"}}, {"#/wording/body"}),
        ({"wording": {"body": 3, "cta_label": ["x"]}}, {"#/wording/cta_label"}),
        ({"rule": "false-scarcity"}, {"#/rule"}),
        ({"by": "somebody else"}, {"#/by"}),
    ],
)
def test_what_cannot_be_waived_is_refused_with_its_place(
    admin: Caller, changes: dict[str, Any], where: set[str]
) -> None:
    found = pointers(admin.post(PATH, {**PLACE, **WHY, **changes}))
    assert where <= found
    assert not LintWaiver.objects.exists()


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        (WHY, {"#"}),
        ({"template": "smart-nudge", **WHY}, {"#/channel", "#/locale"}),
        ({"offer": "pro-plan", "locale": "en", **WHY}, {"#/locale"}),
        ({"offer": "pro-plan", "wording": [], **WHY}, {"#/wording"}),
    ],
)
def test_what_it_is_about_is_said_whole(admin: Caller, asked: dict[str, Any], where: set[str]) -> None:
    assert pointers(admin.post(PATH, asked)) == where


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("editor", 403), ("admin", 201)])
def test_a_key_of_an_admin_waives_and_others_read(role: str, status: int) -> None:
    caller = Caller(role)
    asked = {**PLACE, "wording": scarce(), **WHY}
    assert caller.post(PATH, asked).status_code == status
    assert caller.get(PATH).status_code == 200


def test_staff_waive_who_may_in_the_admin_and_are_named() -> None:
    user = User.objects.create(username="sam", is_staff=True)
    client = Client()
    client.force_login(user)
    asked = {**PLACE, "wording": scarce(), **WHY}
    assert client.post(PATH, asked, content_type="application/json").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="add_lintwaiver"))
    assert client.post(PATH, asked, content_type="application/json").status_code == 201
    assert LintWaiver.objects.get().by == "sam"


def test_a_waiver_ends_after_its_last_day(admin: Caller, time: Time) -> None:
    today: date = time.now.date()
    asked = {**PLACE, "wording": scarce(), **WHY, "until": today.isoformat()}
    body(admin.post(PATH, asked), 201)
    assert admin.patch("/api/templates/smart-nudge/", with_body(scarce())).status_code == 200
    assert len(body(admin.get(f"{PATH}?standing=true"))["results"]) == 1
    time.move(days=1)
    assert linted.refusals([stored()])
    assert body(admin.get(f"{PATH}?standing=true"))["results"] == []
    assert len(body(admin.get(f"{PATH}?standing=false"))["results"]) == 1
