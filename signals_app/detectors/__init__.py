"""One kind of detector a file. A new one costs its file, a line here and a member of `models.signal.Detector`."""

from signals_app.detectors import frequency, threshold
from signals_app.detectors.base import Detector

DETECTORS: dict[str, Detector] = {
    "frequency": frequency,
    "threshold": threshold,
}
