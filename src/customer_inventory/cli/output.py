"""How commands show rows: a table for people; JSON, NDJSON and CSV for programs."""

import csv
import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import msgspec

FORMATS = ("table", "json", "ndjson", "csv")
_NO_WIDTH = 10_000
Command = Callable[..., Any]


def output_option(command: Command) -> Command:
    """Add `-o`/`--output` to a command."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How to show the result.",
    )(command)


def show(rows: Iterable[Any], output: str, *, columns: Sequence[str], empty: str) -> None:
    """Print `rows`: the named `columns` as a table or CSV, everything as JSON.

    A row is anything that `dict` takes: a mapping, a row of the database. `empty` is what
    people read instead of an empty table.
    """
    listed = [dict(row) for row in rows]
    if output == "json":
        click.echo(msgspec.json.format(_encode(listed), indent=2))
    elif output == "ndjson":
        for row in listed:
            click.echo(_encode(row))
    elif output == "csv":
        click.echo(_csv(listed, columns), nl=False)
    elif not listed:
        click.echo(empty, err=True)
    else:
        _table(listed, columns)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console  # noqa: PLC0415 - 60 ms that other formats need not pay
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        # An id that is broken over lines cannot be copied.
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=column.endswith("id"))
    for row in rows:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    # What is no terminal has no width: a line of a file is a row.
    width = None if sys.stdout.isatty() else _NO_WIDTH
    Console(width=width).print(table, markup=False)


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return buffer.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bytes):
        return value.decode()
    return str(value)


def _encode(value: Any) -> bytes:
    return msgspec.json.encode(_readable(value))


def _readable(value: Any) -> Any:
    """Return `value` with documents (bytes of JSON) put in as they are."""
    if isinstance(value, bytes):
        return msgspec.Raw(value)
    if isinstance(value, dict):
        return {name: _readable(part) for name, part in value.items()}
    return [_readable(item) for item in value] if isinstance(value, list) else value
