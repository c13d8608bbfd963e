"""What is known of many subjects at once: the values of all facts that rules ask for."""

from signals_app.knowing.asked import Asked, Doubt, Known
from signals_app.knowing.loading import AsIf, load
from signals_app.knowing.matching import ids_of
from signals_app.knowing.surely import load_each

__all__ = ["AsIf", "Asked", "Doubt", "Known", "ids_of", "load", "load_each"]
