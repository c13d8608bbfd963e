"""Claims are written by the API as in the admin: linted, and said only once somebody who may has approved them."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from offers_app import approval
from offers_app.models import Claim, Product
from signals_app.models import Segment
from tests.api.caller import Caller, a_claim

pytestmark = pytest.mark.django_db
SAID = {
    "slug": "hours",
    "kind": "benefit",
    "product": None,
    "segment": "",
    "industry": "",
    "texts": {"en": "Seven hours a month.", "de": "Sieben Stunden im Monat."},
    "figures": {"hours": 7},
    "hesitation": "effort",
    "source_name": "Our study",
    "source_url": "https://study.test/",
    "source_date": "2025-05-02",
    "valid_until": "2099-01-01",
}
PATH = "/api/claims/hours/"
APPROVE = f"{PATH}approve/"


def body(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(json.loads(answer.content))


def read() -> dict[str, Any]:
    """What approves the claim as it is now."""
    return {"approved": True, "fingerprint": approval.fingerprint(Claim.objects.get())}


def pointers(answer: Any) -> set[str]:
    return {row["pointer"].rstrip("/0123456789") for row in body(answer, 400)["errors"]}


def test_one_is_made_read_and_changed(editor: Caller) -> None:
    made = body(editor.post("/api/claims/", SAID), 201)
    read_as = approval.fingerprint(Claim.objects.get())
    assert made == {**SAID, "approved_by": "", "approved_at": None, "fingerprint": read_as}
    assert body(editor.get(PATH)) == made
    assert body(editor.patch(PATH, {"industry": "fintech"}))["industry"] == "fintech"


def test_a_change_takes_the_approval_back(admin: Caller) -> None:
    body(admin.post("/api/claims/", SAID), 201)
    before = read()
    approved = body(admin.post(APPROVE, read()))
    assert approved["approved_by"].startswith("test admin") and approved["approved_at"]
    assert body(admin.patch(PATH, {"industry": ""}))["approved_at"], "nothing was changed"
    changed = body(admin.patch(PATH, {"texts": {"en": "Eight hours a month."}}))
    assert (changed["approved_by"], changed["approved_at"]) == ("", None)
    assert "read it again" in body(admin.post(APPROVE, before), 409)["detail"]
    assert Claim.objects.get().approved_at is None


def test_the_approval_is_taken_back(admin: Caller, caplog: pytest.LogCaptureFixture) -> None:
    a_claim(approved_by="Ana", approved_at="2026-03-01T00:00:00Z")
    with caplog.at_level("INFO"):
        assert body(admin.post(APPROVE, {"approved": False}))["approved_at"] is None
    assert "claim hours: Took the approval back. By the key test admin (sk_" in caplog.text


@pytest.mark.parametrize(
    "change",
    [
        {"figures": {"hours": 70}},
        {"source_url": "https://other.test/"},
        {"valid_until": "2098-01-01"},
        {"industry": "fintech"},
    ],
)
def test_whatever_changed_since_it_was_read_is_read_again(admin: Caller, change: dict[str, Any]) -> None:
    body(admin.post("/api/claims/", SAID), 201)
    before = read()
    body(admin.patch(PATH, change))
    assert "read it again" in body(admin.post(APPROVE, before), 409)["detail"]
    assert body(admin.post(APPROVE, read()))["approved_at"]


def test_who_approves_says_what_they_read(admin: Caller) -> None:
    a_claim()
    assert pointers(admin.post(APPROVE, {"approved": True})) == {"#/fingerprint"}
    assert pointers(admin.post(APPROVE, {})) == {"#/approved"}
    assert admin.post("/api/claims/nothing/approve/", {"approved": False}).status_code == 404


def test_an_older_claim_that_the_rules_refuse_by_now_is_not_approved(admin: Caller) -> None:
    a_claim(texts={"en": "Last chance: only 3 seats left!"})
    answer = admin.post(APPROVE, read())
    assert "false-scarcity" in body(answer, 409)["detail"]


def test_an_editor_writes_and_does_not_approve(editor: Caller, viewer: Caller) -> None:
    body(editor.post("/api/claims/", SAID), 201)
    assert editor.post(APPROVE, read()).status_code == 403
    assert viewer.patch(PATH, {"industry": "x"}).status_code == 403
    for typed in ({"approved_by": "me"}, {"approved_at": "2026-03-01T00:00:00Z"}):
        assert editor.patch(PATH, typed).status_code == 400, "approved by an act alone"


def test_staff_approve_who_may_change_claims() -> None:
    a_claim()
    user, client = User.objects.create_user("sam", is_staff=True), Client()
    client.force_login(user)
    said = read()

    def ask() -> Any:
        return client.post(APPROVE, json.dumps(said), content_type="application/json")

    user.user_permissions.add(Permission.objects.get(codename="add_claim"))
    assert ask().status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="change_claim"))
    assert body(ask())["approved_by"] == "sam"
    said = {"approved": False}
    assert body(ask())["approved_by"] == ""
    entries = LogEntry.objects.filter(user=user).order_by("pk").values_list("change_message", flat=True)
    assert list(entries) == ["Approved.", "Took the approval back."]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"texts": {}}, "texts"),
        ({"texts": {"en": "<b>Seven</b>"}}, "texts"),
        ({"texts": {"en": "Only 3 seats left. Hurry!"}}, "texts"),
        ({"texts": {"en": "x" * 1_001}}, "texts"),
        ({"texts": {"tlhIngan": "Seven"}}, "texts"),
        ({"figures": {"hours": "many"}}, "figures"),
        ({"source_url": "http://study.test/"}, "source_url"),
        ({"source_date": "2098-01-01"}, "source_date"),
        ({"valid_until": "2020-01-01"}, "valid_until"),
        ({"segment": "nobody"}, "segment"),
        ({"slug": "other"}, "slug"),
    ],
)
def test_what_cannot_be_said_is_refused_at_its_place(editor: Caller, said: Any, field: str) -> None:
    body(editor.post("/api/claims/", SAID), 201)
    assert pointers(editor.patch(PATH, said)) == {f"#/{field}"}


def test_they_are_found_by_whom_they_are_about(viewer: Caller) -> None:
    Segment.objects.create(slug="power", name="Power")
    a_claim("one", segment="power", approved_by="Ana", approved_at="2026-03-01T00:00:00Z")
    a_claim("two", kind="case_study", industry="fintech")
    for query, found in (
        ("segment=power", ["one"]),
        ("industry=fintech", ["two"]),
        ("kind=case_study", ["two"]),
        ("approved=true", ["one"]),
        ("approved=false", ["two"]),
    ):
        rows = body(viewer.get(f"/api/claims/?{query}"))["results"]
        assert [row["slug"] for row in rows] == found


def test_it_is_about_a_product_that_there_is(editor: Caller) -> None:
    Product.objects.create(slug="pro", name="Pro", kind="plan", code="pro")
    body(editor.post("/api/claims/", {**SAID, "product": "pro", "figures": {"monthly_EUR": 160}}), 201)
    assert body(editor.get(PATH))["product"] == "pro"
    assert pointers(editor.patch(PATH, {"product": "nothing"})) == {"#/product"}
    assert pointers(editor.patch(PATH, {"product": None})) == {"#/figures"}, "gains are of a product"
