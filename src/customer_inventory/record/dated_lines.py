"""What new records say of time, as COPY text: exclusive periods and the edges of trees."""

from collections.abc import Iterable
from datetime import datetime

from customer_inventory.record.dated import UNDATED, dated
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.hierarchy.edge import Edge

OF_PERIOD = ("bucket", "id", "key", "path", "during")
"""The columns of a period's line."""

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_OPEN = ("-infinity", "infinity")


def dated_lines(declared: RecordType, document: Document) -> tuple[bytes, bytes]:
    """Return the lines of a new record for `record.period` and `record.edge`.

    Raises what `dated` raises.
    """
    said = dated(declared, None, document)
    if said is UNDATED or not said:
        return b"", b""
    periods = "".join(
        f"{period.bucket}\t{period.id}\t{period.key.hex}\t{_text(period.path)}"
        f"\t[{period.starts.isoformat()},{period.ends.isoformat() if period.ends else ''})\n"
        for period in said.begun
    )
    edges = "".join("\t".join(_words(edge)) + "\n" for edge in said.grown)
    return periods.encode(), edges.encode()


def edges_in(texts: Iterable[bytes]) -> list[Edge]:
    """Return the upward edges that lines of `record.edge` hold, as far as cycles need them."""
    found = []
    for text in texts:
        for line in text.decode().split("\n")[:-1]:
            words = line.split("\t")
            if words[2] == "t":
                starts, ends = map(_instant, words[-2:])
                bucket, other_bucket = int(words[0]), int(words[5])
                names = words[1], True, words[3], words[4], other_bucket, *words[6:10]
                found.append(Edge(bucket, *names, starts, ends))  # type: ignore[call-arg,arg-type]
    return found


def contended(periods: bytes) -> frozenset[bytes]:
    """Return what lines hold until their transaction ends: the keys of periods."""
    return frozenset(line.split(b"\t", 3)[2] for line in periods.splitlines())


def _words(edge: Edge) -> list[str]:
    starts, ends = (
        instant.isoformat() if instant else otherwise
        for instant, otherwise in zip(edge[-2:], _OPEN, strict=True)
    )
    here = (str(edge.bucket), edge.id, "t" if edge.upward else "f", edge.kind)
    there = (edge.other_id, str(edge.other_bucket), edge.other_type, edge.said_by)
    return [*here, *there, edge.path, _text(edge.role), starts, ends]


def _instant(word: str) -> datetime | None:
    return None if word in _OPEN else datetime.fromisoformat(word)


def _text(word: str) -> str:
    return word.translate(_ESCAPES)
