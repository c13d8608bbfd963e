"""Real SDKs of product-analytics vendors behind one call, and what each says of the events that it could not send.

Calls are objects: `do` (track, identify, group, alias), `id`, `user`, `at` (ISO 8601) and `event`, `properties`,
`traits`, `group` or `previous`.
"""

import json
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from amplitude import Amplitude, BaseEvent, EventOptions, Identify
from mixpanel import BufferedConsumer, Consumer, Mixpanel, MixpanelException
from posthog import Posthog

from tests.contract.sdks import Call, Send, node_program

QUIET_SECONDS = 5.0
# Amplitude's SDK logs whole batches when the server refuses one.
logging.getLogger("amplitude").setLevel(logging.CRITICAL)


def posthog_python(url: str, key: str, calls: Sequence[Call], *, gzip: bool = False) -> list[str]:
    errors: list[str] = []
    client = Posthog(
        key,
        host=url,
        gzip=gzip,
        flush_at=4,
        flush_interval=0.1,
        max_retries=6,
        on_error=lambda error, _: errors.append(str(error)),
    )
    for call in calls:
        told = {"timestamp": datetime.fromisoformat(call["at"]), "uuid": call["id"]}
        match call["do"]:
            case "track":
                groups = {"company": call["group"]} if "group" in call else None
                client.capture(
                    call["event"],
                    distinct_id=call["user"],
                    properties=call["properties"],
                    groups=groups,
                    **told,
                )
            case "identify":
                client.set(distinct_id=call["user"], properties=call["traits"], **told)
            case "group":
                client.group_identify("company", call["group"], call["traits"], **told)
            case "alias":
                client.alias(call["previous"], call["user"], **told)
    client.shutdown()
    return errors


def mixpanel_python(
    url: str, key: str, calls: Sequence[Call], *, buffered: bool = False, imports: bool = False
) -> list[str]:
    urls = {
        "events_url": f"{url}/track",
        "people_url": f"{url}/engage",
        "groups_url": f"{url}/groups",
        "import_url": f"{url}/import",
    }
    consumer = BufferedConsumer(max_size=4, **urls) if buffered else Consumer(**urls)
    client = Mixpanel(key, consumer=consumer)
    errors: list[str] = []

    def tried(send: Callable[[], Any]) -> None:
        try:
            send()
        except MixpanelException as error:
            errors.append(str(error))

    for call in calls:
        tried(partial(_mixpanel, client, consumer, key, call, imports))
    if buffered:
        tried(consumer.flush)
    return errors


def _mixpanel(client: Mixpanel, consumer: Any, key: str, call: Call, imports: bool) -> None:
    moment, user = datetime.fromisoformat(call["at"]).timestamp(), call["user"]
    noted = {"$insert_id": call["id"], "time": moment}
    match call["do"]:
        case "track" if imports:
            client.import_data(
                "", user, call["event"], moment, {**call["properties"], **noted}, api_secret=key
            )
        case "track":
            client.track(user, call["event"], {**call["properties"], **noted})
        case "identify":
            names = {"email": "$email", "first_name": "$first_name"}
            said = {names.get(name, name): value for name, value in call["traits"].items()}
            client.people_set(user, said, {"$time": moment})
        case "group":
            client.group_set("company", call["group"], call["traits"], {"$time": moment})
        case "alias":
            # `Mixpanel.alias` dials the vendor's own host whatever consumer it has: this is what it would send.
            properties = {"distinct_id": call["previous"], "alias": user, "token": key, **noted}
            consumer.send("events", json.dumps({"event": "$create_alias", "properties": properties}))


def amplitude_python(url: str, key: str, calls: Sequence[Call]) -> list[str]:
    client = Amplitude(key)
    answers: dict[str, tuple[int, str]] = {}
    client.configuration.server_url = f"{url}/2/httpapi"
    client.configuration.flush_queue_size = 4
    client.configuration.flush_interval_millis = 100
    client.configuration.callback = lambda event, code, text: answers.update({event.insert_id: (code, text)})
    for call in calls:
        told = {
            "user_id": call["user"],
            "insert_id": call["id"],
            "time": int(datetime.fromisoformat(call["at"]).timestamp() * 1000),
        }
        match call["do"]:
            case "track":
                groups = {"company": call["group"]} if "group" in call else None
                event = BaseEvent(
                    call["event"], event_properties=call["properties"], groups=groups, **_of(call, told)
                )
                client.track(event)
            case "identify":
                client.identify(_amplitude_set(call["traits"]), EventOptions(**told))
            case "group":
                client.group_identify(
                    "company", call["group"], _amplitude_set(call["traits"]), EventOptions(**told)
                )
            case "alias":
                client.track(BaseEvent("$identify", device_id=call["previous"], **told))
    _wait_for(answers, len(calls))
    client.shutdown()
    unanswered = [f"no answer for {call['id']}" for call in calls if call["id"] not in answers]
    return unanswered + [text for code, text in answers.values() if code != 200]


def _wait_for(answers: dict[str, Any], expected: int) -> None:
    """Until all are there, or none has come for a while: a cut answer kills the SDK's worker with its events."""
    known, since = -1, time.monotonic()
    while len(answers) < expected and time.monotonic() - since < QUIET_SECONDS:
        if len(answers) != known:
            known, since = len(answers), time.monotonic()
        time.sleep(0.05)


def _of(call: Call, told: dict[str, Any]) -> dict[str, Any]:
    """A visitor has a device instead of a user."""
    return {**told, "user_id": None, "device_id": call["user"]} if call.get("visitor") else told


def _amplitude_set(traits: dict[str, Any]) -> Identify:
    change = Identify()
    for name, value in traits.items():
        change.set(name, value)
    return change


def node(sdk: str, url: str, key: str, calls: Sequence[Call]) -> list[str]:
    return node_program("analytics.mjs", {"sdk": sdk, "url": url, "key": key, "calls": calls})


VENDORS: dict[str, Send] = {
    "posthog-python": posthog_python,
    "posthog-python-gzip": partial(posthog_python, gzip=True),
    "posthog-node": partial(node, "posthog"),
    "mixpanel-python": mixpanel_python,
    "mixpanel-python-buffered": partial(mixpanel_python, buffered=True),
    "mixpanel-python-import": partial(mixpanel_python, imports=True),
    "mixpanel-node": partial(node, "mixpanel"),
    "mixpanel-node-batch": partial(node, "mixpanel-batch"),
    "amplitude-python": amplitude_python,
    "amplitude-node": partial(node, "amplitude"),
}
