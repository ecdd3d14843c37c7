"""Where commands write a report: a file, whose ending says its form."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.kit.report.form import FORMS, Form
from customer_inventory.kit.report.model import Report

_ENDINGS = ", ".join(f".{ending}" for ending in FORMS)
Command = Callable[..., Any]


def to_option(command: Command) -> Command:
    """Add `--to` to a command."""
    return click.option(
        "--to",
        "file",
        type=click.Path(dir_okay=False, path_type=Path),
        help=f"Write a report to read and print, in the form of the ending: {_ENDINGS}.",
    )(command)


def form_of(file: Path) -> Form:
    """Return the form that the ending of a file names; raise Invalid for another."""
    form = FORMS.get(file.suffix.removeprefix("."))
    if form is None:
        raise Invalid(f"{file} is none of {_ENDINGS}.", path="to")
    return form


def write_report(file: Path, report: Report) -> None:
    """Write a report into a file; raise Unavailable where that cannot be."""
    content = form_of(file).made(report)
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"{file}: {report.title}.", err=True)
