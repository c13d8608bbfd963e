"""Staff may vouch for a tool that hands on what browsers told it: off until somebody says so, and explained."""

import pytest
from django.test import Client

from signals_app.connectors import CONNECTORS
from signals_app.models import Source
from tests.build import a_source

pytestmark = pytest.mark.django_db
ADD = "/admin/signals_app/source/add/"


@pytest.mark.parametrize("kind", sorted(CONNECTORS))
def test_only_relays_and_chats_ask_for_it(admin_client: Client, kind: str) -> None:
    shown = admin_client.get(f"{ADD}?kind={kind}").content.decode()
    connector = CONNECTORS[kind]
    assert ('name="vouched"' in shown) == (connector.relays or connector.anybody_typed)
    assert ("none but your own servers" in shown) == connector.relays
    assert ("Whoever opens this chat" in shown) == connector.anybody_typed


def test_it_is_off_unless_somebody_says_so() -> None:
    assert a_source("amplitude").vouched is False


def test_it_is_said_when_the_source_is_made_and_taken_back_later(admin_client: Client) -> None:
    entry = {"kind": "amplitude", "name": "Events", "new_secret": "a_long_secret_of_theirs", "vouched": "on"}
    assert admin_client.post(f"{ADD}?kind=amplitude", entry).status_code in (200, 302)
    source = Source.objects.get()
    assert source.vouched
    changed = {"name": "Events", "active": "on", "new_secret": ""}
    assert admin_client.post(f"/admin/signals_app/source/{source.pk}/change/", changed).status_code == 302
    source.refresh_from_db()
    assert not source.vouched and source.active
