"""Keys: shown once, stored hashed, refused as soon as they are revoked."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from campaigns_app import api_keys
from campaigns_app.models import ApiKey
from tests.api.caller import Caller
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


def test_a_key_opens_the_api(viewer: Caller) -> None:
    assert viewer.get("/api/offers/").status_code == 200


def test_the_key_itself_is_in_no_table(editor: Caller) -> None:
    editor.post("/api/offers/", {"slug": "seats", "name": "Seats"}, Idempotency_Key="one")
    hidden = editor.key.removeprefix(api_keys.PREFIX)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s", [f"%{hidden}%"])
            assert cursor.fetchone()[0] == 0, table


def test_two_keys_differ_and_hold_256_bits() -> None:
    first, second = api_keys.create("one")[1], api_keys.create("two")[1]
    assert first != second
    assert len(first.removeprefix("sk_")) >= 43


def test_a_revoked_key_is_refused_at_once(viewer: Caller) -> None:
    api_keys.revoke(ApiKey.objects.get())
    assert viewer.get("/api/offers/").status_code == 401


def test_an_unknown_key_is_refused(nobody: Caller) -> None:
    nobody.key = "sk_unknown"
    assert nobody.get("/api/offers/").status_code == 401


def test_use_is_noted_at_most_once_a_minute(viewer: Caller) -> None:
    viewer.get("/api/offers/")
    noted = ApiKey.objects.get().last_used_at
    assert noted is not None
    viewer.get("/api/offers/")
    assert ApiKey.objects.get().last_used_at == noted
    ApiKey.objects.update(last_used_at=clock.real() - timedelta(seconds=61))
    viewer.get("/api/offers/")
    assert ApiKey.objects.get().last_used_at >= noted  # type: ignore[operator]


def test_the_command_prints_a_key_that_works(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_api_key", name="CI", role="editor")
    row = api_keys.verify(capsys.readouterr().out.strip())
    assert row is not None
    assert (row.name, row.role) == ("CI", "editor")
