"""A connection that is set up wrongly is shown, and stops no other."""

from typing import Any

import pytest

from signals_app import lookups
from signals_app.models import Lookup, Source
from tests.build import a_source
from tests.signals.provider_api import KEY, Api, Told
from tests.signals.test_lookups import CONTACT, api, hubspot, the, want

__all__ = ["api", "hubspot"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fields", [{"api_key": "clé"}, {"api_key": KEY, "api_url": "https://a..b.test"}])
def test_a_key_or_url_that_cannot_be_sent_stops_no_other_source(
    api: Api, hubspot: Source, fields: dict[str, str]
) -> None:
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    bad = a_source("hubspot", **{"api_url": api.url, **fields})
    want(bad, *(("contact", str(number)) for number in range(20)))
    want(hubspot, ("contact", "51"))
    lookups.read_due()
    bad.refresh_from_db()
    assert (the(hubspot).state, bad.lookup_error != "") == ("done", True)
    assert bad.lookups_paused_until and not Lookup.objects.filter(source=bad, attempts__gt=1).exists()


def test_a_question_that_breaks_is_noted_and_the_others_go_on(
    api: Api, hubspot: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.tell(CONTACT, Told(200, {"id": "51", "properties": {}}))
    want(hubspot, ("contact", "13"), ("contact", "51"))
    ask = lookups._question

    def question(source: Source, lookup: Lookup) -> Any:
        if lookup.object_id == "13":
            raise KeyError("secret")
        return ask(source, lookup)

    monkeypatch.setattr(lookups, "_question", question)
    lookups.read_due()
    assert the(hubspot).state == "done"
    assert (the(hubspot, "13").state, the(hubspot, "13").error) == ("open", "it could not be read: KeyError")
