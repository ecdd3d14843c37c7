"""A report in every form: the same figures in each, and nothing that is run."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from python_calamine import load_workbook

from customer_inventory.kit.report.form import FORMS
from customer_inventory.kit.report.model import (
    UNKNOWN,
    Chart,
    Column,
    Report,
    Section,
    Sentence,
    Table,
    percent,
    shown,
)

COSTS = Table(
    "Processes",
    (Column("Process"), Column("Cost", "amount", "EUR"), Column("Share", "share"), Column("Said")),
    [
        ("billing", Decimal("1234.50"), Decimal("0.75"), "fine"),
        ("=HYPERLINK(1)", Decimal("411.50"), Decimal("0.25"), "<b>&</b>"),
        ("care", None, None, None),
    ],
    foot=("All", Decimal("1646.00"), None, None),
    caption="Who costs what",
)
DAYS = Table("Days", (Column("Day"), Column("Requests", "count")), [("1 May", 7), ("2 May", 12000)])
REPORT = Report(
    "cost-2026-05",
    "Cost, May 2026",
    datetime(2026, 6, 1, 7, tzinfo=UTC),
    "Made on 1 June 2026.",
    (
        Section("Cost", (Sentence("Dear.", "bad"),), (COSTS,), Chart("Cost by process", 1), 1),
        Section("Use", (), (DAYS,), Chart("Requests by day", 1, "columns")),
        Section("Nothing", (), (Table("Empty", (Column("What"),), [], empty="None at all."),)),
    ),
    headline="1,646.00 EUR",
    said=(Sentence("The parts are the whole.", "good"), Sentence("Šťastný Łódź.")),
)


def test_the_page_has_a_table_under_each_chart_and_no_script() -> None:
    page = FORMS["html"].made(REPORT).decode()
    assert "<script" not in page
    assert re.findall(r"https?://", page) == []
    assert "<b>&" not in page
    drawn = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert [ElementTree.fromstring(each).get("aria-label") for each in drawn] == [
        "Cost by process", "Requests by day",
    ]  # fmt: skip
    assert page.index("</svg>") < page.index("<caption>Who costs what")
    assert "<td class=n>1,234.50</td>" in page
    assert "<p class=bad>Dear.</p>" in page
    assert "None at all." in page
    assert re.search(r"<tfoot>\s*<tr><th scope=\"row\">All</th><td class=n>1,646.00<", page)


def test_csv_has_a_line_a_figure_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(FORMS["csv"].made(REPORT).decode())))
    assert rows[0] == {
        "table": "Processes", "row": "billing", "column": "Cost", "value": "1234.50", "unit": "EUR",
    }  # fmt: skip
    assert len(rows) == 3 * 3 + 2
    assert {row["row"] for row in rows} == {"billing", "'=HYPERLINK(1)", "care", "1 May", "2 May"}
    assert [row["value"] for row in rows if row["row"] == "care"] == ["", "", ""]


def test_json_has_everything_that_is_told() -> None:
    told = json.loads(FORMS["json"].made(REPORT))
    assert told["schemaVersion"] == 1
    assert told["sections"][0]["said"] == [{"text": "Dear.", "tone": "bad"}]
    (table,) = told["sections"][0]["tables"]
    assert table["rows"][0] == ["billing", "1234.50", "0.75", "fine"]
    assert table["columns"][1] == {"name": "Cost", "kind": "amount", "unit": "EUR"}
    assert table["foot"] == ["All", "1646.00", None, None]


def test_the_workbook_has_a_sheet_a_table_and_the_figures_as_numbers() -> None:
    book = load_workbook(io.BytesIO(FORMS["xlsx"].made(REPORT)))
    assert book.sheet_names == ["Report", "Processes", "Days", "Empty"]
    rows = book.get_sheet_by_name("Processes").to_python()
    assert rows[0][:2] == ["Process", "Cost (EUR)"]
    assert rows[1][:3] == ["billing", 1234.5, 0.75]
    assert rows[2][0] == "=HYPERLINK(1)"
    assert rows[4][:2] == ["All", 1646.0]
    said = [row[0] for row in book.get_sheet_by_name("Report").to_python()]
    assert {"Cost, May 2026", "1,646.00 EUR", "Dear.", "Sheet: Days"} <= set(said)


@pytest.mark.parametrize("form", ["html", "csv", "json", "pdf"])
def test_a_form_is_the_same_whenever_it_is_made_of_the_same(form: str) -> None:
    assert FORMS[form].made(REPORT) == FORMS[form].made(REPORT)


def test_the_paper_is_a_pdf_of_its_pages() -> None:
    made = FORMS["pdf"].made(REPORT)
    assert made.startswith(b"%PDF-")
    assert made.rstrip().endswith(b"%%EOF")


def test_shares_are_never_rounded_up_to_all() -> None:
    told = [percent(share) for share in (1, 0.99999, 0.701754, 0, 1.5, None)]
    assert told == ["100 %", "99.99 %", "70.17 %", "0.00 %", "150.00 %", UNKNOWN]
    assert shown(Decimal("0.12345678"), Column("x", "figure")) == "0.1235"
