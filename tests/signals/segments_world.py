"""Segments for tests, and who belongs in them by judging one person after the other."""

from typing import Any

from people_app import homes
from people_app.models import Person
from signals_app import knowing
from signals_app.models import Segment, SegmentMember
from signals_app.segments import refresh
from signals_app.subjects import Subject
from upsell_project.lib import clock
from upsell_project.lib.rules import judging, reading
from upsell_project.lib.rules.tree import facts

FREE = {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}
ADMIN = {"fact": "trait", "of": "person", "name": "role", "op": "is", "value": "admin"}


def used(count: int, days: int = 7, of: str = "person") -> dict[str, Any]:
    return {
        "fact": "events",
        "names": ["Feature Used"],
        "window": {"days": days},
        "of": of,
        "op": "at_least",
        "value": count,
    }


def group(user: str, account: str, **traits: Any) -> dict[str, Any]:
    return {"type": "group", "userId": user, "groupId": account, "traits": traits}


def identify(user: str, **traits: Any) -> dict[str, Any]:
    return {"type": "identify", "userId": user, "traits": traits}


def track(user: str, event: str = "Feature Used", account: str = "") -> dict[str, Any]:
    context = {"context": {"groupId": account}} if account else {}
    return {"type": "track", "userId": user, "event": event, **context}


def within(slug: str) -> dict[str, Any]:
    return {"fact": "segment", "slug": slug, "op": "is", "value": True}


def a_segment(slug: str, rule: Any = None, **fields: Any) -> Segment:
    """By this rule, else a list."""
    kind = Segment.Kind.LIST if rule is None else Segment.Kind.RULE
    return Segment.objects.create(**{"slug": slug, "name": slug, "kind": kind, "rule": rule or {}, **fields})


def inside(slug: str) -> set[str]:
    """Their user ids."""
    rows = SegmentMember.objects.filter(segment__slug=slug).values_list("person__user_id", flat=True)
    return {str(user) for user in rows}


def refreshed() -> None:
    """As the job does it, until nothing is due."""
    while refresh.step():
        pass


def everything() -> dict[str, set[str]]:
    return {slug: inside(slug) for slug in Segment.objects.values_list("slug", flat=True)}


def belonging(*slugs: str) -> dict[str, set[str]]:
    """Each person by each rule."""
    now, found = clock.now(), {slug: set[str]() for slug in slugs}
    rules = {one.slug: reading.read(one.rule) for one in Segment.objects.filter(slug__in=slugs)}
    for person in Person.objects.filter(user_id__isnull=False, erased_at=None, merged_into=None):
        home = homes.of([person.pk], now, create=False)[person.pk]
        every = frozenset(fact for rule in rules.values() for fact in facts(rule))
        (known,) = knowing.load([knowing.Asked(Subject(person.pk, home), every)], now)
        for slug, rule in rules.items():
            if judging.judge(rule, known.values, known.at) is True:
                found[slug].add(str(person.user_id))
    return found
