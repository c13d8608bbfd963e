"""Profiles as Klaviyo's API answers them: `{"data": {"id", "attributes": {"email", "external_id", "subscriptions"}}}`.

Source: developers.klaviyo.com, "Get Event" and "Get Profile" with its subscriptions. What a profile says of a channel
counts as said by whoever has the address, at the time that stands there.
Unverified: the members of `subscriptions` are from the documentation only.
"""

import re
from datetime import datetime
from typing import Any

from signals_app.connectors.base import (
    Parsed,
    Question,
    Wanted,
    elements,
    from_iso,
    identifier,
    members,
    present,
    unusable,
    words,
)
from signals_app.incoming import Incoming, digest, short_id
from signals_app.receipt import receipt

EVENT, PROFILE = "event", "profile"
REVISION = "2025-10-15"
CONSENTS = {"UNSUBSCRIBED": "Unsubscribed", "SUBSCRIBED": "Resubscribed"}
ADDRESSES = {"email": "email", "sms": "phone"}
_ID = re.compile("[A-Za-z0-9_-]{1,64}")
_PATHS = {
    EVENT: "events/{}?include=profile",
    PROFILE: "profiles/{}?additional-fields%5Bprofile%5D=subscriptions",
}


def question(wanted: Wanted, api_url: str, api_key: str) -> Question | None:
    if wanted.kind not in _PATHS or not _ID.fullmatch(wanted.id):
        return None
    headers = {
        "Authorization": f"Klaviyo-API-Key {api_key}",
        "Accept": "application/vnd.api+json",
        "Revision": REVISION,
    }
    return Question(f"{api_url}/api/{_PATHS[wanted.kind].format(wanted.id)}", headers)


def read(kind: str, said: dict[str, Any], received_at: datetime) -> Parsed:
    """An event leads to its profile; a profile to who it is, and to what was said of each channel."""
    if kind == EVENT:
        related = members(members(members(said.get("relationships")).get("profile")).get("data"))
        named = identifier(related.get("id"))
        return Parsed(wanted=[Wanted(PROFILE, named)] if named else [])
    if not identifier(said.get("id")):
        return unusable(repr(said).encode(errors="replace"), "the answer is no profile", "data")
    person = members(said.get("attributes"))
    about = _about(said, person, received_at)
    subscriptions = members(person.get("subscriptions"))
    consents = [_consent(about, channel, members(subscriptions.get(channel))) for channel in ADDRESSES]
    return Parsed([about, *(one for one in consents if one)])


def lookup(email: Any, phone: Any) -> dict[str, str]:
    return {"email": words(email).lower(), "phone": words(phone)}


def _about(said: dict[str, Any], person: dict[str, Any], received_at: datetime) -> Incoming:
    found = lookup(person.get("email"), person.get("phone_number"))
    known = {kind: value for kind, value in found.items() if identifier(value)}
    profile_id, user_id = identifier(said.get("id")), identifier(person.get("external_id")) or None
    return Incoming(
        kind="identify",
        message_id=short_id(f"profile:{profile_id}:{digest(repr(said))}"),
        occurred_at=min(from_iso(person.get("updated")) or received_at, received_at),
        user_id=user_id,
        # Without our id the address only finds people: a wish about it must not stay with a nameless one.
        traits=present(**known) if user_id else {},
        person_ids={"klaviyo_profile_id": profile_id},
        lookup=known,
        active=False,
    )


def _consent(about: Incoming, channel: str, subscription: dict[str, Any]) -> Incoming | None:
    marketing = members(subscription.get("marketing"))
    stops = [members(one) for one in elements(marketing.get("suppression"))]
    complaint = next((one for one in stops if words(one.get("reason")) == "SPAM_COMPLAINT"), None)
    name = "Spam Reported" if complaint else CONSENTS.get(words(marketing.get("consent")), "")
    address = about.lookup.get(ADDRESSES[channel], "")
    if not name or not address:
        return None
    said = (complaint or marketing).get("timestamp") or marketing.get("consent_timestamp")
    at = min(from_iso(said) or about.occurred_at, about.occurred_at)
    return receipt(
        name,
        f"{about.person_ids['klaviyo_profile_id']}:{channel}:{name}:{at.isoformat()}",
        at,
        channel=channel,
        user_id=about.user_id or "",
        lookup={ADDRESSES[channel]: address},
    )
