"""Conversions: what a text becomes, and what it cannot."""

from typing import Any

import pytest

from customer_inventory.capture.convert import Convert, Unfit, conversion
from customer_inventory.kit.located import FileError, parse


def declared(text: str) -> Convert:
    return conversion(parse(f"{{column: x, {text}}}").members())


@pytest.mark.parametrize(
    ("options", "text", "value"),
    [
        ("as: text", "007", "007"),
        ("as: any", "007", "007"),
        ("as: integer", "-12", -12),
        ("as: integer, thousands: .", "1.234.567", 1234567),
        ("as: number", "20", 20),
        ("as: number", "20.05", 20.05),
        ("as: number, decimal: ','", "0,5", 0.5),
        ("as: number, decimal: ',', thousands: .", "1.234,5", 1234.5),
        ("as: number, thousands: ','", "1,234.5", 1234.5),
        ("as: boolean", "YES", True),
        ("as: boolean", "0", False),
        ("as: boolean, true: ja, false: [nein, na]", "Na", False),
        ("as: date", "2026-01-31", "2026-01-31"),
        ("as: date", "2026-01-31T12:00:00+02:00", "2026-01-31"),
        ("as: date, formats: ['%d.%m.%Y', '%d/%m/%y']", "31/01/26", "2026-01-31"),
        ("as: datetime", "2026-01-31", "2026-01-31T00:00:00Z"),
        ("as: datetime", "2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
        ("as: datetime, formats: '%Y%m%d %H%M'", "20260131 1230", "2026-01-31T12:30:00Z"),
        ("as: monthsBefore, date: 2018-03-31", "1", "2018-02-28T00:00:00Z"),
        ("as: monthsBefore, date: 2018-03-31", "0", "2018-03-31T00:00:00Z"),
        ("as: monthsBefore, date: 2018-03-31", "27", "2015-12-31T00:00:00Z"),
        ("values: {A: active, 'Yes': true, '1': 2}", "A", "active"),
        ("values: {A: active, 'Yes': true, '1': 2}", "1", 2),
        ("values: {A: active}, otherwise: unknown", "Q", "unknown"),
        ("values: {A: active}, otherwise: null", "Q", None),
        ("split: ';'", "a; b;;c ", ["a", "b", "c"]),
        ("split: ';', as: integer", "1;2", [1, 2]),
        ("split: ' ', take: 1", "Ada King Lovelace", "Ada"),
        ("split: ' ', take: -1", "Ada King Lovelace", "Lovelace"),
        ("split: ' ', take: 4", "Ada King Lovelace", None),
    ],
)
def test_what_a_text_becomes(options: str, text: str, value: Any) -> None:
    made = declared(options)(text)
    assert (made, type(made)) == (value, type(value))


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        ("as: integer", "1.5", "whole number"),
        ("as: integer", "1" * 19, "whole number"),
        ("as: number", "1,5", "number"),
        ("as: number", "nan", "number"),
        ("as: number", "1e5", "number"),
        ("as: number, decimal: ','", "1.5", "number"),
        ("as: number", "\u0661", "number"),
        ("as: boolean", "maybe", "none of"),
        ("as: date", "31.01.2026", "2026-01-31"),
        ("as: date, formats: '%d.%m.%Y'", "30.02.2026", "%d.%m.%Y"),
        ("as: datetime", "9999-12-31T23:59:59-01:00", "years 1 to 9999"),
        ("as: monthsBefore, date: 2018-03-31", "-1", "months"),
        ("as: monthsBefore, date: 2018-03-31", "\u00b2", "months"),
        ("as: monthsBefore, date: 2018-03-31", "99999", "too many"),
        ("values: {A: active}", "QQ", "does not list"),
    ],
)
def test_what_a_text_cannot_become(options: str, text: str, expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        declared(options)(text)
    assert expected in str(caught.value)
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("as: nummer", "number"),
        ("as: number, values: {a: b}", "values"),
        ("as: text, decimal: ','", "as: number"),
        ("as: integer, decimal: ','", "as: number"),
        ("as: number, decimal: ';;'", "one character"),
        ("as: number, decimal: ',', thousands: ','", "differ"),
        ("as: boolean, true: [a, b], false: B", "twice"),
        ("as: boolean, formats: '%Y'", "as: date"),
        ("as: date, formats: DDMMYYYY", "no format"),
        ("as: monthsBefore", "date"),
        ("as: monthsBefore, date: soon", "no date"),
        ("otherwise: x", "values"),
        ("values: [a, b]", "keys"),
        ("take: 1", "split"),
        ("split: ';', take: 0", "from 1"),
        ("split: ';', take: first", "whole number"),
    ],
)
def test_what_cannot_be_declared(options: str, expected: str) -> None:
    with pytest.raises(FileError) as caught:
        declared(options)
    assert expected in str(caught.value)
    assert "line 1" in str(caught.value)
