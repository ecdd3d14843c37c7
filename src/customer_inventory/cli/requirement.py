"""`cinv req`: the register of information requirements, from a file to what is in force."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click

from customer_inventory.access.house import accounted
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import as_option, changed, decided, in_database
from customer_inventory.cli.lifecycle import STEP_COLUMNS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.requirement_apply import KIND, apply, retire
from customer_inventory.cli.requirement_coverage import coverage
from customer_inventory.cli.requirement_discover import discover, gaps
from customer_inventory.cli.requirement_export import export
from customer_inventory.cli.requirement_starter import starter
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import file, register
from customer_inventory.requirements.compiling import element
from customer_inventory.requirements.drafting import begun
from customer_inventory.requirements.register import State, Versioned
from customer_inventory.requirements.requirement import Requirement, plain
from customer_inventory.store.database import Database

_COLUMNS = ("id", "type", "path", "obligation", "classification", "state", "version", "name")

_places = click.argument(
    "places", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


@click.group()
def req() -> None:
    """Information requirements: what must be known of customers, declared once."""


@req.command("list")
@click.option("--type", "record_type", help="Of this record type.")
@click.option("--state", type=click.Choice(get_args(State)), help="In this state.")
@output_option
def list_command(record_type: str | None, state: State | None, output: str) -> None:
    """List the requirements, each in its latest version."""
    states = (state,) if state else ()
    rows = [
        _row(each)
        for each in in_database(lambda database: register.latest(database, states))
        if record_type in (None, each.requirement.type)
    ]
    show(rows, output, columns=_COLUMNS, empty="The register has no such requirement.")


@req.command("show")
@click.argument("identifier")
@click.option("--history", is_flag=True, help="Who decided what, and why.")
@output_option
def show_command(identifier: str, history: bool, output: str) -> None:
    """Show a requirement: what it says, and what it is compiled to; or its history.

    \b
    Example:
      cinv req show REQ-1051
    """
    if history:
        rows = in_database(lambda database: register.decisions(database, identifier))
        show(rows, output, columns=STEP_COLUMNS, empty=f"There is no requirement {identifier!r}.")
        return
    versions = in_database(lambda database: register.versions(database, identifier))
    said = plain(versions[0].requirement)
    made = element(versions[0].requirement)
    told = {
        **said,
        "version": versions[0].version,
        "state": versions[0].state,
        "enforced version": next((e.version for e in versions if e.state == "enforced"), None),
        "checked by": made.schema or None,
        "group of attributes": made.facet.group,
        "classified": made.facet.classification.value,
        "changed by": made.facet.operation,
    }
    if output != "table":
        show([told], output, columns=tuple(told), empty="")
        return
    rows = [{"key": name, "value": value} for name, value in told.items() if value is not None]
    show(rows, output, columns=("key", "value"), empty="")


@req.command()
@click.argument("record_type", type=click.Choice(sorted(TYPES)), metavar="TYPE")
@click.argument("path")
@click.option("--id", "identifier", help="Its id.  [default: the next free one]")
def new(record_type: str, path: str, identifier: str | None) -> None:
    """Print a file with one requirement: its beginning, or what the register has of the attribute.

    \b
    Example:
      cinv req new individual shoeSize
    """
    known, free = in_database(partial(_known, record_type, path))
    if known is not None:
        click.echo(f"{known.id} is about it: what it says in its latest version.", err=True)
    requirement = known or begun(record_type, path, identifier or free)
    click.echo(file.written(record_type, [requirement]), nl=False)


@req.command()
@_places
def check(places: Sequence[Path]) -> None:
    """Check files, or folders of files; nothing is changed and no database is asked.

    \b
    Example:
      cinv req check requirements/
    """
    found = file.read_all(places)
    click.echo(f"{len(found)} requirements hold together.", err=True)


@req.command()
@_places
@output_option
def diff(places: Sequence[Path], output: str) -> None:
    """Tell in what files say something else than the register.

    \b
    Example:
      cinv req diff requirements/
    """
    asked = {each.requirement.id: each.requirement for each in file.read_all(places)}
    known = {each.requirement.id: each for each in in_database(register.latest)}
    rows = [
        row
        for identifier, requirement in asked.items()
        for row in _differences(requirement, known.get(identifier))
    ]
    show(rows, output, columns=("id", "key", "register", "file"), empty="They say the same.")


@req.command("import")
@_places
@as_option
@click.option("--reason", required=True, help="Why it is needed.")
@output_option
def import_command(places: Sequence[Path], person: str | None, reason: str, output: str) -> None:
    """Propose what files say: new requirements, and new versions of those that changed.

    \b
    Example:
      cinv req import requirements/ --reason "DPO-7: birth dates are needed for identification"
    """
    asked = [each.requirement for each in file.read_all(places)]
    by = decided(person, reason)
    outcome = changed(
        lambda database: register.propose(database, asked, by=by),
        Operation.CREATE, KIND, about=reason,
        ids=lambda made: [each for each, what in made.items() if what != "unchanged"],
    )  # fmt: skip
    rows = [{"id": identifier, "outcome": what} for identifier, what in outcome.items()]
    show(rows, output, columns=("id", "outcome"), empty="The files have no requirement.")


@req.command()
@click.argument("identifiers", nargs=-1, required=True)
@as_option
@click.option("--reason", default="", help="What was looked at.")
def review(identifiers: Sequence[str], person: str | None, reason: str) -> None:
    """Find proposals in order; a reviewer does, who did not propose them.

    \b
    Example:
      cinv req review REQ-103 --as bea
    """
    _decide(identifiers, register.review, decided(person, reason), "reviewed")


@req.command()
@click.argument("identifiers", nargs=-1, required=True)
@as_option
@click.option("--reason", default="", help="On what grounds.")
def approve(identifiers: Sequence[str], person: str | None, reason: str) -> None:
    """Approve what was reviewed; the owner of the data does, who did neither.

    \b
    Example:
      cinv req approve REQ-101 --as ada
    """
    _decide(identifiers, register.approve, decided(person, reason), "approved")


@req.command()
@click.argument("identifiers", nargs=-1, required=True)
@as_option
@click.option("--reason", required=True, help="Why not.")
def reject(identifiers: Sequence[str], person: str | None, reason: str) -> None:
    """Reject what is proposed or reviewed.

    \b
    Example:
      cinv req reject REQ-102 --reason "No process needs it"
    """
    _decide(identifiers, register.reject, decided(person, reason), "rejected")


async def _known(record_type: str, path: str, database: Database) -> tuple[Requirement | None, str]:
    """Return the requirement on an element, if there is one, and an id that is free."""
    latest = await register.latest(database)
    on_it = (
        each.requirement
        for each in latest
        if (each.requirement.type, each.requirement.path) == (record_type, path)
        and each.state != "retired"
    )
    return next(on_it, None), await register.next_id(database)


req.add_command(apply)
req.add_command(retire)
req.add_command(discover)
req.add_command(gaps)
req.add_command(coverage)
req.add_command(export)
req.add_command(starter)


def _decide(identifiers: Sequence[str], step: Any, by: Any, told: str) -> None:
    async def work(database: Database) -> None:
        for identifier in identifiers:
            await _take(database, partial(step, identifier=identifier, by=by), told, identifier)
            click.echo(f"{identifier}: {told}", err=True)

    in_database(work)


async def _take(database: Database, step: Any, told: str, identifier: str) -> None:
    """Take a step of a requirement, with its entry in the ledger."""
    await accounted(
        database, step, Operation.MODIFY, KIND, about=f"{told} {identifier}",
        ids=lambda _: [identifier],
    )  # fmt: skip


def _row(version: Versioned) -> dict[str, Any]:
    requirement = version.requirement
    return {
        **plain(requirement),
        "obligation": requirement.obligation,
        "classification": requirement.facet.classification.value,
        "state": version.state,
        "version": version.version,
    }


def _differences(asked: Requirement, known: Versioned | None) -> list[dict[str, Any]]:
    new = plain(asked)
    if known is None:
        return [{"id": asked.id, "key": "", "register": None, "file": "a new requirement"}]
    old = plain(known.requirement)
    return [
        {"id": asked.id, "key": name, "register": old.get(name), "file": new.get(name)}
        for name in dict.fromkeys((*old, *new))
        if old.get(name) != new.get(name)
    ]
