"""Rows: where they end, and what their bytes mean."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_inventory.capture.rows import LONGEST, csv_row, fields, json_row, lines_end, split
from customer_inventory.kit.errors import Invalid

QUOTE = "opens a quote that is never closed."

cells = st.text(st.sampled_from('ab,;"\n\r é') | st.characters(exclude_categories=("Cs", "Cc")))
tables = st.lists(
    st.lists(cells, min_size=2, max_size=2).filter(lambda row: any(cell.strip() for cell in row)),
    max_size=6,
)


@given(
    tables,
    st.sampled_from([",", ";", "\t"]),
    # With other line ends, Python leaves a carriage return without the quotes it needs.
    st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]),
)
def test_what_was_written_as_csv_is_read_again(
    table: list[list[str]], delimiter: str, ends: tuple[str, int]
) -> None:
    text = io.StringIO(newline="")
    line_end, quoting = ends
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(table)  # type: ignore[arg-type]
    raw = text.getvalue().encode()
    rows = list(split(raw, delimiter.encode(), 1))
    assert [fields(row, delimiter) for _, row, _ in rows] == table
    assert [fault for _, _, fault in rows] == [""] * len(table)
    # A row is numbered by the line it begins at.
    starts = [raw[: raw.index(row)].count(b"\n") + 1 for _, row, _ in rows[:1]]
    assert [line for line, _, _ in rows[:1]] == starts


@pytest.mark.parametrize(
    ("text", "delimiter", "rows"),
    [
        (b"", None, []),
        (b"\n \n\r\n", b",", []),
        (b"a\nb", None, [(5, b"a", ""), (6, b"b", "")]),
        (b"a\r\n\r\nb\r\n", None, [(5, b"a", ""), (7, b"b", "")]),
        (b'{"a":"\n', None, [(5, b'{"a":"', "")]),
        (b'"a\nb",c\nd\n', b",", [(5, b'"a\nb",c', ""), (7, b"d", "")]),
        (b'a"b,c\nd"e\n', b",", [(5, b'a"b,c', ""), (6, b'd"e', "")]),
        (b'"a""\nb"\nc\n', b",", [(5, b'"a""\nb"', ""), (7, b"c", "")]),
        (b'""\nc\n', b",", [(5, b'""', ""), (6, b"c", "")]),
        (b'x,"a\nb\nc\n', b",", [(5, b'x,"a', QUOTE), (6, b"b", ""), (7, b"c", "")]),
        (b'x;"a\nb"\n', b",", [(5, b'x;"a', ""), (6, b'b"', "")]),
    ],
)
def test_where_rows_end(
    text: bytes, delimiter: bytes | None, rows: list[tuple[int, bytes, str]]
) -> None:
    assert list(split(text, delimiter, 5)) == rows


@pytest.mark.parametrize("delimiter", [None, b","])
def test_a_row_has_its_bounds(delimiter: bytes | None) -> None:
    mark = b'"q",1\n' if delimiter else b""
    rows = list(split(mark + b"x" * (LONGEST + 1) + b"\ny\n", delimiter, 1))
    assert [(len(raw), bool(fault)) for _, raw, fault in rows][-2:] == [
        (LONGEST + 1, True),
        (1, False),
    ]


def test_a_quote_far_away_closes_nothing() -> None:
    text = b'1,"open\n' + b"x\n" * (LONGEST // 2) + b'far away"\n'
    rows = split(text, b",", 1)
    assert next(rows) == (1, b'1,"open', QUOTE)
    assert next(rows) == (2, b"x", "")


@pytest.mark.parametrize(
    ("text", "lines", "is_last", "expected"),
    [
        (b"a\nb\nc", 9, False, (4, 2)),
        (b"a\nb\nc", 9, True, (5, 2)),
        (b"a\nb\nc", 1, True, (2, 1)),
        (b"abc", 9, False, (0, 0)),
        (b"", 9, True, (0, 0)),
    ],
)
def test_where_lines_end(text: bytes, lines: int, is_last: bool, expected: tuple[int, int]) -> None:
    assert lines_end(text, lines, is_last=is_last) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"a,b", "2 fields where the header has 3"),
        (b"a,b,c,d", "4 fields"),
        (b"a,\xff,c", "not UTF-8 at its byte 3"),
        (b"a,\x00,c", "U+0000"),
        (b'a,"b"x,c', "no CSV record"),
    ],
)
def test_a_bad_row_of_csv_says_why(raw: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        csv_row(raw, ",", ("a", "b", "c"))
    assert reason in caught.value.message


@pytest.mark.parametrize(
    "raw", [b"[1]", b"1", b'{"a":', b"{'a':1}", b'{"a":1} x', b'{"a":"\xff"}', b'{"a":"\\u0000"}']
)
def test_a_bad_line_of_json_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid):
        json_row(raw)


@pytest.mark.parametrize(
    "text", [b"a\nb\n\nc\nd", b'"a\n1"\nb\n\nc\nd\n', b"a\r\nb\r\n\r\nc\r\nd\r\n"]
)
@pytest.mark.parametrize("delimiter", [b",", None])
def test_some_rows_are_those_of_all_at_their_lines(text: bytes, delimiter: bytes | None) -> None:
    every = list(split(text, delimiter, 5))
    for only in ({5}, {6, 9}, {7}, {1, 8, 40}, set(range(4, 12)), set()):
        some = [row for row in every if row[0] in only]
        assert list(split(text, delimiter, 5, only)) == some
