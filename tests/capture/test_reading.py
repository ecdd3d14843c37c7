"""Reading: the same rows whatever the chunks, a place that proves the file, files that are none."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.capture.mapping import Mapping, parse_mapping, read_mapping
from customer_inventory.capture.reading import KEPT_OF_ROW, Position, SourceFile
from customer_inventory.capture.rows import LONGEST, TOO_LONG
from customer_inventory.kit.errors import Invalid
from tests.capture.conftest import HEADER, SMALL

NDJSON = read_mapping("records")
CSV = parse_mapping(SMALL, "small")

Read = list[tuple[int, bytes, str]]


def read(file: SourceFile, start: Position, rows: int, size: int) -> tuple[Read, list[Position]]:
    found, places = [], []
    for chunk in file.chunks(start, rows=rows, size=size):
        found += list(chunk.rows())
        places.append(chunk.end)
    return found, places


lines = st.lists(
    st.sampled_from(['"q","a\nb",,,', "1,2,3,4,5", "", ' "x', '"""",1,2,3,4', '"open,1', "é" * 9]),
    max_size=12,
)


@given(lines, st.integers(1, 5), st.integers(1, 40), st.booleans(), st.booleans())
def test_chunks_of_any_size_hold_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[str],
    count: int,
    size: int,
    is_csv: bool,
    is_ended: bool,
) -> None:
    path = tmp_path_factory.mktemp("read") / "rows"
    text = HEADER + "\n".join(rows) + ("\n" if is_ended else "")
    path.write_text(text, encoding="utf-8")
    file = SourceFile(path, CSV if is_csv else NDJSON)
    start = file.resumed([])
    whole, _ = read(file, start, 1000, 1_000_000)
    parts, places = read(file, start, count, size)
    assert parts == whole
    raw = path.read_bytes()
    for place in places:
        assert place.sha256 == sha256(raw[: place.offset]).hexdigest()
        assert place.line == raw[: place.offset].count(b"\n") + 1
    assert not places or places[-1].offset == len(raw)
    # From every place on, the rest is what is left.
    for number, place in enumerate(places):
        again = SourceFile(path, CSV if is_csv else NDJSON)
        found = again.resumed([places[0], place])
        assert found == place
        rest, _ = read(again, found, count, size)
        left, _ = read(file, file.resumed([place]), 1000, 1_000_000)
        assert rest == left
        assert number == 0 or len(rest) <= len(whole)


def test_a_place_of_another_file_is_not_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"a":1}\n{"a":2}\n')
    file = SourceFile(path, NDJSON)
    start = file.resumed([])
    (first, last) = (chunk.end for chunk in file.chunks(start, rows=1, size=100))
    path.write_bytes(b'{"a":0}\n{"a":2}\n')
    assert SourceFile(path, NDJSON).resumed([first, last]) == start
    path.write_bytes(b'{"a":1}\n{"a":3}\n')
    assert SourceFile(path, NDJSON).resumed([first, last]) == first
    path.write_bytes(b'{"a":1}\n{"a":2}\n{"a":3}\n')
    assert SourceFile(path, NDJSON).resumed([first, last]) == last
    path.write_bytes(b'{"a":1}\n')
    assert SourceFile(path, NDJSON).resumed([first, last]) == first


def test_a_row_that_is_too_long_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "long.ndjson"
    path.write_bytes(b"{}\n" + b"x" * (5 * LONGEST) + b"\n{}\n")
    file = SourceFile(path, NDJSON)
    rows, _ = read(file, file.resumed([]), 100, LONGEST)
    assert rows == [(1, b"{}", ""), (2, b"x" * KEPT_OF_ROW, TOO_LONG), (3, b"{}", "")]


def test_a_row_of_csv_that_is_too_long_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(HEADER.encode() + b'"1",2,3,4,' + b"x" * (2 * LONGEST) + b'\n"9",2,3,4,5')
    file = SourceFile(path, CSV)
    rows, _ = read(file, file.resumed([]), 100, LONGEST)
    assert [(line, fault) for line, _, fault in rows] == [(2, TOO_LONG), (3, "")]


def test_a_mark_of_byte_order_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "mark.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADER.encode())
    assert SourceFile(path, CSV).header[0] == "no"


@pytest.mark.parametrize(
    ("content", "mapping", "words"),
    [
        (b"", NDJSON, "is empty"),
        (b"\x1f\x8b\x08\x00", NDJSON, "gzip"),
        (b"PK\x03\x04", CSV, "as CSV"),
        ('{"a":1}'.encode("utf-16"), NDJSON, "UTF-16"),
        (b'{"a":\x00}', NDJSON, "binary"),
        (b"\n1,2\n", CSV, "no header"),
        (b"no;first;last;born;state\n", CSV, "delimiter"),
        (b"first,last,born,state\n", CSV, "lacks the column no"),
        (b"no,no,first,last,born,state\n", CSV, "2 columns 'no'"),
        (b"no,\xff\n", CSV, "header"),
        (b"x" * (2 * LONGEST), CSV, "no header"),
    ],
)
def test_a_file_that_cannot_be_loaded_says_why(
    tmp_path: Path, content: bytes, mapping: Mapping, words: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        SourceFile(path, mapping)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", Path("/dev/null")):
        with pytest.raises(Invalid):
            SourceFile(path, NDJSON)
