"""Devices as apps and browsers name them become the one contact point of pushes: the device that was used last."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from people_app import identify, reach
from people_app.item import Trust
from people_app.models import ContactPoint, Person
from signals_app.connectors.segment.reading import read_batch
from signals_app.incoming import Incoming
from tests.lib.test_push_address import FCM, a_subscription
from upsell_project.lib import push_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PHONE, TABLET = "fcm:phone-token-1", "fcm:tablet-token-2"


def used(device: str, minutes: int = 0, user: str = "ana", trust: Trust = Trust.FULL, **fields: Any) -> None:
    given = {"kind": "track", "name": "E", "user_id": user, "context": {"push_address": device}, **fields}
    item = Incoming(message_id="m", occurred_at=AT + timedelta(minutes=minutes), **given)
    identify.resolve([item], "http" if trust is Trust.FULL else "web", AT + timedelta(days=1), trust=trust)


def push(user: str = "ana") -> ContactPoint | None:
    return ContactPoint.objects.filter(person__user_id=user, channel="push").first()


def address(user: str = "ana") -> str:
    point = push(user)
    return point.address if point else ""
