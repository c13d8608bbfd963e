"""Lists, why somebody is in a segment, and what keeps a segment from being saved or deleted."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_app.models import Membership, Person
from signals_app import references
from signals_app.models import Segment, SegmentMember, SignalDefinition
from signals_app.segments import files, lists, members, order, refresh, sound
from signals_app.segments.why import why
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from tests.signals.segments_world import ADMIN, FREE, a_segment, inside, refreshed, used, within
from upsell_project.lib import clock

SLUGS = ["a", "b", "c", "d"]


@pytest.mark.django_db
def test_people_are_put_on_a_list_and_taken_off(time: Time) -> None:
    friends = a_segment("friends")
    for user in ("ana", "bob"):
        a_person(user)
    assert lists.add(friends, ["ana"], "sam").unknown == []
    found = lists.add(friends, ["ana", "nobody", "bob", "bob"], "kim")
    assert (len(found.new), len(found.there), found.unknown) == (1, 1, ["nobody"])
    assert inside("friends") == {"ana", "bob"}
    rows = SegmentMember.objects.order_by("person__user_id").values_list("added_by", flat=True)
    assert list(rows) == ["sam", "kim"]
    assert lists.remove(friends, lists.people(["ana", "nobody"])) == 1
    friends.refresh_from_db()
    assert (inside("friends"), friends.counted) == ({"bob"}, 1)


@pytest.mark.django_db
def test_who_was_merged_is_found_by_the_old_id_and_who_was_erased_is_unknown(time: Time) -> None:
    ana, old, gone = a_person("ana"), a_person("old"), a_person("gone")
    Person.objects.filter(pk=old.pk).update(merged_into=ana)
    Person.objects.filter(pk=gone.pk).update(erased_at=clock.now())
    assert lists.add(a_segment("friends"), ["old", "gone"], "sam").unknown == ["gone"]
    assert inside("friends") == {"ana"}


@pytest.mark.django_db
def test_who_goes_by_a_list_follows_it_at_once(time: Time) -> None:
    a_person("ana", an_account("acme", plan="free"))
    friends = a_segment("friends")
    a_segment("free-friends", {"all": [FREE, within("friends")]})
    refreshed()
    lists.add(friends, ["ana"], "sam")
    assert inside("free-friends") == {"ana"}
    lists.remove(friends, lists.people(["ana"]))
    assert inside("free-friends") == set()


@pytest.mark.django_db
def test_who_goes_by_a_list_that_changed_much_is_judged_by_a_pass(
    time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_FOLLOWED", 1)
    for user in ("ana", "bob"):
        a_person(user)
    friends = a_segment("friends")
    a_segment("theirs", within("friends"))
    a_segment("others", {"not": within("theirs")})
    refreshed()
    assert inside("others") == {"ana", "bob"}
    lists.add(friends, ["ana", "bob"], "sam")
    assert refresh.waiting()
    refreshed()
    assert (inside("theirs"), inside("others")) == ({"ana", "bob"}, set())


@pytest.mark.django_db
def test_beyond_ten_thousand_the_last_count_stands(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "COUNTED_EXACTLY", 1)
    friends = a_segment("friends")
    lists.add(friends, [str(a_person(user).user_id) for user in ("ana", "bob", "cem")], "sam")
    assert members.counts([friends.pk]) == {friends.pk: 3}
    Segment.objects.update(counted=0)
    assert members.counts([friends.pk]) == {friends.pk: 2}


@pytest.mark.django_db
def test_each_condition_is_told_with_what_is_known_and_wanted(time: Time) -> None:
    ana = a_person("ana", an_account("acme", plan="free"), role="user")
    an_event(ana, "Feature Used", timedelta(hours=1))
    segment = a_segment(
        "some", {"all": [FREE, {"any": [ADMIN, used(1)]}, {"not": {**ADMIN, "name": "team"}}]}
    )
    told = why(segment, ana, clock.now())
    assert (told.inside, told.belongs, told.since) == (False, False, None)
    assert [(line.level, line.holds, line.value, line.wanted) for line in told.lines] == [
        (0, None, None, None),
        (1, True, "free", "free"),
        (1, True, None, None),
        (2, False, "user", "admin"),
        (2, True, 1, 1),
        (1, None, None, None),
        (2, None, None, "admin"),
    ]
    assert "not known" in told.reason
    assert told.lines[1].said == "Account plan is free"


@pytest.mark.django_db
def test_since_when_they_are_in_it_is_told(time: Time) -> None:
    ana = a_person("ana", an_account("acme", plan="free"))
    segment, since = a_segment("free", FREE), clock.now()
    refreshed()
    time.move(hours=5)
    told = why(segment, ana, clock.now())
    assert (told.inside, told.since, told.belongs, told.reason) == (
        True,
        since,
        True,
        "The rule holds for them.",
    )
    ana.memberships.get().account.__class__.objects.update(plan="pro")
    later = why(segment, ana, clock.now())
    assert (later.inside, later.belongs) == (True, False)
    assert "does not hold by now" in later.reason


@pytest.mark.django_db
def test_who_put_them_on_a_list_is_told(time: Time) -> None:
    ana, friends = a_person("ana"), a_segment("friends")
    assert why(friends, ana, clock.now()).reason == "They are not on this list."
    lists.add(friends, ["ana"], "sam")
    assert why(friends, ana, clock.now()).reason == "sam put them on this list on 2026-03-10 10:00 UTC."


@pytest.mark.django_db
def test_why_of_people_who_are_in_no_segment(time: Time) -> None:
    segment, ana = a_segment("some", ADMIN), a_person("ana", role="admin")
    nameless = Person.objects.create(first_seen_at=clock.now())
    assert "not known by a name" in why(segment, nameless, clock.now()).reason
    Membership.objects.create(person=ana, account=an_account(), joined_at=clock.now())
    assert "several accounts" in why(a_segment("free", FREE), ana, clock.now()).reason
    assert why(segment, ana, clock.now()).belongs
    ana.erased_at = clock.now()
    assert "forgotten" in why(segment, ana, clock.now()).reason
    ana.erased_at, ana.merged_into = None, a_person("bob")
    assert "bob" in why(segment, ana, clock.now()).reason


def told(slug: str, rule: Any, kind: str = "rule", live: bool = True) -> list[str]:
    return [f"{field}: {sentence}" for field, sentence in sound.problems(slug, kind, rule, live=live)]


@pytest.mark.django_db
def test_a_rule_is_refused_with_the_place_of_what_is_wrong() -> None:
    assert told("x", FREE) == []
    (wrong,) = told("x", {"all": [FREE, {**FREE, "op": "at_leest"}]})
    assert wrong.startswith("rule: all[1].op must be one of")
    assert told("x", {})[0].startswith("rule: fact must be one of")
    assert told("x", FREE, "list") == ["rule: A list has no rule: leave it empty."]
    assert told("x", {}, "list", live=False)[0].startswith("live: A list is always live")


@pytest.mark.django_db
def test_a_segment_refers_to_what_exists_and_is_on() -> None:
    assert told("x", within("gone")) == ["rule: slug: There is no segment “gone”."]
    a_segment("off", FREE, live=False)
    assert told("x", within("off")) == ["rule: slug: The segment “off” is switched off, so nobody is in it."]


@pytest.mark.django_db
def test_a_circle_is_refused_with_its_way() -> None:
    assert told("a", within("a")) == ["rule: It refers to itself: a → a."]
    a_segment("a", FREE)
    a_segment("b", within("a"))
    a_segment("c", {"any": [FREE, {"not": within("b")}]})
    assert told("a", {"all": [FREE, within("c")]}) == ["rule: It refers to itself: a → c → b → a."]
    assert told("a", FREE) == []


@pytest.mark.django_db
def test_what_something_live_refers_to_is_not_deleted() -> None:
    a_segment("a", FREE)
    assert references.refusals("segment", ["a"], "deleted") == []
    a_segment("b", {"not": within("a")})
    rule = {"detector": "rule", "name": "x", "config": {"rule": {"any": [within("a")]}}}
    SignalDefinition.objects.create(slug="found", live=True, **rule)
    SignalDefinition.objects.create(slug="asleep", live=False, condition=within("a"), **rule)
    assert references.refusals("segment", ["a"], "deleted") == [
        "a cannot be deleted: the segment b, the signal found refer to it."
    ]
    assert references.refusals("segment", ["a", "b"], "deleted") == [
        "a cannot be deleted: the signal found refers to it."
    ]


@given(st.dictionaries(st.sampled_from(SLUGS), st.sets(st.sampled_from([*SLUGS, "elsewhere"]))))
def test_each_comes_after_those_it_refers_to_and_circles_are_found(refers: dict[str, set[str]]) -> None:
    reach = {slug: set(others) for slug, others in refers.items()}
    for _ in SLUGS:
        reach = {
            slug: others.union(*(reach.get(one, ()) for one in others)) for slug, others in reach.items()
        }
    for slug in refers:
        way = order.circle(slug, refers)
        assert bool(way) is (slug in reach[slug])
        assert all(later in refers[before] for before, later in pairwise(way))
    levels = order.levels(refers)
    assert sorted(slug for level in levels for slug in level) == sorted(refers)
    if not any(slug in reach[slug] for slug in refers):
        at = {slug: place for place, level in enumerate(levels) for slug in level}
        assert all(at[other] < at[slug] for slug in refers for other in refers[slug] & refers.keys())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("ana\nbob\n", ["ana", "bob"]),
        ("\ufeffuser_id,name\r\nana,Ana\r\n\r\nana,Ana again\r\n", ["ana"]),
        ("name;user_id\nAna;ana\nBob\n", ["ana"]),
        ('since,User ID\n2026,"a,b"\n', ["a,b"]),
        ("'=cmd\n'quoted\n", ["=cmd", "'quoted"]),
        (" ana \n", ["ana"]),
        ("", []),
    ],
)
def test_a_file_of_user_ids_is_read(text: str, ids: list[str]) -> None:
    assert files.read(text.encode()) == ids


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "no UTF-8"),
        (b"a\x00b", "NUL"),
        (b"x" * 201, "longer than 200"),
        (b"a\n" * 2_500_001, "larger than 5 MB"),
        (b"\n".join(b"%d" % number for number in range(100_001)), "more than 100,000"),
        (b'"' + b"a" * 140_000, "no CSV"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(files.Unreadable, match=said):
        files.read(content)


@given(st.binary(max_size=200))
def test_no_file_makes_it_fail(content: bytes) -> None:
    try:
        assert all(files.read(content))
    except files.Unreadable as error:
        assert str(error).endswith((".", "is."))


@pytest.mark.django_db
def test_members_are_written_so_that_no_spreadsheet_runs_them_and_read_back(time: Time) -> None:
    friends = a_segment("friends")
    for user in ("=1+1", "ana", "a,b"):
        a_person(user)
    lists.add(friends, ["=1+1", "ana", "a,b"], "@sam")
    text = "".join(files.written(friends))
    assert text.splitlines()[1] == "'=1+1,2026-03-10T10:00:00+00:00,'@sam"
    assert files.read(text.encode()) == ["=1+1", "ana", "a,b"]
