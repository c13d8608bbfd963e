"""Segments in the admin: who is in them, from a file and to a file, and why."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from signals_app.models import Segment, SegmentMember
from signals_app.segments import lists
from tests.build import a_person, an_account
from tests.signals.segments_world import FREE, a_segment, inside, refreshed, within

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
LIST = "/admin/signals_app/segment/"
MEMBERS = "/admin/signals_app/segmentmember/"
FORM = {"name": "Free", "slug": "free", "description": "", "kind": "rule", "live": "on"}
RULE = '{"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "%s"}'


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_it_works(admin_client: Client) -> None:
    a_person("ana", an_account("acme", plan="free"))
    assert admin_client.post(f"{LIST}add/", FORM | {"rule": RULE % "free"}).status_code == 302
    segment = Segment.objects.get()
    assert (segment.edited, segment.version) == (True, 1)
    assert "0 % of everybody judged" in page(admin_client, LIST)
    url = f"{LIST}{segment.pk}/change/"
    assert "every 3s" in page(admin_client, url) and "goes on by itself" in page(admin_client, url)
    refreshed()
    text = page(admin_client, LIST)
    assert "Account plan is free" in text and "2026-03-10 10:00 UTC" in text
    assert "every 3s" not in page(admin_client, url)
    assert "While it is off, nobody is in it." in page(admin_client, url)
    assert f"{MEMBERS}?segment__id__exact={segment.pk}" in text
    assert "ana" in page(admin_client, f"{MEMBERS}?segment__id__exact={segment.pk}")
    assert "ana" in page(admin_client, f"{MEMBERS}?segment__id__exact={segment.pk}&q=ana")
    assert "Account plan is free" in page(admin_client, f"{LIST}{segment.pk}/change/")


def test_a_changed_rule_begins_a_pass_and_another_name_does_not(admin_client: Client) -> None:
    segment = a_segment("free", FREE)
    refreshed()
    url = f"{LIST}{segment.pk}/change/"
    admin_client.post(url, FORM | {"rule": RULE % "free", "name": "Other"})
    segment.refresh_from_db()
    assert (segment.name, segment.version, segment.edited) == ("Other", 1, True)
    assert segment.refreshed_at
    admin_client.post(url, FORM | {"rule": RULE % "pro", "slug": "stays"})
    segment.refresh_from_db()
    assert (segment.version, segment.slug) == (2, "free")
    assert not segment.refreshed_at
    assert segment.rule["value"] == "pro"


def test_a_circle_is_refused_with_its_way(admin_client: Client) -> None:
    first = a_segment("a", FREE)
    a_segment("b", within("a"))
    rule = '{"fact": "segment", "slug": "b", "op": "is", "value": true}'
    answer = admin_client.post(f"{LIST}{first.pk}/change/", FORM | {"rule": rule})
    assert "a → b → a" in answer.content.decode()
    first.refresh_from_db()
    assert first.rule == FREE


def test_a_file_is_looked_at_before_it_is_taken_and_unknown_ids_are_told(admin_client: Client) -> None:
    friends = a_segment("friends")
    for user in ("ana", "bob", "cem"):
        a_person(user)
    lists.add(friends, ["cem"], "kim")
    url = f"{LIST}{friends.pk}/import/"
    assert "user id a line" in page(admin_client, url)
    file = SimpleUploadedFile("x.csv", b"user_id,name\nana,Ana\nnobody,X\ncem,Cem\nbob,Bob\n")
    preview = admin_client.post(url, {"file": file}).content.decode()
    assert "2 people will be put on friends" in preview
    assert "1 is on it already" in preview and "<strong>1 user id is not known</strong>" in preview
    assert "<code>nobody</code>" in preview
    assert inside("friends") == {"cem"}
    answer = admin_client.post(url, {"user_ids": "ana\r\nnobody\r\ncem\r\nbob"}, follow=True)
    said = "2 people were put on the list; 1 was on it before. 1 user id is not known."
    assert said in answer.content.decode()
    assert inside("friends") == {"ana", "bob", "cem"}
    assert set(SegmentMember.objects.values_list("added_by", flat=True)) == {"kim", "admin"}
    assert LogEntry.objects.filter(change_message="Put 2 people on it").exists()


def test_addresses_are_no_user_ids_and_nobody_is_not_confirmed(admin_client: Client) -> None:
    a_person("ana", email="ana@corp.test")
    friends = a_segment("friends")
    file = SimpleUploadedFile("x.csv", b"email\nana@corp.test\nbob@corp.test\n")
    preview = admin_client.post(f"{LIST}{friends.pk}/import/", {"file": file}).content.decode()
    assert "Nobody would be put on friends" in preview and "Put them on the list" not in preview
    assert "These look like e-mail addresses: user ids are needed" in preview


def test_a_list_has_no_rule_on_its_page(admin_client: Client) -> None:
    assert "data-rule-word" not in page(admin_client, f"{LIST}{a_segment('friends').pk}/change/")
    assert "data-rule-word" in page(admin_client, f"{LIST}{a_segment('free', FREE).pk}/change/")
    chosen_late = FORM | {"name": "Pilot", "slug": "pilot", "kind": "list", "rule": RULE % "free"}
    assert admin_client.post(f"{LIST}add/", chosen_late).status_code == 302
    assert Segment.objects.get(slug="pilot").rule == {}


@pytest.mark.parametrize(
    ("file", "pasted", "said"),
    [
        (b"\xff\xfe", "", "no UTF-8"),
        (b"", "", "empty"),
        (None, "", "no user id"),
        (None, "x" * 201, "longer than"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(
    admin_client: Client, file: bytes | None, pasted: str, said: str
) -> None:
    friends = a_segment("friends")
    sent = {"file": SimpleUploadedFile("x.csv", file)} if file is not None else {}
    answer = admin_client.post(f"{LIST}{friends.pk}/import/", {**sent, "pasted": pasted})
    assert said in answer.content.decode()


def test_a_segment_by_a_rule_takes_no_file(admin_client: Client) -> None:
    segment = a_segment("free", FREE)
    assert admin_client.get(f"{LIST}{segment.pk}/import/").status_code == 403


def test_members_leave_as_csv(admin_client: Client) -> None:
    friends = a_segment("friends")
    for user in ("=ana", "bob"):
        a_person(user)
    lists.add(friends, ["=ana", "bob"], "kim")
    answer = admin_client.get(f"{LIST}{friends.pk}/export/")
    lines = answer.getvalue().decode().splitlines()
    assert lines[0] == "user_id,since,added_by"
    assert [line.partition(",")[0] for line in lines[1:]] == ["'=ana", "bob"]
    assert "friends.csv" in answer["Content-Disposition"]


def test_why_somebody_is_in_it_or_not(admin_client: Client) -> None:
    a_person("ana", an_account("acme", plan="pro"))
    segment = a_segment("free", FREE)
    text = page(admin_client, f"{LIST}{segment.pk}/why/?person=ana")
    assert "not in it" in text and "The rule does not hold for them." in text
    assert "<code>pro</code>" in text and "does not hold" in text and "Wanted" not in text
    assert "Nobody is known" in page(admin_client, f"{LIST}{segment.pk}/why/?person=%3Cb%3E")


def test_what_is_not_known_does_not_look_like_a_no(admin_client: Client) -> None:
    a_person("ana", an_account("acme", plan=""))
    text = page(admin_client, f"{LIST}{a_segment('free', FREE).pk}/why/?person=ana")
    assert '<span class="upsell-tag ">not known</span>' in text


def test_the_person_page_lists_their_segments_with_the_way_to_why(admin_client: Client) -> None:
    ana, segment = a_person("ana", an_account("acme", plan="free")), a_segment("free", FREE)
    refreshed()
    text = page(admin_client, f"/admin/people_app/person/{ana.pk}/change/")
    assert f"{LIST}{segment.pk}/why/?person=ana" in text


def test_members_lead_back_to_their_segment_and_to_why(admin_client: Client) -> None:
    a_person("a&b", an_account("acme", plan="free"))
    segment = a_segment("free", FREE, name="Free ones")
    refreshed()
    text = page(admin_client, f"{MEMBERS}?segment__id__exact={segment.pk}")
    assert f'Members of <a href="{LIST}{segment.pk}/change/">Free ones</a>' in text
    assert f"{LIST}{segment.pk}/why/?person=a%26b" in text
    assert "Members of" not in page(admin_client, MEMBERS)
    assert "Members of" not in page(admin_client, f"{MEMBERS}?segment__id__exact=x")
    assert (
        f'href="{LIST}{segment.pk}/change/"'
        in page(admin_client, f"{LIST}{segment.pk}/why/").partition("<h1")[2]
    )


def test_people_are_taken_off_lists_only(admin_client: Client) -> None:
    a_person("ana", an_account("acme", plan="free"))
    friends = a_segment("friends")
    a_segment("free", FREE)
    refreshed()
    lists.add(friends, ["ana"], "kim")
    rows = [str(pk) for pk in SegmentMember.objects.values_list("pk", flat=True)]
    asked = {"action": "take_off", "_selected_action": rows}
    assert "1 people will be taken off" in admin_client.post(MEMBERS, asked).content.decode()
    admin_client.post(MEMBERS, asked | {"confirmed": "yes"})
    assert (inside("friends"), inside("free")) == (set(), {"ana"})


def test_it_is_not_deleted_while_something_live_refers_to_it(admin_client: Client) -> None:
    first = a_segment("a", FREE)
    other = a_segment("b", within("a"))
    url = f"{LIST}{first.pk}/delete/"
    text = page(admin_client, url)
    assert f'the segment <a href="{LIST}{other.pk}/change/">b</a> refers to it' in text
    assert "Go back" in text and "protected" not in text
    admin_client.post(url, {"post": "yes"})
    assert Segment.objects.count() == 2
    admin_client.post(f"{LIST}{other.pk}/delete/", {"post": "yes"})
    admin_client.post(url, {"post": "yes"})
    assert not Segment.objects.exists()


def test_of_several_it_says_which_are_needed_by_what_and_leads_back(admin_client: Client) -> None:
    first, friends = a_segment("a", FREE), a_segment("friends")
    other = a_segment("b", within("a"), name="Big ones")
    chosen = {"action": "delete_selected", "_selected_action": [first.pk, friends.pk]}
    text = admin_client.post(LIST, chosen | {"post": "yes"}).content.decode()
    assert f'the segment <a href="{LIST}{other.pk}/change/">Big ones</a> refers to it' in text
    assert f'href="{LIST}">Back to the list</a>' in text and "protected" not in text
    assert Segment.objects.count() == 3


def test_who_may_only_look_changes_nothing(client: Client) -> None:
    friends, ana = a_segment("friends"), a_person("ana")
    lists.add(friends, ["ana"], "kim")
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_segment", "view_segmentmember", "view_person"])
    )
    client.force_login(user)
    assert client.get(f"{LIST}{friends.pk}/why/?person=ana").status_code == 200
    assert client.get(f"{LIST}{friends.pk}/export/").status_code == 200
    assert client.get(f"{LIST}{friends.pk}/import/").status_code == 403
    member = SegmentMember.objects.get(person=ana)
    asked = {"action": "take_off", "_selected_action": [str(member.pk)], "confirmed": "yes"}
    client.post(MEMBERS, asked)
    assert inside("friends") == {"ana"}
