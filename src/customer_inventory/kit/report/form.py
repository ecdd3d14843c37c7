"""The forms that a report may have, and their media types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from customer_inventory.kit.report.model import Report
from customer_inventory.kit.report.page import page
from customer_inventory.kit.report.paper import paper
from customer_inventory.kit.report.text import as_csv, as_json
from customer_inventory.kit.report.workbook import workbook


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its media type, and what makes it of a report."""

    media: str
    made: Callable[[Report], bytes]


FORMS: Mapping[str, Form] = {
    "html": Form("text/html; charset=utf-8", page),
    "csv": Form("text/csv; charset=utf-8", as_csv),
    "json": Form("application/json", as_json),
    "xlsx": Form(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook
    ),
    "pdf": Form("application/pdf", paper),
}  # fmt: skip
"""Every form, by the ending of its files."""
