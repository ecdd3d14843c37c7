"""Cells of tables: each kind as people read it, and nothing in it is taken for HTML."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from customer_inventory.console.listing import Column, Kind, Listing
from customer_inventory.console.table import Table

_AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
_TIME = (
    '<time datetime="2026-03-04T05:06:07+00:00" title="2026-03-04T05:06:07+00:00">'
    "4 Mar 2026 05:06 UTC</time>"
)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("text", "a<b", '<bdi class="whole">a&lt;b</bdi>'),
        ("name", "Ada & Sons", "<bdi>Ada &amp; Sons</bdi>"),
        ("name", "x" * 28, f"<bdi>{'x' * 28}</bdi>"),
        ("text", 7, "<bdi>7</bdi>"),
        ("time", _AT, _TIME),
        ("time", "2026-03-04T05:06:07Z", _TIME),
        ("date", date(2026, 3, 4), "4 Mar 2026"),
        ("date", "<soon>", "&lt;soon&gt;"),
        ("number", 12345, "12,345"),
        ("number", 0, "0"),
        ("share", 0.125, "12.5%"),
        ("money", Decimal("1234.50"), "1,234.50"),
        ("size", 2048, "2 kB"),
        ("state", "proposed", '<span class="badge wait">proposed</span>'),
        ("state", "<new>", '<span class="badge plain">&lt;new&gt;</span>'),
        ("code", "a.b&c", "<code>a<wbr>.b&amp;c</code>"),
        ("code", "REQ-1000", '<code class="whole">REQ-1000</code>'),
        ("text", None, '<span class="faint" aria-label="nothing">&ndash;</span>'),
        ("number", "", '<span class="faint" aria-label="nothing">&ndash;</span>'),
    ],
)
def test_a_cell(kind: Kind, value: Any, shown: str) -> None:
    assert Table("en").cell({"it": value}, Column("it", "It", kind)) == shown


def test_a_row_says_its_unit_and_its_tone() -> None:
    table = Table("en")
    assert table.cell({"it": 2048, "unit": "rows"}, Column("it", "It", "size")) == "2,048"
    toned = table.cell({"it": "late", "_tone": "bad"}, Column("it", "It", "state"))
    assert toned == '<span class="badge bad">late</span>'


def test_rows_are_headed_led_on_and_labelled_in_their_language() -> None:
    listing = Listing(
        (Column("name", "Name", "name"), Column("state", "State", "state"), Column("x", "<X>")),
        [{"name": "Ada L", "state": "active", "_href": '/a?b="c"&d'}, {"name": "Bob M"}],
        "People",
    )
    nothing = '<span class="faint" aria-label="nichts">&ndash;</span>'
    led_on = '<a href="/a?b=&#34;c&#34;&amp;d"><bdi>Ada L</bdi></a>'
    active = '<span class="badge good">aktiv</span>'
    rows = [(led_on, active), ("<bdi>Bob M</bdi>", nothing)]
    assert str(Table("de").rows(listing)) == "\n".join(
        f'<tr><th scope="row" class="name">{name}</th>'
        f'<td class="state" data-label="Zustand">{state}</td>'
        f'<td class="text" data-label="&lt;X&gt;">{nothing}</td></tr>'
        for name, state in rows
    )


def test_an_empty_list_has_no_rows() -> None:
    assert Table("en").rows(Listing((Column("a", "A"),), [], "None")) == ""
