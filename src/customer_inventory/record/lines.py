"""New records as COPY text: pure functions of documents, fit for worker processes.

`load` sends what is made here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, pairwise

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import bucket_of, buckets_of
from customer_inventory.record.dated_lines import contended, dated_lines
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.link import _named, _type_of
from customer_inventory.record.search.key import words_and_keys

Lines = tuple[bytes, bytes, bytes, bytes, bytes, bytes]
"""A new record as COPY text: a line for the table of its type, any number of lines for
`record.link`, a line for `record.outbox`, the words of its names for the dictionary, and any
number of lines for `record.period` and `record.edge`, each with its newline."""

# The server reads 'now' as the instant its transaction began: all records get the same.
_MADE = "1\tcreate\tnow\t"

_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_SPECIAL = re.compile(r"[\\\t\n\r]")


def lines_of(declared: RecordType, document: Document, body: bytes, actor: Actor) -> Lines:
    """Return the lines that make a record of `document`, which has its id, by `actor`.

    `body` is the document encoded. Raises Invalid for a period that is none, and what `dated` does.
    """
    identifier = document["id"]
    bucket = bucket_of(identifier)
    start, end = declared.period(document)
    subject = declared.subject_of(document)
    head = [
        _provenance(actor),
        identifier,
        str(bucket),
        _text(subject) if subject else identifier,
        _instant(start),
        _instant(end),
    ]
    head += _texts([column.value(document) for column in declared.columns])
    names = b""
    if declared.searched:
        words, keys = words_and_keys(declared, document)
        head.append(_array(keys))
        names = "".join([f"{word}\n" for word in words]).encode()
    return (
        b"".join(("\t".join(head).encode(), b"\t", body.replace(b"\\", b"\\\\"), b"\n")),
        _links(declared, document, bucket),
        f"{_MADE}{identifier}\t{bucket}\t{declared.name}\n".encode(),
        names,
        *dated_lines(declared, document),
    )


def body_of(lines: Lines) -> bytes:
    """Return the document in `lines`, as it was encoded."""
    row = lines[0]
    return row[row.rindex(b"\t") + 1 : -1].replace(b"\\\\", b"\\")


def named_in(lines: Lines) -> Iterator[tuple[str, str]]:
    """Yield what the record of `lines` refers to: path and id, as COPY text has them."""
    for line in lines[1].decode().split("\n")[:-1]:
        _, _, outward, path, _, other, _, _ = line.split("\t")
        if outward == "t":
            yield path, other


@dataclass(frozen=True, slots=True)
class Batch:
    """New records of one type, joined: cheap to hand from process to process and to send.

    `ids` and `buckets` are theirs in order; `texts` are the lines of all for each of the six
    tables, `ends` where in each text those of a record end.
    """

    ids: list[str]
    buckets: list[int]
    texts: Lines
    ends: tuple[list[int], ...]

    @classmethod
    def of(cls, records: Mapping[str, Lines]) -> "Batch":
        """Return the batch of `records`, lines by id."""
        columns = tuple(zip(*records.values(), strict=True)) or ((), (), (), (), (), ())
        rows, links, events, words, periods, edges = map(b"".join, columns)
        return cls(
            ids=list(records),
            buckets=buckets_of(records),
            texts=(rows, links, events, words, periods, edges),
            ends=tuple(map(_ends, columns)),
        )

    @property
    def contended(self) -> frozenset[bytes]:
        """What its transaction holds from when it is written until it ends: keys of periods."""
        return contended(self.texts[-2])

    def taken_apart(self) -> dict[str, Lines]:
        """Return the lines by id again."""
        parts = [
            [text[start:end] for start, end in pairwise([0, *ends])]
            for text, ends in zip(self.texts, self.ends, strict=True)
        ]
        return dict(zip(self.ids, zip(*parts, strict=True), strict=True))


def words_of(batches: Iterable[Batch]) -> set[str]:
    """Return the name words that records of `batches` are found by.

    Whoever loads in transactions that overlap puts them into the dictionary before.
    """
    return {word for batch in batches for word in batch.texts[3].decode().split()}


@lru_cache
def _provenance(actor: Actor) -> str:
    return _MADE + "\t".join(map(_text, (actor.process, actor.person, actor.purpose)))


def _links(declared: RecordType, document: Document, bucket: int) -> bytes:
    """Return the links of `document` as `link.extract` finds them, without a set of tuples.

    What only becomes text need not be objects first: it is a fifth of the time of a record.
    """
    identifier, name = document["id"], declared.name
    lines: dict[tuple[str, str, str], str] = {}
    for reference in declared.references:
        if reference.steps[0] not in document:
            continue
        path = reference.path
        for other, word in _named(reference, document):
            named = other["id"]
            key = (path, word, named)
            if key in lines or named == identifier:
                continue
            there = bucket_of(named)
            role, other_id = _text(word) if word else "", _text(named)
            lines[key] = (
                f"{bucket}\t{identifier}\tt\t{path}\t{role}\t{other_id}\t{there}"
                f"\t{_type_of(other, reference) or _NULL}\n"
                f"{there}\t{other_id}\tf\t{path}\t{role}\t{identifier}\t{bucket}\t{name}\n"
            )
    return "".join(lines.values()).encode()


def _array(keys: Sequence[str]) -> str:
    """Return `keys` as the text of an array."""
    text = '","'.join(keys)
    if "\\" in text or text.count('"') > 2 * (len(keys) - 1):
        text = '","'.join(re.sub(r'(["\\])', r"\\\1", key) for key in keys)
    return _text(f'{{"{text}"}}') if keys else _NULL


@lru_cache(maxsize=8_192)  # as they are read: one that is known has its hash
def _instant(instant: datetime | None) -> str:
    return _NULL if instant is None else instant.isoformat()


def _text(word: str | None) -> str:
    if word is None:
        return _NULL
    if "\\" in word or "\t" in word or "\n" in word or "\r" in word:
        return word.translate(_ESCAPES)
    return word


def _texts(words: Sequence[str | None]) -> Sequence[str]:
    """Return words as COPY text; nearly all are plain, which one look at all of them tells."""
    if _SPECIAL.search("".join(filter(None, words))):
        return list(map(_text, words))
    return [_NULL if word is None else word for word in words]


def _ends(texts: Iterable[bytes]) -> list[int]:
    return list(accumulate(map(len, texts)))
