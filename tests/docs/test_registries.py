"""A plug-in that is registered in one place is known in all that CONTRIBUTING.md names."""

from pathlib import Path

from campaigns_app import channels, outline
from campaigns_app.models.playbook import StepKind
from campaigns_app.steps import STEPS
from people_app.models import Channel
from signals_app.connectors import CONNECTORS
from signals_app.detectors import DETECTORS
from signals_app.models import Source
from signals_app.models.signal import Detector

ROOT = Path(__file__).resolve().parents[2]


def test_every_step_is_a_file_a_choice_and_a_sentence() -> None:
    assert STEPS.keys() == set(StepKind.values) == outline._SENTENCES.keys()
    assert [STEPS[kind].__name__.rsplit(".", 1)[1] for kind in STEPS] == list(STEPS)  # type: ignore[attr-defined]


def test_every_detector_is_a_file_a_choice_and_has_rules_for_its_settings() -> None:
    assert list(DETECTORS) == Detector.values
    assert all(field.help and field.example is not None for one in DETECTORS.values() for field in one.FIELDS)
    assert [DETECTORS[kind].__name__.rsplit(".", 1)[1] for kind in DETECTORS] == list(DETECTORS)  # type: ignore[attr-defined]


def test_every_connector_can_be_chosen_for_a_source() -> None:
    choices = Source._meta.get_field("kind").flatchoices
    assert [kind for kind, _ in choices] == list(CONNECTORS)


def test_every_provider_is_a_file_a_row_of_the_page_captured_bodies_and_a_test() -> None:
    page = (ROOT / "docs/channels.md").read_text(encoding="utf-8")
    for kind, provider in channels.PROVIDERS.items():
        assert provider.__module__.rsplit(".", 1)[1] == provider.kind == kind
        assert f"(`{kind}`" in page
        assert (ROOT / f"tests/channels/captures/{kind}.json").exists()
        assert (ROOT / f"tests/channels/test_{kind}.py").exists()
        assert set(provider.channels) <= set(Channel.values)


def test_every_field_of_a_provider_says_what_it_is_and_where_it_counts() -> None:
    for provider in channels.PROVIDERS.values():
        names = [one.name for one in provider.fields]
        assert len(set(names)) == len(names)
        assert all(one.label and set(one.channels) <= set(provider.channels) for one in provider.fields)
        assert any(one.secret for one in provider.fields)
