"""`cinv db upgrade`: the embedded server brought to the installed major version."""

import sys
from pathlib import Path

import click

from customer_inventory.cli.failing import PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import run
from customer_inventory.facilities import upgrading
from customer_inventory.facilities.backup.vault import Vault, vault_of
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.store.embedded import upgrading as embedded

_COLUMNS = ("figure", "value")


@click.command("upgrade")
@click.option("--plan", "is_plan", is_flag=True, help="Say what would be done; change nothing.")
@click.option(
    "--from",
    "named",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="An installation of the old version (its bin/ is in it).  [default: one that is found]",
)
@click.option("--backup/--no-backup", default=True, help="Take a full backup first.")
@click.option("--compare/--no-compare", default=True, help="Count and hash before and after.")
@click.option("--confirm", is_flag=True, help="Remove the old data: it cannot be put back then.")
@click.option("--back", is_flag=True, help="Put the old data back; what came since is put aside.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
def upgrade_command(
    is_plan: bool, named: Path | None, backup: bool, compare: bool, confirm: bool, back: bool,
    yes: bool, output: str,
) -> None:  # fmt: skip
    """Bring the embedded database to the PostgreSQL that is installed.

    The service must not run. A full backup is taken first; the data is copied over aside and proved
    to be the same, then it moves in. Cut short at any point, nothing has changed: begin again. The
    old data stays until --confirm.

    \b
    Example:
      cinv db upgrade --plan
    """
    settings = Settings.from_environment()
    if settings.database_url:
        raise Invalid(
            "CINV_DATABASE_URL names another PostgreSQL.", hint="Upgrade that one itself."
        )
    home = settings.home
    if confirm or back:
        _end(settings, back=back, yes=yes)
        return
    found = embedded.versions(home)
    if is_plan or not found.differ:
        _tell_plan(settings, found, named, output)
        return
    if backup and settings.backup is None:
        raise Invalid("No folder for backups is named.", hint="Set CINV_BACKUP, or --no-backup.")
    if not yes:
        click.confirm(
            f"Bring the data from PostgreSQL {found.data} to {found.installed}?",
            abort=True, err=True,
        )  # fmt: skip
    done = run(
        upgrading.upgrade(home, _vault(settings), named=named, is_saved=backup, is_compared=compare,
                          tell=lambda said: click.echo(f"{said} …", err=True))
    )  # fmt: skip
    figures = {
        "from": f"PostgreSQL {done.versions.data}",
        "to": f"PostgreSQL {done.versions.installed}",
        "backup": done.backup.id if done.backup else "none was taken",
        "compared": f"{done.tables} tables, {done.rows} rows" if compare else "not asked for",
        "different": ", ".join(each.table for each in done.different) or "nothing",
        "extensions": ", ".join(done.extensions) or "as they were",
        "old data": str(done.kept),
    }
    rows = [{"figure": name, "value": value} for name, value in figures.items()]
    show(rows, output, columns=_COLUMNS, empty="")
    click.echo("Now take a full backup (cinv db backup --full); once content: --confirm.", err=True)
    sys.exit(PROBLEMS if done.different else 0)


def _tell_plan(
    settings: Settings, found: embedded.Versions, named: Path | None, output: str
) -> None:
    figures = {"data": f"PostgreSQL {found.data}", "installed": f"PostgreSQL {found.installed}"}
    if not found.differ:
        figures["to do"] = "nothing: they are of one version"
    else:
        figures["programs of the old"] = str(embedded.older(found.data, named))
        figures["room needed"] = f"{embedded.room_needed(settings.home) / 1e6:.0f} MB"
        figures["backup before"] = str(settings.backup or "none: CINV_BACKUP names no folder")
    rows = [{"figure": name, "value": value} for name, value in figures.items()]
    show(rows, output, columns=_COLUMNS, empty="")


def _vault(settings: Settings) -> Vault | None:
    return None if settings.backup is None else vault_of(settings)


def _end(settings: Settings, *, back: bool, yes: bool) -> None:
    """Remove the data that was put aside, or put it back."""
    home = settings.home
    old = upgrading.last_kept(home)
    if not yes:
        said = f"Put {old} back?" if back else f"Remove {old}?"
        click.confirm(said, abort=True, err=True)
    if back:
        aside = upgrading.put_back(home, _vault(settings))
        click.echo(f"put back; what was there: {aside}")
        click.echo("Now take a full backup with the old version: its log goes on.", err=True)
    else:
        embedded.remove(home, old)
        click.echo(f"removed: {old}")
