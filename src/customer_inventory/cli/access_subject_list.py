"""`cinv access subject-list`: named lists of subjects, to which grants can be bound."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import click

from customer_inventory.access import subject_list as kept
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import as_option, changed, decided, in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.record.scoping import subject_list as lists
from customer_inventory.record.scoping.subject_list import Changed, Way
from customer_inventory.store.database import Database, Row

_COLUMNS = ("name", "title", "members", "changed_at", "changed_by", "reason")
_CHANGES = ("change", "added", "removed", "changed_at", "changed_by", "entered_by", "reason")
_ENTRY = "subjectList"
_LINES = 10_000


@click.group("subject-list")
def subject_list() -> None:
    """Named lists of customers or parties, to which grants can be bound."""


@subject_list.command()
@click.argument("name")
@click.option("--title", required=True, help="What people read.")
@click.option("--reason", required=True, help="What it is made for.")
@as_option
def make(name: str, title: str, reason: str, person: str | None) -> None:
    """Make an empty list.

    \b
    Example:
      cinv access subject-list make keyAccounts --title "Key accounts" --reason CASE-7
    """
    by = decided(person, reason)
    changed(
        lambda database: kept.make(database, name, title=title, by=by),
        Operation.CREATE,
        _ENTRY,
        about=name,
    )
    click.echo(f"{name}: made", err=True)


def _changing(way: Way, told: str) -> click.Command:
    """Return the command that changes a list in one way."""

    def take(name: str, file: Path, reason: str, person: str | None) -> None:
        by = decided(person, reason)
        done: Changed = changed(
            lambda database: kept.change(database, name, way, _lines(file), by=by),
            Operation.MODIFY,
            _ENTRY,
            about=name,
        )
        click.echo(f"{name}: {done.added:,} put on, {done.removed:,} taken off", err=True)

    take.__doc__ = (
        f"{told}\n\nThe file has one id a line, of customers or parties; it is read as it comes."
        f"\n\n\b\nExample:\n  cinv access subject-list {way} --help\n"
    )
    file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    reason = click.option("--reason", required=True, help="Why.")
    command: Callable[..., Any] = click.argument("name")(file(reason(as_option(take))))
    return subject_list.command(way)(command)


add = _changing("add", "Put the subjects of a file on a list.")
remove = _changing("remove", "Take the subjects of a file off a list.")
replace = _changing("replace", "Put the subjects of a file in the place of all on a list.")


@subject_list.command("show")
@click.argument("name", required=False)
@output_option
def show_lists(name: str | None, output: str) -> None:
    """List the lists, or tell what became of one, latest first.

    \b
    Example:
      cinv access subject-list show
    """

    async def work(database: Database) -> list[Row]:
        return list(await (lists.changes(database, name) if name else lists.lists(database)))

    columns = _CHANGES if name else _COLUMNS
    show(in_database(work), output, columns=columns, empty="There are no lists.")


@subject_list.command()
@click.argument("name")
@click.option("--reason", required=True, help="Why.")
@as_option
def drop(name: str, reason: str, person: str | None) -> None:
    """Remove a list that no grant is bound to.

    \b
    Example:
      cinv access subject-list drop --help
    """
    by = decided(person, reason)
    dropped: Changed = changed(
        lambda database: kept.drop(database, name, by=by), Operation.DELETE, _ENTRY, about=name
    )
    click.echo(f"{name}: dropped, {dropped.removed:,} were on it", err=True)


async def _lines(file: Path) -> AsyncIterator[str]:
    """Yield the lines of a file, some at a time, so that none of a large one is kept."""
    with await asyncio.to_thread(file.open, encoding="utf-8", errors="replace") as text:
        while lines := await asyncio.to_thread(text.readlines, _LINES * 32):
            for line in lines:
                yield line
