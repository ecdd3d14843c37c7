"""`cinv db status`, `doctor` and `init`: whether all is well, what is wrong, and the beginning."""

import sys
from collections.abc import Sequence
from dataclasses import asdict

import click

from customer_inventory.access.log import partition
from customer_inventory.cli.failing import DONE, OUT_OF_REACH, PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import prepare, run
from customer_inventory.facilities.backup.vault import vault_of
from customer_inventory.facilities.standing.doctor import doctor
from customer_inventory.facilities.standing.line import Line, verdict, worst
from customer_inventory.facilities.standing.server import measure
from customer_inventory.facilities.standing.status import status
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.locate import located

_COLUMNS = ("what", "state", "said", "do")


@click.command("status")
@click.option("--strict", is_flag=True, help="Exit with 1 for what somebody should look at too.")
@output_option
def status_command(strict: bool, output: str) -> None:
    """Tell at a glance whether all is well. Starts nothing.

    The verdict comes first, then backups, drill, archive, size, growth, connections, jobs, events,
    ledger and partitions. Exit code 0: all is well, or something to look at; 1: something is wrong;
    3: the database cannot be reached.

    \b
    Example:
      cinv db status -o json
    """
    settings = Settings.from_environment()
    dsn = _running(settings)
    if dsn is None:
        line = Line("verdict", "problem", "the database does not run", "cinv serve, cinv db start")
        _show([line], output)
        sys.exit(OUT_OF_REACH)

    async def work() -> list[Line]:
        async with Database(dsn) as database:
            return await status(database, settings)

    lines = run(work())
    _show(lines, output)
    sys.exit(_code(lines, is_strict=strict))


@click.command("doctor")
@click.option("--strict", is_flag=True, help="Exit with 1 for what somebody should look at too.")
@output_option
def doctor_command(strict: bool, output: str) -> None:
    """Look for all that could be wrong with this installation, and say what to do.

    Settings, folders, keys, programs, disk, sockets, leftovers; and of a database that runs:
    durability, extensions, letters, clock, locks, indexes, migrations, partitions. Starts nothing
    and writes nothing. Exit code 1 says that something is wrong.

    \b
    Example:
      cinv db doctor
    """
    settings = Settings.from_environment()
    lines = run(doctor(settings, _running(settings)))
    _show([verdict(lines), *lines], output)
    sys.exit(_code(lines, is_strict=strict))


@click.command("init")
def init() -> None:
    """Make the inventory: home, database, tables, the first partitions, the key of backups.

    What is there already is left as it is, so that it can be called again.

    \b
    Example:
      cinv db init
    """
    settings = Settings.from_environment()

    async def work() -> int:
        async with located(settings) as dsn:
            steps = await prepare(dsn)
            async with Database(dsn) as database:
                await partition.make_ahead(database)
                await measure(database, settings)
            return len(steps)

    made = run(work())
    where = "CINV_DATABASE_URL" if settings.database_url else str(settings.home)
    said = f"{made} migrations applied" if made else "it was there"
    click.echo(f"inventory: {where} ({said})")
    if settings.backup is not None and not settings.database_url:
        click.echo(f"backups: {vault_of(settings).folder.root}; take the first: cinv db backup")
    elif not settings.database_url:
        click.echo("backups: none yet; name a folder for them by CINV_BACKUP")
    click.echo("next: cinv db doctor, cinv serve")


def _running(settings: Settings) -> str | None:
    """Return the address of the database, None where ours does not run."""
    if settings.database_url:
        return settings.database_url
    server = EmbeddedServer(settings.home)
    return server.dsn if server.status().running else None


def _show(lines: Sequence[Line], output: str) -> None:
    rows = [{**asdict(each), "do": "" if each.state == "ok" else each.hint} for each in lines]
    for row in rows:
        del row["hint"]
    show(rows, output, columns=_COLUMNS, empty="")


def _code(lines: Sequence[Line], *, is_strict: bool) -> int:
    found = worst(lines)
    return PROBLEMS if found == "problem" or (is_strict and found == "attention") else DONE
