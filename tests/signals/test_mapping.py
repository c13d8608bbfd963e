"""Staff say what other names mean: the most particular mapping is applied once, and a sample shows what it does."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals_app import ingest, mapping, paths, seen
from signals_app.incoming import Incoming
from signals_app.models import Envelope, EventMapping, Meter, SeenProperty, Source
from tests.build import a_source
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.usefixtures("time")


def a_mapping(event: str, name: str = "", **fields: Any) -> EventMapping:
    return EventMapping(event=event, name=name, **fields)


def an_item(name: str, kind: str = "track", **properties: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", occurred_at=clock.now(), name=name, properties=properties)


def became(item: Incoming, *mappings: EventMapping, source: int = 1) -> tuple[str, dict[str, Any]]:
    mapping.apply([item], source, mappings)
    return item.name, item.properties


def test_a_name_is_changed_and_the_one_that_came_is_kept() -> None:
    found = became(an_item("csv_download", rows=3), a_mapping("csv_download", "Report Exported"))
    assert found == ("Report Exported", {"rows": 3, "mapped_from": "csv_download"})


def test_properties_are_renamed_and_found_by_their_path() -> None:
    one = a_mapping(
        "buy",
        "Order Completed",
        properties={"cart.items.0.price": "revenue", "no": "order_id", "missing.at.all": "plan"},
        constants={"currency": "EUR"},
    )
    cart = {"items": [{"price": 12.5}]}
    assert became(an_item("buy", cart=cart, no="o_1"), one) == (
        "Order Completed",
        {"cart": cart, "revenue": 12.5, "order_id": "o_1", "currency": "EUR", "mapped_from": "buy"},
    )


def test_two_properties_may_change_places() -> None:
    swap = a_mapping("a", properties={"x": "y", "y": "x"})
    assert became(an_item("a", x=1, y=2), swap) == ("a", {"x": 2, "y": 1})


def test_the_most_particular_mapping_holds_alone() -> None:
    every = [
        a_mapping("*", "any"),
        a_mapping("export*", "prefix"),
        a_mapping("export_c*", "longer prefix"),
        a_mapping("export_csv", "exact"),
        a_mapping("export_p*", "own prefix", source_id=7),
        a_mapping("exact", "never a second time"),
    ]
    names = {
        name: became(an_item(name), *every, source=7)[0] for name in ("export_csv", "export_cx", "export_x")
    }
    assert names == {"export_csv": "exact", "export_cx": "longer prefix", "export_x": "prefix"}
    assert became(an_item("export_pdf"), *every, source=7)[0] == "own prefix"
    assert became(an_item("export_pdf"), *every, source=8)[0] == "prefix"
    assert became(an_item("other"), *every)[0] == "any"


def test_only_track_calls_are_mapped() -> None:
    assert became(an_item("Home", kind="page"), a_mapping("*", "x")) == ("Home", {})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab0."), inner, max_size=2),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(["a", "b", "a.b", "0"]), values, max_size=3)
some_paths = st.text(alphabet="ab0.", max_size=6)


@given(objects, st.dictionaries(some_paths, st.sampled_from(["x", "y", "a"]), max_size=3), objects)
def test_no_property_can_stop_a_mapping(
    properties: dict[str, Any], renames: dict[str, str], constants: dict[str, Any]
) -> None:
    before = json.dumps(properties, sort_keys=True)
    one = a_mapping("e", properties=renames, constants=constants)
    _, after = mapping.mapped("e", properties, one)
    assert json.dumps(properties, sort_keys=True) == before, "the sender's own object is left alone"
    assert constants.items() <= after.items()
    for path, new in renames.items():
        if list(renames.values()).count(new) == 1 and new not in constants:
            value = paths.read(properties, path)
            assert isinstance(value, paths.Missing) or after[new] == value


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"event": "a*"}, []),
        ({"event": " "}, ["event"]),
        ({"event": "a*b"}, ["event"]),
        ({"event": "a", "properties": {"x": ""}}, ["properties"]),
        ({"event": "a", "properties": {"x": 7}}, ["properties"]),
        ({"event": "a", "properties": ["x"]}, ["properties"]),
        ({"event": "a", "properties": {"x": "z", "y": "z"}}, ["properties"]),
        ({"event": "a", "constants": 5}, ["constants"]),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(fields: dict[str, Any], wrong: list[str]) -> None:
    assert [field for field, _ in mapping.problems(a_mapping(**fields))] == wrong


def a_meter(resource: str, **fields: Any) -> Meter:
    return Meter(**{"resource": resource, "label": resource, "verb": "used", "event": "Sent", **fields})


def test_a_sample_shows_what_it_becomes_and_counts_for() -> None:
    sample = {"type": "track", "userId": "ana", "event": "rows_sent", "properties": {"n": "12.5", "to": "s3"}}
    found = mapping.try_out(
        sample,
        [a_mapping("rows_*", "Sent", properties={"n": "rows"})],
        [
            a_meter("calls"),
            a_meter("rows", aggregate="sum", property="rows"),
            a_meter("targets", aggregate="distinct", property="to"),
            a_meter("mails", where={"to": "mail"}),
            a_meter("bytes", aggregate="last", property="bytes"),
            a_meter("names", aggregate="sum", property="to"),
            a_meter("other", event="rows_sent"),
        ],
        clock.now(),
    )
    (trial,) = found.trials
    assert found.rejected == []
    assert (trial.item.name, trial.item.user_id, trial.name) == ("rows_sent", "ana", "Sent")
    assert trial.properties == {"rows": "12.5", "to": "s3", "mapped_from": "rows_sent"}
    assert trial.mapping and trial.mapping.event == "rows_*"
    counted = {one.resource: (one.amount, one.reason) for one in trial.meters}
    assert counted["calls"] == (1, "")
    assert float(counted["rows"][0]) == 12.5
    assert counted["targets"] == ("s3", "")
    assert counted["mails"] == (None, 'to is not "mail"')
    assert counted["bytes"] == (None, "there is no property bytes")
    assert counted["names"] == (None, "to is no number below 10^12")
    assert "other" not in counted


def test_a_sample_that_is_refused_says_where_and_what_would_be_right() -> None:
    found = mapping.try_out({"type": "track", "userId": "ana"}, [], [], clock.now())
    (refused,) = found.rejected
    assert found.trials == []
    assert refused.path == "event"
    assert refused.reason


def test_a_sample_may_be_a_whole_batch() -> None:
    items = [{"type": "track", "userId": "ana", "event": name} for name in ("a", "b")]
    found = mapping.try_out({"batch": items}, [a_mapping("a", "A")], [], clock.now())
    assert [trial.name for trial in found.trials] == ["A", "b"]


def opened(source: Source, *items: dict[str, Any]) -> list[Incoming]:
    ingest.accept(source.pk, "batch", json.dumps({"batch": items}).encode(), {})
    (one,) = ingest.open_all([Envelope.objects.latest("pk")])
    return one.items


@pytest.mark.django_db
def test_a_saved_mapping_holds_for_the_next_batch() -> None:
    source, call = a_source(), {"type": "track", "userId": "ana", "event": "csv_download"}
    saved = a_mapping("csv_download", "Report Exported", source=source)
    assert [item.name for item in opened(source, call)] == ["csv_download"]
    saved.save()
    assert [item.name for item in opened(source, call)] == ["Report Exported"]
    assert [item.name for item in opened(a_source(), call)] == ["csv_download"]
    EventMapping.objects.update(live=False)
    assert [item.name for item in opened(source, call)] == ["csv_download"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Pricing", "pricing"])
def test_a_page_named_pricing_is_the_event_of_the_tracking_plan(name: str) -> None:
    source = a_source()
    page = {"type": "page", "userId": "ana", "name": name, "properties": {"path": "/pricing"}}
    one, other, screen = opened(source, page, {**page, "name": "Pricing FAQ"}, {**page, "type": "screen"})
    said = {"mapped_from": name, "path": "/pricing"}
    assert (one.kind, one.name, one.properties) == ("track", "Pricing Viewed", said)
    assert (other.kind, screen.kind) == ("page", "screen")
    a_mapping("Pricing Viewed", "Plans Compared").save()
    assert opened(source, page)[0].name == "Plans Compared"


def test_a_sample_of_such_a_page_is_tried_out_alike() -> None:
    page = {"type": "page", "userId": "ana", "name": "Pricing"}
    tried = mapping.try_out(page, [], [a_meter("looks", event="Pricing Viewed")], clock.now())
    assert (tried.trials[0].name, tried.trials[0].meters[0].amount) == ("Pricing Viewed", 1)


@pytest.fixture
def nothing_seen() -> None:
    seen.forget()


@pytest.mark.django_db
@pytest.mark.usefixtures("nothing_seen")
def test_names_and_paths_that_came_in_are_listed_without_their_values(time: Time) -> None:
    source = a_source()
    cart = {"items": [{"price": 5}], "ana@example.test": 1, "12345": 2}
    call = {
        "type": "track",
        "userId": "ana",
        "event": "buy",
        "properties": {"cart": cart, "vip": True, "note": None},
    }
    opened(source, call, {**call, "event": "buy again"}, {"type": "page", "userId": "ana", "name": "Home"})
    seen.flush()
    found = SeenProperty.objects.filter(name="buy").order_by("path").values_list("path", "type")
    assert list(found) == [
        ("", ""),
        ("cart.items", "list"),
        ("cart.items.0.price", "number"),
        ("note", "null"),
        ("vip", "boolean"),
    ]
    assert set(SeenProperty.objects.values_list("name", flat=True)) == {"buy", "buy again"}
    time.move(days=89)
    opened(source, call)
    seen.flush()
    time.move(days=2)
    seen.flush()
    assert set(SeenProperty.objects.values_list("name", flat=True)) == {"buy"}


@pytest.mark.django_db
@pytest.mark.usefixtures("nothing_seen")
def test_a_sender_with_endless_names_fills_neither_memory_nor_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "MOST_SHAPES", 10)
    monkeypatch.setattr(seen, "MOST_ROWS", 15)
    source = a_source()
    for turn in range(4):
        seen.note(source.pk, [an_item(f"view {turn} {n}") for n in range(100)])
        seen.flush()
    assert SeenProperty.objects.count() == 20
    wide = an_item("wide")
    wide.properties = {f"p{n}": n for n in range(1000)}
    monkeypatch.setattr(seen, "MOST_ROWS", 10_000)
    seen.note(source.pk, [wide])
    seen.flush()
    assert SeenProperty.objects.filter(name="wide").count() == seen.MOST_PATHS + 1
