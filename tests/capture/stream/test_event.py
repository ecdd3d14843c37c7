"""Messages as events: which one it is, what it says and when, or why it is none."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from customer_inventory.capture.stream.event import Message, reader
from tests.capture.stream.conftest import STRUCTURED, cloud_event, row, stream_of

ORDER = "order: {path: time, as: time}\n"


def read(folder: Path, message: Message, form: str = "cloudevents", more: str = ""):
    return reader(stream_of(folder, "nats://127.0.0.1", form=form, more=more))(message)


def structured(body: bytes, place: str = "s:1") -> Message:
    return Message(body, STRUCTURED, place)


def test_a_structured_and_a_binary_event_are_the_same(tmp_path: Path) -> None:
    one = read(tmp_path, structured(cloud_event("7", row(1))))
    headers = {"ce-id": "7", "ce-source": "/crm", "ce-type": "person.changed"}
    for prefix in ("ce-", "ce_", "cloudevents:", "cloudevents_"):
        named = {name.replace("ce-", prefix, 1): value for name, value in headers.items()}
        two = read(tmp_path, Message(json.dumps(row(1)).encode(), named, "t/0:9"))
        assert (two.fault, two.key) == ("", one.key)
        assert json.loads(two.row) == json.loads(one.row) == row(1)
    other = read(tmp_path, structured(cloud_event("7", row(1), source="/other")))
    assert other.key != one.key


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Message(b"{}", {}, "s:1"), "is no CloudEvent"),
        (structured(b"{"), "is no JSON"),
        (structured(b"\xff\xfe"), "is no JSON"),
        (structured(b"[]"), "is no JSON object"),
        (structured(b""), "is no JSON"),
        (structured(cloud_event("", row(1))), "lacks the attribute id"),
        (structured(cloud_event("1", "text")), "no data that is a JSON object"),
        (structured(b" " * 1_048_577), "longer than a row may be"),
        (Message(b"[]", {"content-type": "application/cloudevents-batch+json"}, "s"), "a batch"),
        (Message(b"{}", {"ce-id": "1", "ce-source": "s"}, "s:1"), "lacks the attribute type"),
    ],
)
def test_what_is_no_event_is_told(tmp_path: Path, message: Message, words: str) -> None:
    event = read(tmp_path, message)
    assert words in event.fault
    assert event.row == message.body
    assert event.key == read(tmp_path, message).key


def test_types_that_are_not_asked_for_are_skipped(tmp_path: Path) -> None:
    message = structured(cloud_event("1", row(1)))
    assert read(tmp_path, message, more="types: [person.gone]\n").is_skipped
    assert not read(tmp_path, message, more="types: [person.changed]\n").is_skipped


def test_plain_json_is_known_by_its_id_or_its_place(tmp_path: Path) -> None:
    body = json.dumps({**row(1), "meta": {"id": 5}}).encode()
    one, two = Message(body, {}, "t/0:1"), Message(body, {}, "t/0:2")
    assert read(tmp_path, one, "json").key != read(tmp_path, two, "json").key
    by_id = "id: meta.id\n"
    assert read(tmp_path, one, "json", by_id).key == read(tmp_path, two, "json", by_id).key
    assert "has no id at x.y" in read(tmp_path, one, "json", "id: x.y\n").fault


@pytest.mark.parametrize(
    ("order", "given", "said"),
    [
        ("time", "1970-01-01T00:00:01Z", Decimal(1_000_000)),
        ("time", "1970-01-01T01:00:01+01:00", Decimal(1_000_000)),
        ("time", 1000, Decimal(1_000_000)),
        ("number", "00000000000000000012", Decimal(12)),
        ("number", 2**70, Decimal(2**70)),
        ("number", 1.5, Decimal("1.5")),
    ],
)
def test_an_order_is_a_time_or_a_number(
    tmp_path: Path, order: str, given: object, said: Decimal
) -> None:
    body = json.dumps({**row(1), "seq": given}).encode()
    more = f"order: {{path: seq, as: {order}}}\n"
    assert read(tmp_path, Message(body, {}, "t"), "json", more).order == said


@pytest.mark.parametrize(
    ("order", "given", "words"),
    [
        ("time", "soon", "has no time"),
        ("time", None, "does not say its order"),
        ("time", True, "does not say its order"),
        ("time", "2999-01-01", "from the future"),
        ("time", 1e300, "has no time"),
        ("number", "one", "has no number"),
        ("number", "1" * 50, "has no number"),
        ("number", "NaN", "has no number"),
    ],
)
def test_an_order_that_is_none_is_refused(
    tmp_path: Path, order: str, given: object, words: str
) -> None:
    body = json.dumps({**row(1), "seq": given}).encode()
    more = f"order: {{path: seq, as: {order}}}\n"
    assert words in read(tmp_path, Message(body, {}, "t"), "json", more).fault


def change(op: str, **more: object) -> dict[str, object]:
    return {"before": None, "after": row(1), "op": op, "source": {"ts_ms": 1, "lsn": 9}, **more}


@pytest.mark.parametrize("op", ["c", "u", "r"])
def test_a_change_event_brings_the_row_after_it(tmp_path: Path, op: str) -> None:
    bare = json.dumps(change(op, ts_ms=5)).encode()
    whole = json.dumps({"schema": {}, "payload": change(op, ts_ms=6)}).encode()
    one, two = (read(tmp_path, Message(each, {}, "t"), "debezium") for each in (bare, whole))
    assert json.loads(one.row) == row(1)
    assert one.order == Decimal(1000)
    assert (one.key, one.fault) == (two.key, "")  # given again by its connector


def test_deletions_are_refused_or_skipped_and_tombstones_are_nothing(tmp_path: Path) -> None:
    gone = Message(json.dumps(change("d", before=row(1), after=None)).encode(), {}, "t")
    assert "deletes a row" in read(tmp_path, gone, "debezium").fault
    assert read(tmp_path, gone, "debezium", "deletes: skip\n").is_skipped
    assert read(tmp_path, Message(b"", {}, "t"), "debezium").is_skipped
    odd = Message(json.dumps(change("t")).encode(), {}, "t")
    assert "is no change of a row" in read(tmp_path, odd, "debezium").fault
    assert (
        "no row in after"
        in read(
            tmp_path, Message(json.dumps(change("u", after=None)).encode(), {}, "t"), "debezium"
        ).fault
    )
