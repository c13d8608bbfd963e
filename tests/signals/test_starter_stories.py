"""Each of the 28 moments as a story that comes in by the inbox: found with what a recipient could be shown, and not
found by what falls just short of it."""

from pathlib import Path

import pytest
import yaml
from babel import Locale

from campaigns_app.recipient_reasons import sentences
from signals_app.models import Signal, SignalDefinition
from tests.conftest import Time
from tests.signals import starter_stories_in_time
from tests.signals.starter_stories import STORIES, Story
from tests.signals.starter_world import Life, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
assert starter_stories_in_time  # adds its own

SAID = yaml.safe_load((Path(__file__).parent / "starter_sentences.yaml").read_text(encoding="utf-8"))

named = pytest.mark.parametrize("one", STORIES, ids=[f"{one.slug}-{one.tell.__name__}" for one in STORIES])


def tell(one: Story, time: Time, enough: bool) -> None:
    """Nothing else is looked for, so that it takes less time."""
    SignalDefinition.objects.exclude(slug=one.slug).update(live=False)
    one.tell(Life(time, at(3, 9)), enough)


def found(one: Story) -> list[Signal]:
    return list(Signal.objects.filter(definition__slug=one.slug))


@named
def test_the_story_is_found_once_with_what_a_recipient_could_be_shown(one: Story, time: Time) -> None:
    tell(one, time, True)
    (signal,) = found(one)
    assert {name: signal.evidence.get(name) for name in one.shows} == one.shows
    assert signal.person is not None
    assert any(condition["holds"] for condition in signal.evidence["conditions"])
    english, german = (sentences(signal.evidence["facts"], Locale(language)) for language in ("en", "de"))
    assert english == SAID["en"][one.tell.__name__] != []
    assert german == SAID["de"].get(one.tell.__name__, german)
    assert len(german) == len(english) == len({*german} - {*english})


@named
def test_what_falls_just_short_of_it_is_not_found(one: Story, time: Time) -> None:
    tell(one, time, False)
    assert found(one) == []


def test_there_is_a_story_of_each(time: Time) -> None:
    slugs = set(SignalDefinition.objects.filter(live=True).values_list("slug", flat=True))
    assert {one.slug for one in STORIES} == slugs
    assert len(slugs) == 28
