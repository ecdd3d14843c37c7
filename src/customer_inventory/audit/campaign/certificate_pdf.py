"""The certificate of a campaign as PDF, with fpdf2 (extra `pdf`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anyascii import anyascii

from customer_inventory.audit.campaign.wording import heading, parts
from customer_inventory.kit.errors import Unavailable

_FONT, _LATIN = "Helvetica", "cp1252"
_TITLE, _WORDS, _TEXT = 15, 13, 10
_LINE = 0.55
"""The height of a line in millimetres, for each point of its font."""


def written(told: Mapping[str, Any], carried: str) -> bytes:
    """Return a certificate as PDF: the same bytes whenever it is made of the same.

    Letters that the fonts of every reader have not are written in Latin ones. Raises Unavailable
    where the extra is not installed.
    """
    try:
        from fpdf import FPDF  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            "PDF cannot be written here.", hint="Install customer-inventory[pdf], or ask for html."
        ) from None
    paper = FPDF(format="A4")
    paper.core_fonts_encoding = _LATIN
    paper.set_creation_date(datetime.fromisoformat(told["issuedAt"]))
    paper.set_title(_latin(f"Certificate: {told['campaign']['name']}"))
    paper.set_keywords(carried)
    paper.add_page()

    def say(text: str, size: int, style: str = "") -> None:
        paper.set_font(_FONT, style, size)
        paper.multi_cell(0, _LINE * size, _latin(text), align="L", new_x="LMARGIN", new_y="NEXT")
        paper.ln(1)

    say("Certificate of an audit campaign", _TITLE, "B")
    say(told["words"], _WORDS, "B")
    say(heading(told), _TEXT)
    for part in parts(told):
        paper.ln(2)
        say(part.heading, _TEXT, "B")
        for text in part.says:
            say(text, _TEXT)
        if part.table:
            paper.set_font(_FONT, "", _TEXT)
            with paper.table(text_align="LEFT", borders_layout="HORIZONTAL_LINES") as table:
                for cells in part.table:
                    row = table.row()
                    for cell in cells:
                        row.cell(_latin(cell))
    return bytes(paper.output())


def _latin(text: str) -> str:
    try:
        text.encode(_LATIN)
    except UnicodeEncodeError:
        return str(anyascii(text))
    return text
