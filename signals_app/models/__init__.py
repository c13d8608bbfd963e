from signals_app.models.envelope import Envelope, RejectedEvent, Source
from signals_app.models.event import Event, EventKey, Ticket
from signals_app.models.health import SourceAlert, SourceHour
from signals_app.models.lookup import Lookup
from signals_app.models.mapping import EventMapping, SeenProperty
from signals_app.models.meter import Dropped, Meter, MeterTotal, MeterValue, PastTotal, Recount, RecountDue
from signals_app.models.signal import DetectorState, Signal, SignalDefinition

__all__ = [
    "DetectorState",
    "Dropped",
    "Envelope",
    "Event",
    "EventKey",
    "EventMapping",
    "Lookup",
    "Meter",
    "MeterTotal",
    "MeterValue",
    "PastTotal",
    "Recount",
    "RecountDue",
    "RejectedEvent",
    "SeenProperty",
    "Signal",
    "SignalDefinition",
    "Source",
    "SourceAlert",
    "SourceHour",
    "Ticket",
]
