"""What is said of others has a record that is approved, valid and about the reader; what was said is kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from offers_app import claims, wording
from offers_app.models import Claim
from people_app.models import Account, Person
from signals_app.models import Segment, SegmentMember
from tests.build import a_person

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
ACCOUNT = Account(group_id="acme", industry="Fintech")
PERSON = Person(pk=7)


def a_claim(slug: str = "hours", **changes: Any) -> Claim:
    given = {
        "slug": slug,
        "kind": "benefit",
        "texts": {"en": "It saves seven hours a month.", "de": "Das spart sieben Stunden im Monat."},
        "figures": {"hours": 1234.5},
        "source_name": "Our study",
        "source_url": "https://study.test/hours",
        "source_date": date(2025, 5, 2),
        "valid_until": date(2026, 12, 31),
        "approved_by": "Ana",
        "approved_at": NOW,
    }
    return Claim(**given | changes)


def told(*known: Claim, locale: str = "en", members: Any = None, doubt: str = "", **evidence: Any) -> Any:
    everything = claims.Known(known, members or {})
    return claims.fields(everything, PERSON, ACCOUNT, evidence, locale, doubt)


def test_it_is_said_with_its_source() -> None:
    context = told(a_claim())
    said = wording.render(
        "{{ benefit.text }} {{ benefit.figures.hours }} ({{ benefit.source }}, {{ benefit.date }})",
        context,
        html=False,
    )
    assert said == "It saves seven hours a month. 1,234.5 (Our study, May 2, 2025)"
    assert claims.used(context) == [
        {
            "claim": "hours",
            "kind": "benefit",
            "source": "Our study",
            "url": "https://study.test/hours",
            "date": "2025-05-02",
        }
    ]


def test_it_speaks_the_language_of_the_text_and_no_other() -> None:
    german = told(a_claim(), locale="de-AT")["benefit"]
    assert german["text"] == "Das spart sieben Stunden im Monat."
    assert german["figures"] == {"hours": "1.234,5"}
    assert german["date"] == "2. Mai 2025"
    assert told(a_claim(), locale="fr") == {}


@pytest.mark.parametrize("field", ["benefit", "story.text", "comparison.figures.x"])
def test_without_a_record_the_text_is_not_sent_unless_it_says_what_else(field: str) -> None:
    with pytest.raises(wording.Missing):
        wording.render(f"{{{{ {field} }}}}", told(), html=False)
    assert wording.render(f"{{{{ {field} | default: 'none' }}}}", told(), html=False) == "none"


def test_what_was_not_said_is_not_kept() -> None:
    context = told(a_claim(), a_claim("story", kind="case_study"))
    wording.render("{% if false %}{{ benefit.text }}{% endif %}{{ story }}", context, html=False)
    assert [one["claim"] for one in claims.used(context)] == ["story"]


def test_markup_in_a_source_is_escaped() -> None:
    context = told(a_claim(source_name="<script>x</script>"))
    assert "<script" not in wording.render("<p>{{ benefit.source }}</p>", context, html=True)


@pytest.mark.parametrize(
    ("changes", "members", "fits"),
    [
        ({}, {}, True),
        ({"industry": "fintech"}, {}, True),
        ({"industry": "ecommerce"}, {}, False),
        ({"segment": "vip"}, {7: {"vip"}}, True),
        ({"segment": "vip"}, {7: {"other"}}, False),
        ({"segment": "vip"}, {8: {"vip"}}, False),
    ],
)
def test_it_is_about_the_reader(changes: dict[str, str], members: Any, fits: bool) -> None:
    assert bool(told(a_claim(**changes), members=members)) is fits


def test_the_doubt_goes_first_then_the_closest_then_the_newest() -> None:
    everybody, newer = a_claim("a"), a_claim("b", source_date=date(2025, 9, 1))
    industry = a_claim("c", industry="fintech")
    segment = a_claim("d", segment="vip")
    answers = a_claim("e", hesitation="price", source_date=date(2020, 1, 1))
    one_of = [everybody, newer, industry, segment, answers]
    order = []
    for _ in range(5):
        found = claims.choose(one_of, {"vip"}, "fintech", "en", "price")
        assert found
        order.append(found.slug)
        one_of.remove(found)
    assert order == ["e", "d", "c", "b", "a"]


def test_what_they_wrote_shows_their_doubt_before_the_template_does() -> None:
    value, effort = a_claim("value", hesitation="value"), a_claim("effort", hesitation="effort")
    assert told(value, effort, doubt="effort")["benefit"].claim.slug == "effort"
    assert told(value, effort, doubt="effort", intent="doubts_value")["benefit"].claim.slug == "value"


@pytest.mark.django_db
def test_only_approved_and_valid_ones_are_read() -> None:
    for number, changes in enumerate(
        [{}, {"valid_until": NOW.date()}, {"valid_until": NOW.date() - timedelta(days=1)}]
    ):
        a_claim(f"c{number}", **changes).save()
    a_claim("unapproved", approved_by="").save()
    a_claim("undated", approved_at=None).save()
    assert [claim.slug for claim in claims.load([], NOW.date()).claims] == ["c0", "c1"]


@pytest.mark.django_db
def test_segments_are_read_in_one_statement(django_assert_num_queries: Any) -> None:
    ana, ben = a_person("ana"), a_person("ben")
    vip = Segment.objects.create(slug="vip", name="VIP", kind="list")
    SegmentMember.objects.create(segment=vip, person=ana, since=NOW)
    a_claim(segment="vip").save()
    with django_assert_num_queries(2):
        known = claims.load([ana.pk, ben.pk], NOW.date())
    assert dict(known.members) == {ana.pk: {"vip"}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"texts": {}}, "texts"),
        ({"texts": {"en": " "}}, "texts"),
        ({"texts": {"en": "<b>Wow</b>"}}, "texts"),
        ({"texts": {"en": "{{ person.id }}"}}, "texts"),
        ({"texts": ["en"]}, "texts"),
        ({"figures": {"hours": "many"}}, "figures"),
        ({"source_url": "http://study.test"}, "source_url"),
        ({"source_date": date(2026, 3, 11)}, "source_date"),
        ({"valid_until": date(2025, 1, 1)}, "valid_until"),
    ],
)
def test_a_faulty_record_is_refused(changes: dict[str, Any], field: str) -> None:
    assert claims.faults(a_claim(), NOW) == {}
    assert field in claims.faults(a_claim(**changes), NOW)
