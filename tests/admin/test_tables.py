"""Lists that staff move in and out."""

import csv
import io
import json

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consent_app.models import Suppression
from consent_app.permission import address_hash
from offers_app.models import Offer
from people_app.models import Account, PlanPrice
from signals_app.models import Meter
from tests.build import an_account

pytestmark = pytest.mark.django_db
LISTS = [
    "offers_app/offer",
    "people_app/planprice",
    "people_app/account",
    "signals_app/meter",
    "consent_app/suppression",
]


def _export(client: Client, table: str, format: int = 0) -> str:
    page = client.get(f"/admin/{table}/export/")
    form = page.context["form"]
    ticked = {name: "on" for name, field in form.fields.items() if type(field).__name__ == "BooleanField"}
    answer = client.post(f"/admin/{table}/export/", {"format": str(format), "resource": "0", **ticked})
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def _import(client: Client, table: str, text: str, name: str = "list.csv") -> str:
    """Upload, look at the preview, confirm; return the preview."""
    chosen = {"format": "1" if name.endswith("json") else "0", "resource": "0"}
    file = SimpleUploadedFile(name, text.encode())
    preview = client.post(f"/admin/{table}/import/", {**chosen, "import_file": file})
    form = preview.context.get("confirm_form")
    if form is not None:
        answer = client.post(f"/admin/{table}/process_import/", {**form.initial})
        assert answer.status_code == 302, answer.content
    return preview.content.decode()


@pytest.mark.parametrize("table", LISTS)
def test_a_list_has_import_and_export_pages(table: str, admin_client: Client) -> None:
    assert admin_client.get(f"/admin/{table}/import/").status_code == 200
    assert admin_client.get(f"/admin/{table}/export/").status_code == 200


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+49 151", "-1+cmd|'/c calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1"],
)
def test_what_a_spreadsheet_would_run_leaves_as_text_and_comes_back_as_it_was(
    cell: str, admin_client: Client
) -> None:
    Offer.objects.create(slug="x", name=cell, priority=-5)
    exported = _export(admin_client, "offers_app/offer")
    row = next(csv.DictReader(io.StringIO(exported, newline="")))
    assert row["name"] == f"'{cell}"
    assert row["priority"] == "-5"
    Offer.objects.update(name="changed")
    _import(admin_client, "offers_app/offer", exported)
    assert Offer.objects.get().name.strip() == cell.strip()


def test_json_keeps_values_as_they_are(admin_client: Client) -> None:
    PlanPrice.objects.create(price_key="=x", plan="pro")
    assert json.loads(_export(admin_client, "people_app/planprice", 1)) == [
        {"price_key": "=x", "plan": "pro"}
    ]


def test_imported_offers_count_as_edited(admin_client: Client) -> None:
    _import(admin_client, "offers_app/offer", "slug,name,fields\nseats,Seats,{}\n")
    offer = Offer.objects.get(slug="seats")
    assert offer.edited
    assert offer.fields == {}


def test_a_file_with_one_bad_row_is_not_taken_at_all(admin_client: Client) -> None:
    rows = "resource,label,verb,event,aggregate,property\nexports,reports,exported,Report Exported,count,\n"
    preview = _import(admin_client, "signals_app/meter", rows + "seats,seats,used,Seat Added,nonsense,\n")
    assert "nonsense" in preview
    assert not Meter.objects.exists()


def test_imported_addresses_are_kept_as_hashes_only(admin_client: Client) -> None:
    rows = "channel,address,reason\nemail,Anna@Example.com,complaint\n"
    preview = _import(admin_client, "consent_app/suppression", rows)
    row = Suppression.objects.get()
    assert row.address_hash == address_hash("email", "anna@example.com")
    assert row.at is not None
    assert "Anna@Example.com" not in preview


def test_imported_account_facts_are_newer_than_what_was_said_before(admin_client: Client) -> None:
    an_account("acme", plan="free")
    _import(admin_client, "people_app/account", "group_id,plan\nacme,pro\nglobex,free\n")
    assert Account.objects.get(group_id="globex").created_at
    account = Account.objects.get(group_id="acme")
    assert account.plan == "pro"
    assert account.provenance["plan"]["source"] == "staff"


def test_who_may_only_look_may_export_but_not_import(client: Client) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_offer"))
    client.force_login(user)
    assert client.get("/admin/offers_app/offer/export/").status_code == 200
    assert client.get("/admin/offers_app/offer/import/").status_code == 403
