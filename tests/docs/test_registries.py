"""A plug-in that is registered in one place is known in all that CONTRIBUTING.md names."""

from campaigns_app import outline
from campaigns_app.models.playbook import StepKind
from campaigns_app.steps import STEPS
from signals_app.connectors import CONNECTORS
from signals_app.detectors import DETECTORS
from signals_app.models import Source
from signals_app.models.signal import Detector


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
