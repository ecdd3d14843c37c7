"""`cinv db repository`: where the enterprise holds facts about its customers, ours first."""

import sys
from pathlib import Path
from typing import Any

import click

from customer_inventory.access.house import accounted, operator
from customer_inventory.access.operation import Operation
from customer_inventory.background.cataloguing import check_catalogue
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.failing import PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.facilities.repository import catalogue, file
from customer_inventory.facilities.repository.coverage import (
    FAULTS,
    Coverage,
    Covered,
    Unknown,
    dependants,
)
from customer_inventory.facilities.repository.declared import Repository
from customer_inventory.store.database import Database

KIND = "repository"
"""The ledger's word for what is declared of repositories."""
_LISTED = ("name", "title", "kind", "status", "owner", "location", "record_of", "dependants")
_PLANNED = ("repository", "action", "difference")
_VERSION = ("version", "action", "at", "person", "process", "reason")
_COVERED = ("requirement", "element", "state", "verdict", "systems_of_record", "trusted")


@click.group()
def repository() -> None:
    """Repositories that hold customer facts: what they hold, whose they are, who needs them."""


@repository.command("list")
@output_option
def list_command(output: str) -> None:
    """List the repositories.

    \b
    Example:
      cinv db repository list
    """
    rows = [_row(each.repository) for each in in_database(catalogue.repositories)]
    show(rows, output, columns=_LISTED, empty="Nothing is declared.")


@repository.command("show")
@click.argument("name")
@output_option
def show_command(name: str, output: str) -> None:
    """Show a repository: what it holds, its interfaces, objectives, and who depends on it.

    \b
    Example:
      cinv db repository show customer-inventory
    """

    async def work(database: Database) -> tuple[catalogue.Catalogued, Any]:
        return await catalogue.repository(database, name), await dependants(database, name)

    there, processes = in_database(work)
    told = {**file.plain(there.repository), "version": there.version, "processes": processes}
    rows = [told] if output != "table" else list(_lines(told))
    show(rows, output, columns=("key", "value"), empty="")


@repository.command("history")
@click.argument("name")
@output_option
def history(name: str, output: str) -> None:
    """Show what was declared of a repository, latest first: by whom, when and why.

    \b
    Example:
      cinv db repository history customer-inventory
    """
    rows = in_database(lambda database: catalogue.versions(database, name))
    show(rows, output, columns=_VERSION, empty="")


@repository.command("apply")
@click.option(
    "-f",
    "--file",
    "places",
    multiple=True,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    help="A YAML file that declares repositories, or a folder of such.",
)
@click.option("--whole", is_flag=True, help="They are all there are: withdraw what is not named.")
@click.option("--plan", "is_plan", is_flag=True, help="Show what would change, change nothing.")
@click.option("--check", is_flag=True, help="As --plan; exit with 1 when anything differs.")
@click.option("--reason", default="", help="Why: kept with it.")
@output_option
def apply_command(
    places: tuple[Path, ...], whole: bool, is_plan: bool, check: bool, reason: str, output: str
) -> None:
    """Declare repositories by files; what they do not name stays as it is.

    What the catalogue leaves open then is told, and kept as findings.

    \b
    Example:
      cinv db repository apply --help
    """
    wanted = file.read_all(places)

    async def work(database: Database) -> tuple[list[catalogue.Change], Coverage | None]:
        if is_plan or check:
            return await catalogue.plan(database, wanted, is_whole=whole), None
        changes = await accounted(
            database,
            lambda within: catalogue.apply(
                within, wanted, actor=operator(), reason=reason, is_whole=whole
            ),
            Operation.MODIFY,
            KIND,
            about=reason,
        )
        return changes, await check_catalogue(database)

    changes, found = in_database(work)
    rows = [
        {"repository": each.name, "action": each.action, "difference": each.difference}
        for each in changes
    ]
    show(rows, output, columns=_PLANNED, empty="Nothing differs.")
    if found is not None:
        _sum_up(found)
    sys.exit(PROBLEMS if check and changes else 0)


@repository.command("export")
def export() -> None:
    """Print the file that declares the repositories as they are: applied, it changes nothing.

    \b
    Example:
      cinv db repository export
    """
    there = in_database(catalogue.repositories)
    click.echo(file.written([each.repository for each in there]), nl=False)


@repository.command("coverage")
@click.option("--all", "is_all", is_flag=True, help="Also what has one system of record.")
@output_option
def coverage_command(is_all: bool, output: str) -> None:
    """Say which requirements have no system of record, or several; keep that as findings.

    Asked of requirements on attributes that are approved or in force. Exit code 1 says that one has
    none, several, or one that is not the source trusted most.

    \b
    Example:
      cinv db repository coverage --all
    """
    found: Coverage = in_database(check_catalogue)
    rows = [_covered(each) for each in found.covered if is_all or each.verdict != "one"]
    show(rows, output, columns=_COVERED, empty="Every requirement has one system of record.")
    _sum_up(found)
    sys.exit(PROBLEMS if any(found.counted()[each] for each in FAULTS) else 0)


def _sum_up(found: Coverage) -> None:
    counted = found.counted()
    click.echo(
        f"{len(found.covered)} requirements: {counted['one']} with one system of record, "
        f"{counted['none']} with none, {counted['several']} with several, "
        f"{counted['otherSource']} trust another source",
        err=True,
    )
    for what, unknown in (("source", found.sources), ("dependant", found.dependants)):
        for each in unknown:
            click.echo(f"{what} {_unknown(each)}", err=True)


def _unknown(each: Unknown) -> str:
    if each.repository is not None:
        return f"{each.name} of {each.repository} is no registered process"
    loaded = ", and loads are of it" if each.is_loaded else ""
    return f"{each.name} is no repository's; {each.requirements} requirements name it{loaded}"


def _covered(each: Covered) -> dict[str, Any]:
    return {
        "requirement": each.requirement.id,
        "element": f"{each.requirement.type}.{each.requirement.path}",
        "state": each.state,
        "verdict": each.verdict,
        "systems_of_record": ", ".join(each.records),
        "systems_of_reference": ", ".join(each.references),
        "copies": ", ".join(each.copies),
        "trusted": each.trusted,
    }


def _row(each: Repository) -> dict[str, Any]:
    records = [holding for holding in each.holds if holding.role == "systemOfRecord"]
    told = [
        ", ".join(one.requirements)
        or (one.type if one.paths == ("*",) else f"{one.type}: {', '.join(one.paths)}")
        for one in records
    ]
    place = each.location
    return {
        **{name: getattr(each, name) for name in ("name", "title", "kind", "status")},
        "owner": ", ".join(filter(None, (each.owner.person, each.owner.organisation))),
        "location": ", ".join(filter(None, (place.site, place.country, place.provider))),
        "record_of": "; ".join(told),
        "dependants": len(each.dependants),
    }


def _lines(told: dict[str, Any], prefix: str = "") -> Any:
    """Yield what is told key by key, as a table shows it."""
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{prefix}{name}.")
        elif isinstance(value, list | tuple) and value and isinstance(value[0], dict):
            for place, item in enumerate(value, 1):
                yield from _lines(item, f"{prefix}{name} {place}.")
        else:
            text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            yield {"key": f"{prefix}{name}", "value": text}
