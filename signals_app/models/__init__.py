from signals_app.models.answer import Answer
from signals_app.models.envelope import Envelope, RejectedEvent, Source
from signals_app.models.event import Event, EventKey, Ticket
from signals_app.models.health import SourceAlert, SourceHour
from signals_app.models.lookup import Lookup
from signals_app.models.mapping import EventMapping, SeenProperty
from signals_app.models.meter import Dropped, Meter, MeterTotal, MeterValue, PastTotal, Recount, RecountDue
from signals_app.models.score import Score, ScoreDefinition
from signals_app.models.segment import Segment, SegmentMember
from signals_app.models.signal import (
    AskAgain,
    BackTest,
    DetectorState,
    Signal,
    SignalAlert,
    SignalDefinition,
)
from signals_app.models.sweep import Sweep
from signals_app.models.unnoticed import Unnoticed

__all__ = [
    "Answer",
    "AskAgain",
    "BackTest",
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
    "Score",
    "ScoreDefinition",
    "SeenProperty",
    "Segment",
    "SegmentMember",
    "Signal",
    "SignalAlert",
    "SignalDefinition",
    "Source",
    "SourceAlert",
    "SourceHour",
    "Sweep",
    "Ticket",
    "Unnoticed",
]
