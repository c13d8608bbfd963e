"""The SOAP envelope, read with a parser that takes no DTD, so that no entity can grow or reach out."""

from dataclasses import dataclass, field
from xml.parsers import expat

OUTBOUND = "http://soap.sforce.com/2005/09/outbound"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
MOST_NOTIFICATIONS = 100
_DEEPEST = 32
_NOTIFICATION = f"{OUTBOUND} Notification"


class _Enough(Exception):
    """More notifications than one message may hold: the rest is not read."""


class Unreadable(ValueError):
    """Not an outbound message; the text says why, without its content."""


@dataclass(slots=True)
class Notification:
    id: str = ""
    type: str = ""
    """`Opportunity`, without the namespace."""
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    organization: str = ""
    notifications: list[Notification] = field(default_factory=list)
    more: bool = False
    """There are others, which were not read."""


def read(body: bytes) -> Message:
    """Raises Unreadable."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except _Enough:
        reader.message.more = True
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(str(error) if isinstance(error, Unreadable) else "the body is not XML") from None
    if not reader.seen:
        raise Unreadable("the body is not an outbound message")
    return reader.message


def _refuse(*_: object) -> None:
    raise Unreadable("the body has a document type, which is not taken")


class _Reader:
    """Envelope > Body > notifications > OrganizationId | Notification > Id | sObject > fields."""

    def __init__(self) -> None:
        self.message = Message()
        self.seen = False
        self._path: list[str] = []
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        self._text = []
        if len(self._path) > _DEEPEST:
            raise Unreadable("the body is nested too deeply")
        self.seen |= name == f"{OUTBOUND} notifications"
        if name == _NOTIFICATION:
            if len(self.message.notifications) >= MOST_NOTIFICATIONS:
                raise _Enough
            self.message.notifications.append(Notification())
        elif name == f"{OUTBOUND} sObject" and self.message.notifications:
            kind = attributes.get(f"{SCHEMA_INSTANCE} type", "")
            self.message.notifications[-1].type = kind.rpartition(":")[2]

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, name: str) -> None:
        self._path.pop()
        said, self._text = "".join(self._text).strip(), []
        parent = self._path[-1] if self._path else ""
        if name == f"{OUTBOUND} OrganizationId":
            self.message.organization = said
        elif not self.message.notifications:
            return
        elif name == f"{OUTBOUND} Id" and parent == _NOTIFICATION:
            self.message.notifications[-1].id = said
        elif parent == f"{OUTBOUND} sObject":
            self.message.notifications[-1].fields[name.rpartition(" ")[2]] = said
