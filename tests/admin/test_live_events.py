"""Live events: what arrived, what was refused, and what to change."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from signals_app.models import Envelope, Event, RejectedEvent, Source
from tests.admin.world import a_world
from tests.build import a_person, a_source, an_account, an_event
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db
PAGE, REJECTED = "/admin/live-events/", "/admin/signals_app/rejectedevent/"


def _names(client: Client, **query: str | int) -> list[str]:
    return [event.name for event in client.get(PAGE, query).context["events"]]


def test_it_shows_what_arrived_last_on_top(admin_client: Client, time: Time) -> None:
    person = a_person("u1")
    for name in ("First", "Second"):
        an_event(person, name)
    assert _names(admin_client) == ["Second", "First"]


def test_it_shows_at_most_200(admin_client: Client, time: Time) -> None:
    person = a_person("u1")
    for number in range(201):
        an_event(person, str(number))
    assert len(_names(admin_client)) == 200


def test_it_filters_by_person_name_and_source(admin_client: Client, time: Time) -> None:
    one, two = a_person("u1"), a_person("u2")
    an_event(one, "A")
    an_event(two, "B")
    other = a_source(name="Other")
    event = an_event(two, "C")
    event.source = other
    event.save()
    assert _names(admin_client, person="u1") == ["A"]
    assert _names(admin_client, name="B") == ["B"]
    assert _names(admin_client, source=other.pk) == ["C"]
    assert _names(admin_client, person="nobody") == []
    assert _names(admin_client, source="nonsense") == ["C", "B", "A"]


def test_a_person_is_found_by_any_name_of_theirs(admin_client: Client, time: Time) -> None:
    person, other = a_person("ana"), a_person("other")
    for kind, value in (("user", "ana-before"), ("anonymous", "anon-7"), ("zendesk_requester_id", "84")):
        person.identities.create(kind=kind, value=value)
    other.identities.create(kind="anonymous", value="anon-8")
    an_event(person, "A")
    an_event(other, "B")
    for name in ("ana", "ana-before", "anon-7", "84"):
        assert _names(admin_client, person=name) == ["A"], name
    other.identities.create(kind="intercom_contact_id", value="84")
    assert _names(admin_client, person="84") == ["B", "A"], "two providers number their people alike"


def test_what_was_refused_is_shown_with_field_reason_and_fix(admin_client: Client, time: Time) -> None:
    a_world()
    page = admin_client.get(PAGE).content.decode()
    assert "<code>event</code>" in page
    assert "event is missing" in page
    assert "Add event." in page


def test_refused_items_are_filtered_too(admin_client: Client, time: Time) -> None:
    source = a_world().source
    assert len(admin_client.get(PAGE, {"person": "u1", "source": str(source.pk)}).context["rejected"]) == 1
    assert len(admin_client.get(PAGE, {"person": "u2"}).context["rejected"]) == 0
    RejectedEvent.objects.update(payload='{"userId":"u2"}')
    assert len(admin_client.get(PAGE, {"person": "u2"}).context["rejected"]) == 1


def test_an_empty_page_says_what_to_do(admin_client: Client) -> None:
    assert "Add a source" in admin_client.get(PAGE).content.decode()


def test_it_says_how_far_a_filter_looks_and_in_which_zone_times_are(admin_client: Client, time: Time) -> None:
    a_world()
    text = admin_client.get(PAGE).content.decode()
    assert "All times are UTC." in text
    assert "among the newest" not in text
    filtered = admin_client.get(PAGE, {"name": "Report Exported"}).content.decode()
    assert "that match, among the newest 100,000" in filtered


def test_it_needs_the_right_to_see_events(client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(User.objects.create_user("sam", is_staff=True))
    assert client.get(PAGE).status_code == 403


def test_it_filters_by_kind(admin_client: Client, time: Time) -> None:
    person = a_person("u1")
    an_event(person, "A")
    seen = an_event(person, "Pricing")
    seen.kind = "page"
    seen.save()
    assert _names(admin_client, kind="page") == ["Pricing"]
    assert _names(admin_client, kind="track") == ["A"]


def test_a_panel_that_shows_all_of_it_is_told_so_in_few_bytes(admin_client: Client, time: Time) -> None:
    person = a_person("u1")
    an_event(person, "A")
    panel = admin_client.get(PAGE, {"name": "A"}, headers={"HX-Request": "true"})
    assert b"<html" not in panel.content and b'id="live"' in panel.content
    poll = panel.context["poll_url"]
    assert "name=A" in poll
    assert admin_client.get(poll).status_code == 204
    an_event(person, "B")
    assert admin_client.get(poll).status_code == 204, "the filter does not want it"
    an_event(person, "A")
    assert [event.name for event in admin_client.get(poll).context["events"]] == ["A", "A"]
    RejectedEvent.objects.create(
        source=a_source(),
        envelope_id=1,
        index=0,
        reason="event is missing",
        payload="A",
        received_at=time.now,
    )
    assert admin_client.get(poll).status_code == 200


def test_a_paused_panel_asks_for_nothing(admin_client: Client, time: Time) -> None:
    assert "every 3s" in admin_client.get(PAGE).content.decode()
    paused = admin_client.get(PAGE, {"paused": "1"}).content.decode()
    assert "every 3s" not in paused and "Go on" in paused


def test_a_row_opens_what_it_held_and_what_became_of_it(admin_client: Client) -> None:
    world = a_world()
    event = an_event(world.person, "Report Exported", mapped_from="report_done", email="ada@corp.test")
    inside = admin_client.get(f"{PAGE}{event.pk}/").content.decode()
    for shown in ("report_done", "u1", "Acme", "exports: + 1", event.message_id):
        assert shown in inside
    assert "ada@corp.test" not in inside
    first = admin_client.get(f"{PAGE}{world.event.pk}/").content.decode()
    assert "Usage limit near" in first, "the signal that was found right after"
    assert admin_client.get(f"{PAGE}{event.pk + 1}/").status_code == 404


def test_an_empty_page_has_a_command_to_copy_once_there_is_a_source(admin_client: Client) -> None:
    source = a_source()
    page = admin_client.get(PAGE).content.decode()
    assert f"-u {source.write_key}:" in page and 'data-copy="example"' in page


def refused(source: Source, envelope: Envelope, index: int = 0, **fields: str) -> RejectedEvent:
    wrong = {"reason": "event is missing", "path": "event", "payload": '{"userId":"u1"}', **fields}
    return RejectedEvent.objects.create(
        source=source, envelope_id=envelope.pk, index=index, received_at=envelope.received_at, **wrong
    )


def an_envelope(source: Source) -> Envelope:
    return Envelope.objects.create(
        source=source, call="batch", body=b'{"batch":[]}', received_at=clock.now(), state="done"
    )


@pytest.fixture
def wrong() -> list[RejectedEvent]:
    """Two of one reason in two requests, one of another reason, one of another source."""
    source, other = a_source(), a_source()
    first, second = an_envelope(source), an_envelope(source)
    return [
        refused(source, first),
        refused(source, second),
        refused(source, an_envelope(source), reason="userId is empty", path="userId"),
        refused(other, an_envelope(other)),
    ]


def test_what_is_wrong_alike_is_shown_together(admin_client: Client, wrong: list[RejectedEvent]) -> None:
    groups = admin_client.get(PAGE).context["groups"]
    assert sorted((group.path, len(group.rows)) for group in groups) == [
        ("event", 1),
        ("event", 2),
        ("userId", 1),
    ]


def test_all_of_one_reason_are_tried_again_after_a_question(
    admin_client: Client, wrong: list[RejectedEvent]
) -> None:
    chosen = {"source": str(wrong[0].source_id), "reason": "event is missing", "path": "event"}
    asked = admin_client.post(f"{PAGE}again/", chosen).content.decode()
    assert "2 rejected events will be judged afresh" in asked
    assert not Envelope.objects.filter(state="pending").exists()
    told = admin_client.post(f"{PAGE}again/", {**chosen, "confirmed": "yes"}, follow=True).content.decode()
    assert "2 envelopes are in the inbox again" in told
    pending = Envelope.objects.filter(state="pending").values_list("pk", flat=True)
    assert sorted(pending) == [wrong[0].envelope_id, wrong[1].envelope_id]
    assert sorted(RejectedEvent.objects.values_list("pk", flat=True)) == [wrong[2].pk, wrong[3].pk]
    assert LogEntry.objects.filter(change_message="Try again").count() == 2


def test_what_was_refused_is_shown_without_addresses(admin_client: Client) -> None:
    source = a_source()
    row = refused(source, an_envelope(source), payload='{"userId":"ada@corp.test","email":["x@y.test"')
    for page in (PAGE, f"/admin/signals_app/rejectedevent/{row.pk}/change/"):
        text = admin_client.get(page).content.decode()
        assert "ada@corp.test" not in text and "x@y.test" not in text
        assert "a***@c***.test" in text


def test_a_single_one_is_tried_again(admin_client: Client, wrong: list[RejectedEvent]) -> None:
    one = {
        "source": str(wrong[0].source_id),
        "reason": "event is missing",
        "path": "event",
        "id": str(wrong[1].pk),
    }
    assert "1 rejected event will" in admin_client.post(f"{PAGE}again/", one).content.decode()
    admin_client.post(f"{PAGE}again/", {**one, "confirmed": "yes"})
    assert Envelope.objects.get(state="pending").pk == wrong[1].envelope_id
    admin_client.post(f"{PAGE}again/", {**one, "id": "x", "confirmed": "yes"})
    assert Envelope.objects.filter(state="pending").count() == 1


def test_selected_ones_are_tried_again_from_their_list(
    admin_client: Client, wrong: list[RejectedEvent]
) -> None:
    chosen = {"action": "try_again", "_selected_action": [str(wrong[2].pk)], "confirmed": "yes"}
    page = admin_client.post(REJECTED, chosen, follow=True).content.decode()
    assert "1 envelopes are in the inbox again" in page
    assert Envelope.objects.get(state="pending").pk == wrong[2].envelope_id


def test_a_group_leads_to_all_of_it(admin_client: Client, wrong: list[RejectedEvent]) -> None:
    group = next(one for one in admin_client.get(PAGE).context["groups"] if len(one.rows) == 2)
    found = admin_client.get(f"{REJECTED}?{group.query}").context["cl"].result_list
    assert sorted(row.pk for row in found) == [wrong[0].pk, wrong[1].pk]


def test_who_may_only_look_tries_nothing_again(client: Client, wrong: list[RejectedEvent]) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    may = Permission.objects.filter(codename__in=["view_event", "view_rejectedevent"])
    user.user_permissions.set(may)
    client.force_login(user)
    assert "Try again" not in client.get(PAGE).content.decode()
    chosen = {"source": str(wrong[0].source_id), "reason": "event is missing", "path": "event"}
    assert client.post(f"{PAGE}again/", {**chosen, "confirmed": "yes"}).status_code == 403
    client.post(REJECTED, {"action": "try_again", "_selected_action": [str(wrong[0].pk)], "confirmed": "yes"})
    assert not Envelope.objects.filter(state="pending").exists()


def test_an_event_that_names_no_account_is_shown_where_its_person_is_at_home(
    admin_client: Client, time: Time
) -> None:
    person = a_person(account=an_account("home-co"))
    an_event(person, "Report Exported")
    Event.objects.update(account=None)
    page = admin_client.get("/admin/live-events/").content.decode()
    assert "home-co" in page
    assert "no account" not in page
