"""Staff see who is asked again, and when whoever could not be judged is tried once more."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from signals_app.models import AskAgain
from tests.admin.world import a_definition
from tests.build import a_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("failed", [0, 2])
def test_when_they_are_tried_again_is_said_of_those_who_could_not_be_judged(
    admin_client: Client, failed: int
) -> None:
    later = {"failed": failed, "retry_at": datetime(2026, 5, 4, 9, 30, tzinfo=UTC)} if failed else {}
    AskAgain.objects.create(definition=a_definition(), person=a_person("ana"), **later)
    page = admin_client.get("/admin/signals_app/askagain/").content.decode()
    assert ("2026-05-04 09:30" in page) is bool(failed)
    assert ("soon" in page) is not bool(failed)
    assert "1970" not in page
