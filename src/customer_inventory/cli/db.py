"""`cinv db`: the facilities of the repository."""

import asyncio
import signal

import click

from customer_inventory.cli.lazy import LazyGroup, There
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import prepare, run
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.store import migrate
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.locate import located

_MODULE = "customer_inventory.cli.db_backup"
_STANDING = "customer_inventory.cli.db_standing"
_KEEPING = "customer_inventory.cli.db_keeping"
_COMMANDS = {
    "init": There(
        f"{_STANDING}:init",
        "Make the inventory: home, database, tables, the first partitions, the key of backups.",
    ),
    "status": There(f"{_STANDING}:status_command", "Tell at a glance whether all is well."),
    "doctor": There(
        f"{_STANDING}:doctor_command",
        "Look for all that could be wrong with this installation, and say what to do.",
    ),
    "partition": There(
        f"{_KEEPING}:partition_command",
        "Make the partitions of the months to come, and show those there are.",
    ),
    "retain": There(
        f"{_KEEPING}:retain_command",
        "Let go of what is past its time: all that has a rule, or what is named.",
    ),
    "reindex": There(
        f"{_KEEPING}:reindex_command",
        "Build indexes anew while all goes on: of one table, one index, or all, the smallest "
        "first.",
    ),
    "upgrade": There(
        "customer_inventory.cli.db_upgrade:upgrade_command",
        "Bring the embedded database to the PostgreSQL that is installed.",
    ),
    "backup": There(f"{_MODULE}:backup", "Take a base copy, sealed, into CINV_BACKUP."),
    "backups": There(f"{_MODULE}:backups", "List the base copies."),
    "verify": There(f"{_MODULE}:verify", "Say whether backups are as they were written."),
    "restore": There(f"{_MODULE}:restore_command", "Make the inventory what it was at an instant."),
    "drill": There(f"{_MODULE}:drill_command", "Prove that the last backup can be restored."),
    "distribute": There(
        "customer_inventory.cli.db_distribute:distribute",
        "Spread the inventory over the nodes of a Citus cluster.",
    ),
    "expire": There(f"{_MODULE}:expire_command", "Let go of backups that are old."),
    "repository": There(
        "customer_inventory.cli.db_repository:repository",
        "Repositories that hold customer facts: what they hold, whose they are, who needs them.",
    ),
    "keys": There(
        "customer_inventory.cli.db_keys:keys", "List the keys in CINV_HOME/keys, or make them."
    ),
}


@click.group(cls=LazyGroup, there=_COMMANDS)
def db() -> None:
    """Facilities: the database, its migrations, its address."""


@db.command("migrate")
@click.option("--plan", is_flag=True, help="Rehearse, say what would be locked, change nothing.")
@output_option
def migrate_command(plan: bool, output: str) -> None:
    """Bring the database up to date.

    \b
    Example:
      cinv db migrate --plan
    """
    run(_plan(output) if plan else _migrate(output))


@db.command()
def url() -> None:
    """Print the address of the database (a running embedded one, or CINV_DATABASE_URL)."""
    settings = Settings.from_environment()
    click.echo(settings.database_url or EmbeddedServer(settings.home).dsn)


@db.command()
def start() -> None:
    """Hold the embedded database open in the foreground until interrupted."""
    settings = Settings.from_environment()
    if settings.database_url:
        raise Invalid("CINV_DATABASE_URL names another database.", hint="Start that one itself.")
    run(_hold(settings))


@db.command()
def stop() -> None:
    """Stop the embedded database, whoever uses it. What was acknowledged is safe.

    A service that is running starts it again: stop the service first.
    """
    EmbeddedServer(Settings.from_environment().home).stop()


async def _migrate(output: str) -> None:
    async with located(Settings.from_environment()) as dsn:
        steps = await prepare(dsn)
    rows = [{"step": step.name, "description": step.description} for step in steps]
    show(rows, output, columns=("step", "description"), empty="Nothing to do: it is up to date.")


async def _plan(output: str) -> None:
    async with located(Settings.from_environment()) as dsn:
        steps = await migrate.plan(dsn)
    rows = [
        {
            "step": step.name,
            "description": step.description,
            "locks": ", ".join(
                f"{lock.mode} on {lock.table} (about {lock.rows:,} rows; stops {lock.stops})"
                for lock in step.locks
            )
            or ("no existing table" if step.rehearsed else f"not rehearsed: {step.reason}"),
            "seconds": round(step.seconds, 3),
        }
        for step in steps
    ]
    columns = ("step", "description", "locks", "seconds")
    show(rows, output, columns=columns, empty="Nothing to do: it is up to date.")


async def _hold(settings: Settings) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with located(settings) as dsn:
        click.echo(f"database: {dsn}")
        await stopped.wait()
