"""Stream files: small YAML files that say which events are taken, as what, and by whom.

`name` of the stream; `broker`, where it is and by what it lets us in (`address`); `topic`
(over NATS a subject, with `*` and `>`; over AMQP a queue);
`format` of the events (cloudevents, json, debezium); `types` of CloudEvents that are taken (all
unless told); `id`, the path of an event's id (json); `order`, the path by which the source orders
what it says of a record and how it is read; `deletes`, what becomes of deletions (debezium);
`mapping`, a mapping of ndjson; `process` and `purpose` for which it is loaded; `batch`, how many
events are one transaction at most, and `wait`, how long one is waited for (milliseconds).
"""

from collections.abc import Mapping as Members
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from customer_inventory.capture.mapping import Mapping, read_mapping
from customer_inventory.capture.stream.address import Address, address_of
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.located import FileError, Value, nearest, parse

Form = Literal["cloudevents", "json", "debezium"]
OrderKind = Literal["time", "number"]
Deletes = Literal["refuse", "skip", "apply"]

_IN_FOLDER = "*.stream.yaml"
_LONGEST = 65_536
_WITHOUT_PLACES = ("amqp", "amqps")
_KEYS = (
    "name", "broker", "topic", "format", "types", "id", "order", "deletes", "mapping", "process",
    "purpose", "batch", "wait",
)  # fmt: skip
_NEEDED = ("name", "broker", "topic", "format", "mapping", "process", "purpose")
_MOST_OF_BATCH = 10_000
_MOST_WAIT = 60_000
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Order:
    """Where in an event it stands when (`time`, ISO 8601 or ms since 1970) or as the how manyth."""

    path: str
    kind: OrderKind


@dataclass(frozen=True)
class Stream:
    """A stream as it was declared; `batch` is in events, `wait` in seconds."""

    name: str
    address: Address
    topic: str
    format: Form
    mapping: Mapping
    process: str
    purpose: str
    types: frozenset[str] = frozenset()
    id_path: str | None = None
    order: Order | None = None
    deletes: Deletes = "refuse"
    batch: int = 500
    wait: float = 0.5

    @property
    def broker(self) -> str:
        """The broker's address without secrets."""
        return str(self.address)


def read_stream(path: Path) -> Stream:
    """Return the stream that the file at `path` declares.

    Raises Invalid when it cannot be read, FileError (with line and key) when it is wrong.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise Invalid(f"The stream file {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Invalid(f"The stream file {path} is not UTF-8 text.") from None
    if len(raw) > _LONGEST:
        raise Invalid(f"The stream file {path} is larger than one can be (64 KiB).")
    return parse_stream(text, path.parent)


def read_streams(places: str) -> list[Stream]:
    """Return the streams of `places`: files, and folders of files `*.stream.yaml`, by commas.

    Raises Invalid when one cannot be read, is wrong, or has the name of another.
    """
    paths: list[Path] = []
    for place in filter(None, map(str.strip, places.split(","))):
        path = Path(place).expanduser()
        paths.extend(sorted(path.glob(_IN_FOLDER)) if path.is_dir() else [path])
    found: dict[str, Stream] = {}
    for path in paths:
        stream = read_stream(path)
        if stream.name in found:
            raise Invalid(f"The stream file {path} has the name of another: {stream.name}.")
        found[stream.name] = stream
    return list(found.values())


def parse_stream(text: str, folder: Path) -> Stream:
    """Return the stream that `text` declares; its mapping may lie in `folder`."""
    members = parse(text).only(*_KEYS, required=_NEEDED)
    form = _one_of(members["format"], get_args(Form))
    _check_keys(members, form)
    address = address_of(members["broker"], folder)
    if form == "json" and "id" not in members and address.scheme in _WITHOUT_PLACES:
        raise members["format"].wrong("needs id: over AMQP an event is not known by its place.")
    return Stream(
        name=_name(members["name"]),
        address=address,
        topic=members["topic"].text(),
        format=form,
        mapping=_mapping(members["mapping"], folder),
        process=members["process"].text(),
        purpose=members["purpose"].text(),
        types=frozenset(members["types"].texts()) if "types" in members else frozenset(),
        id_path=members["id"].text() if "id" in members else None,
        order=_order(members.get("order"), form),
        deletes=(
            _one_of(members["deletes"], get_args(Deletes)) if "deletes" in members else "refuse"
        ),
        batch=_number(members.get("batch"), Stream.batch, _MOST_OF_BATCH),
        wait=_number(members.get("wait"), int(Stream.wait * 1000), _MOST_WAIT) / 1000,
    )


def _check_keys(members: Members[str, Value], form: str) -> None:
    for key, only in (("types", "cloudevents"), ("id", "json"), ("deletes", "debezium")):
        if key in members and form != only:
            raise members[key].wrong(f"belongs to the format {only} only.")


def _name(value: Value) -> str:
    text = value.text()
    if len(text) > _LONGEST_NAME or not text.replace("-", "").isalnum() or not text.isascii():
        raise value.wrong(f"must be up to {_LONGEST_NAME} letters, digits and hyphens.")
    return text


def _mapping(value: Value, folder: Path) -> Mapping:
    name = value.text()
    beside = folder / name
    try:
        mapping = read_mapping(str(beside) if beside.is_file() else name)
    except FileError:
        raise
    except Invalid as error:
        raise value.wrong(error.message, hint=error.hint) from None
    if mapping.format != "ndjson":
        raise value.wrong("is a mapping of csv; events are JSON.", hint="Use format: ndjson.")
    return mapping


def _order(value: Value | None, form: str) -> Order | None:
    if value is None:
        return Order("source.ts_ms", "time") if form == "debezium" else None
    members = value.only("path", "as", required=("path", "as"))
    kind = _one_of(members["as"], get_args(OrderKind))
    return Order(members["path"].text(), kind)


def _one_of(value: Value, known: tuple[Any, ...]) -> Any:
    """Return the word, which is one of `known`, the values of a Literal."""
    word = value.text()
    if word not in known:
        raise value.wrong(f"must be one of {', '.join(known)}.{nearest(word, known)}")
    return word


def _number(value: Value | None, default: int, most: int) -> int:
    if value is None:
        return default
    number = value.whole()
    if not 1 <= number <= most:
        raise value.wrong(f"must be a whole number from 1 to {most:,}.")
    return number
