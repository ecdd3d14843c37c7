"""Workbooks and Parquet files become text that says what they say."""

import io
import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import arro3.core as arrow
import pytest
from arro3.io import write_parquet

from customer_inventory.capture.arrival import table
from customer_inventory.capture.arrival.arriving import arriving
from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.mapping import Mapping
from customer_inventory.kit.errors import Invalid
from tests.capture.arrival.conftest import Text

pytest.importorskip("python_calamine")

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(*sheets: tuple[str, list[list[str]]]) -> bytes:
    """A workbook with these sheets of cells, each the XML of its content."""
    listed, related, parts = "", "", {}
    for number, (name, rows) in enumerate(sheets, start=1):
        listed += f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
        related += (
            f'<Relationship Id="r{number}" Type="{KIND}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
        )
        cells = "".join(
            f'<row r="{y}">{"".join(cell(x, y, made) for x, made in enumerate(row) if made)}</row>'
            for y, row in enumerate(rows, start=1)
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
        )
    formats = '<numFmts count="1"><numFmt numFmtId="164" formatCode="dd.mm.yyyy"/></numFmts>'
    package = "http://schemas.openxmlformats.org/package/2006"
    parts |= {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{package}/relationships"><Relationship '
        f'Id="b" Type="{KIND}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/styles.xml": f'{HEAD}<styleSheet xmlns="{MAIN}">{formats}<cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{KIND}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{package}/relationships">'
        f'{related}<Relationship Id="s" Type="{KIND}/styles" Target="styles.xml"/></Relationships>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return packed.getvalue()


def cell(x: int, y: int, made: str) -> str:
    place = f'r="{chr(65 + x)}{y}"'
    kind, _, content = made.partition(":")
    forms = {
        "t": f'<c {place} t="inlineStr"><is><t>{escape(content)}</t></is></c>',
        "n": f"<c {place}><v>{content}</v></c>",
        "d": f'<c {place} s="1"><v>{content}</v></c>',
        "b": f'<c {place} t="b"><v>{content}</v></c>',
        "f": f"<c {place}><f>1+1</f><v>{content}</v></c>",
        "e": f'<c {place} t="e"><v>{content}</v></c>',
    }
    return forms[kind]


ROWS = [
    ["t:no", "t:first", "t:last", "t:born", "t:state"],
    ["n:1", "t:Ada, the first", "t:Love\nlace", "d:-30000", "t:A"],
    ["t:0002", "f:2", "n:1.5", "d:45000", "b:1"],
    ["n:3", "", "e:#N/A", "", ""],
]


def test_a_workbook_becomes_csv(text_of: Text) -> None:
    found = text_of(workbook(("Rows", ROWS[:1] + ROWS[2:3]), ("Other", [])))
    assert found.decode().splitlines() == ["no,first,last,born,state", "0002,2,1.5,2023-03-15,true"]


def test_what_a_cell_holds_is_quoted_and_what_it_lacks_is_empty(text_of: Text) -> None:
    rows = [
        ROWS[0],
        ["n:1", "t:Ada, the first", "t:Love\nlace", "", "t:A"],
        ["n:3", "", "", "", ""],
    ]
    found = text_of(workbook(("Rows", rows))).decode()
    assert found.split("\r\n") == [
        "no,first,last,born,state", '1,"Ada, the first","Love\nlace",,A', "3,,,,", "",
    ]  # fmt: skip


def test_a_workbook_becomes_lines_for_a_mapping_of_those(text_of: Text, lines: Mapping) -> None:
    found = text_of(workbook(("A", [["t:x"]]), ("Rows", ROWS[:1] + ROWS[2:3])), lines, sheet="Rows")
    assert [json.loads(line) for line in found.splitlines()] == [
        {"no": "0002", "first": 2, "last": 1.5, "born": "2023-03-15", "state": True}
    ]


def test_a_sheet_that_is_not_there(text_of: Text) -> None:
    with pytest.raises(Invalid, match=r"no sheet 'B'.*It has: A\."):
        text_of(workbook(("A", ROWS[:1])), sheet="B")


def test_a_workbook_that_is_none_or_too_large(
    text_of: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = workbook(("Rows", ROWS))
    broken = whole.replace(b"sheetData", b"sheetDat")
    with pytest.raises(Invalid, match="cannot be opened as a workbook"):
        text_of(broken[: len(whole) // 3] + broken[len(whole) // 3 + 9 :])
    monkeypatch.setattr(table, "_MOST_OF_WORKBOOK", 500)
    with pytest.raises(Invalid, match="more than 500 bytes"):
        text_of(whole)


def parquet(path: Path, rows: int = 2) -> bytes:
    made = {
        "no": arrow.Array(list(range(1, rows + 1)), arrow.DataType.int64()),
        "first": arrow.Array(["Ada"] + [None] * (rows - 1), arrow.DataType.string()),
        "last": arrow.Array(['L"l\nx'] * rows, arrow.DataType.string()),
        "born": arrow.Array([float("nan")] * rows, arrow.DataType.float64()),
        "state": arrow.Array([True] * rows, arrow.DataType.bool()),
    }
    write_parquet(arrow.Table.from_pydict(made), str(path))
    return path.read_bytes()


def test_a_parquet_file_becomes_lines_or_csv(text_of: Text, lines: Mapping, tmp_path: Path) -> None:
    content = parquet(tmp_path / "rows")
    assert [json.loads(line) for line in text_of(content, lines).splitlines()] == [
        {"no": 1, "first": "Ada", "last": 'L"l\nx', "born": None, "state": True},
        {"no": 2, "last": 'L"l\nx', "born": None, "state": True},
    ]
    head, _, rest = text_of(content).decode().partition("\n")
    assert head == "no,first,last,born,state"
    assert rest == '1,Ada,"L""l\nx",NaN,true\n2,,"L""l\nx",NaN,true\n'


def test_a_parquet_file_that_is_none(text_of: Text, tmp_path: Path) -> None:
    content = parquet(tmp_path / "rows")
    with pytest.raises(Invalid, match="cut short"):
        text_of(content[:-10])
    with pytest.raises(Invalid, match="cannot be read as Parquet"):
        text_of(content[:4] + b"\0" * (len(content) - 8) + content[-4:])


def test_a_parquet_file_that_grows_beyond_what_it_may(tmp_path: Path, lines: Mapping) -> None:
    file = tmp_path / "many"
    parquet(file, rows=5000)
    spool = Spool(tmp_path / "home", Limits(unpacked=10_000))
    with (
        pytest.raises(Invalid, match="more than 10,000 bytes") as caught,
        arriving(str(file), lines, spool),
    ):
        raise AssertionError("it was unpacked")
    assert caught.value.code == "tooLarge"


def test_an_array_of_json_becomes_lines(text_of: Text, lines: Mapping) -> None:
    assert text_of(b'[{"no": 1},\n {"no": 2}]', lines) == b'{"no": 1}\n{"no": 2}\n'
    assert text_of(b'{\n"no": 1\n}\n{"no": 2}', lines) == b'{\t"no": 1\t}\n{"no": 2}\n'
    with pytest.raises(Invalid, match="cut short"):
        text_of(b'[{"no": 1},', lines)
