from signals_app.models.envelope import Envelope, RejectedEvent, Source
from signals_app.models.event import Event, Meter, MeterTotal, Ticket
from signals_app.models.signal import DetectorState, Signal, SignalDefinition

__all__ = [
    "DetectorState",
    "Envelope",
    "Event",
    "Meter",
    "MeterTotal",
    "RejectedEvent",
    "Signal",
    "SignalDefinition",
    "Source",
    "Ticket",
]
