"""The dialects of PostHog, Amplitude, Mixpanel and Heap: what recorded and documented bodies become."""

from datetime import timedelta

from signals_app.connectors.analytics import DIALECTS
from signals_app.incoming import Incoming
from tests.connectors import payload
from tests.connectors.analytics_calls import AT, NOW, parsed, recorded, who


def all_recorded(vendor: str) -> list[Incoming]:
    return [
        item for call, body in recorded(vendor) for item in DIALECTS[vendor].parse(body, {}, NOW, call).items
    ]


def test_posthog_sdks_are_understood() -> None:
    items = all_recorded("posthog")
    assert [who(item) for item in items] == [
        ("track", "u_1", None, None),
        ("identify", "u_1", None, None),
        ("group", None, None, None),
        ("alias", "u_1", None, "anon_7"),
        ("track", "u_1", None, None),
        ("identify", "u_1", None, None),
        ("group", None, None, None),
        ("alias", "u_1", None, "anon_7"),
    ]
    track, traits, group = items[:3]
    assert (track.name, track.properties, track.occurred_at.date()) == (
        "Plan Limit Reached",
        {"used": 19},
        AT.date(),
    )
    assert (track.message_id, traits.message_id) == (
        "d905256b-129d-4de4-8834-800ea56d6542",
        "d905256b-129d-4de4-8834-800ea56d6542:set",
    )
    assert traits.traits == {"email": "ana@example.com"}
    assert (group.group_id, group.account_traits) == ("acct_9", {"name": "Initech"})


def test_amplitude_sdks_are_understood() -> None:
    items = all_recorded("amplitude")
    assert [(*who(item)[:2], item.group_id) for item in items] == [
        ("track", "u_1", "acct_9"),
        ("identify", "u_1", None),
        ("track", "u_1", None),
        ("identify", "u_1", None),
        ("identify", "u_1", "acct_9"),
    ]
    track, traits = items[:2]
    assert (track.name, track.properties, track.occurred_at) == ("Plan Limit Reached", {"used": 19}, AT)
    assert (track.message_id, traits.traits) == ("ins_1", {"plan": "free"})


def test_mixpanel_sdks_are_understood() -> None:
    items = all_recorded("mixpanel")
    assert [(*who(item)[:2], item.name) for item in items] == [
        ("track", "u_1", "Plan Limit Reached"),
        ("identify", "u_1", ""),
        ("group", None, ""),
        ("track", "u_1", "Old Event"),
        ("track", "u_1", "A"),
        ("track", "u_1", "B"),
        ("track", "u_1", "Old2"),
        ("track", "u_1", "Plan Limit Reached"),
        ("identify", "u_1", ""),
        ("group", None, ""),
    ]
    assert items[0].properties == items[7].properties == {"used": 19}
    assert items[1].traits == items[8].traits == {"email": "ana@example.com"}
    assert (items[2].group_id, items[2].account_traits) == ("acct_9", {"name": "Initech"})
    assert (items[3].occurred_at, items[3].message_id) == (AT, "481dabcec7004efc9b4bf7b5a8189953")
    assert items[7].occurred_at == NOW


def test_heap_bodies_are_understood() -> None:
    single, visitor, batch = (
        parsed("heap", payload.read("heap", name)["body"]) for name in ("single", "visitor", "batch")
    )
    item = single.items[0]
    assert (*who(item)[:3], item.group_id, item.message_id) == ("track", "u_1", None, "acct_9", "k-1")
    assert item.occurred_at == AT - timedelta(minutes=1)
    assert (*who(visitor.items[0])[:3], visitor.items[0].properties) == (
        "track",
        None,
        "3814711",
        {"events": 3},
    )
    known, by_mail = batch.items
    assert (known.user_id, known.properties) == ("u_1", {"used": 19})
    assert (by_mail.user_id, by_mail.anonymous_id, by_mail.lookup) == (
        None,
        None,
        {"email": "ana@example.com"},
    )
    assert [(refused.index, refused.path) for refused in batch.rejected] == [(2, "identity")]
