"""Salesforce outbound messages: SOAP over HTTPS, unsigned, answered by a SOAP acknowledgement.

Source: public implementations of the acknowledgement (prismatic-io spectral, WebService::Salesforce::Message) and
Salesforce's object reference for the names of fields.
Unverified: no message of a real organization was seen; `Platform Events` and Change Data Capture are not HTTP pushes
and are not taken.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from signals_app.connectors.base import (
    Answer,
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    from_iso,
    unusable,
)
from signals_app.connectors.salesforce_outbound_message.envelope import (
    MOST_NOTIFICATIONS,
    Notification,
    Unreadable,
    read,
)
from signals_app.connectors.salesforce_outbound_message.objects import READERS
from signals_app.incoming import Incoming, Rejected, digest, short_id
from upsell_project.lib import signing

ACK = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    b'<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    b"</soapenv:Body></soapenv:Envelope>"
)
# An id of 15 characters, then three that only check upper and lower case: both forms name the same organization.
_ID_LENGTH = 15


class SalesforceOutboundMessage(Connector):
    kind: ClassVar[str] = "salesforce_outbound_message"
    label: ClassVar[str] = "Salesforce (outbound messages)"
    aliases: ClassVar[tuple[str, ...]] = ("salesforce",)
    needs_secret: ClassVar[bool] = False
    beta: ClassVar[str] = (
        "Built from documentation: no message of a real Salesforce organization was seen. "
        "Platform Events and Change Data Capture are not received."
    )
    setup: ClassVar[str] = (
        "In Salesforce add an outbound message to a flow on Account, Contact, Lead, Opportunity or Case with this URL "
        "as the end point, and enter your Organization ID here as the secret. Send the fields that you want known."
    )

    most: ClassVar[int] = MOST_NOTIFICATIONS

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        if not secrets:
            return
        try:
            organization = read(request.body).organization
        except Unreadable:
            raise BadSignature("the body is not an outbound message") from None
        expected = [secret[:_ID_LENGTH] for secret in signing.usable(secrets)]
        if not organization or not signing.any_same(expected, [organization[:_ID_LENGTH]]):
            raise BadSignature("the message is of another organization")

    def beyond(self, body: bytes) -> bool:
        try:
            return read(body).more
        except Unreadable:
            return False

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            message = read(body)
        except Unreadable as error:
            return unusable(body, str(error))
        if message.more:
            return unusable(body, f"the body {self.too_much(body)}")
        parsed = Parsed()
        for index, one in enumerate(message.notifications):
            if one.type in READERS and not one.fields.get("Id"):
                parsed.rejected.append(Rejected(index, "the record has no Id", "sObject.Id", one.type))
            elif one.type in READERS:
                parsed.items += _items(one, received_at)
        return parsed

    def answer(self, request: HookRequest) -> Answer:
        """Anything else is sent again for a day, so what says nothing to us is acknowledged too."""
        return Answer(ACK, "text/xml; charset=utf-8")


def _items(one: Notification, received_at: datetime) -> list[Incoming]:
    changed_at = from_iso(one.fields.get("LastModifiedDate")) or from_iso(one.fields.get("SystemModstamp"))
    key = one.id or f"sha256:{digest(repr(sorted(one.fields.items())))}"
    blank = Incoming(
        kind="track",
        message_id=key,
        occurred_at=min(changed_at or received_at, received_at),
        active=False,
    )
    items = READERS[one.type](one.fields, blank)
    for position, item in enumerate(items, start=1):
        item.message_id = short_id(key if position == 1 else f"{key}:{position}")
    return items
