"""`cinv db backup` and what goes with it: verify, restore, drill, expire."""

import sys
from datetime import datetime, timedelta
from typing import Any

import click
import msgspec

from customer_inventory.access.house import operator
from customer_inventory.background.restoring import audit_errors, put_right_of
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.facilities.backup import catalogue, drilled, expiring, taking, verifying
from customer_inventory.facilities.backup.bringing_back import restore
from customer_inventory.facilities.backup.drilling import Drill, drill
from customer_inventory.facilities.backup.restoring import Target
from customer_inventory.facilities.backup.vault import vault_of
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.locate import located

_BACKUP = ("id", "kind", "started_at", "seconds", "size", "stored", "follows")
_MEGABYTE = 1_000_000


def _tell(said: str) -> None:
    click.echo(f"{said} …", err=True)


@click.command()
@click.option("--full", is_flag=True, help="Copy everything, not what changed since the last one.")
@click.option("--expire/--no-expire", default=True, help="Let go of what is old afterwards.")
@output_option
def backup(full: bool, expire: bool, output: str) -> None:
    """Take a base copy, sealed, into CINV_BACKUP.

    The log since is archived by the service, all the time. What is older than CINV_BACKUP_DAYS
    goes afterwards.

    \b
    Example:
      cinv db backup
    """
    settings = Settings.from_environment()
    vault, server = vault_of(settings), EmbeddedServer(settings.home)

    async def work() -> catalogue.Backup:
        async with located(settings):
            return await taking.back_up(server, vault, full=full, progress=_Bytes().told)

    taken = run(work())
    if expire:
        expiring.expire(vault.folder, timedelta(days=settings.backup_days))
    show([_row(taken)], output, columns=_BACKUP, empty="")


@click.command()
@output_option
def backups(output: str) -> None:
    """List the base copies.

    Oldest first; sizes are in megabytes.

    \b
    Example:
      cinv db backups
    """
    vault = vault_of(Settings.from_environment())
    rows = [_row(each) for each in catalogue.backups(vault.folder)]
    show(rows, output, columns=_BACKUP, empty="There is no backup yet: cinv db backup takes one.")


@click.command()
@click.argument("identifier", metavar="[ID]", required=False)
@output_option
def verify(identifier: str | None, output: str) -> None:
    """Say whether backups are as they were written.

    Every file is read, or those of one backup with what it follows on. Exit code 1 says that
    something is not. `cinv db drill` proves more: that it can be restored.

    \b
    Example:
      cinv db verify
    """
    found = verifying.verify(vault_of(Settings.from_environment()), identifier, _tell)
    rows = [
        {"what": each.what, "state": "; ".join(each.faults) or "as it was written"}
        for each in found
    ]
    show(rows, output, columns=("what", "state"), empty="There is no backup to verify.")
    sys.exit(any(each.faults for each in found))


@click.command("restore")
@click.option("--to", "instant", metavar="TIME", help="What it was then.  [default: all there is]")
@click.option("--from", "identifier", metavar="ID", help="The base copy to begin with.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore_command(instant: str | None, identifier: str | None, yes: bool) -> None:
    """Make the inventory what it was at an instant.

    The service must not run. It is put together beside what is there, erasures since are done
    again, then it moves in. The data that was there stays in the same folder until you remove it.
    Take a backup afterwards.

    \b
    Example:
      cinv db restore --to 2026-03-01T12:00:00Z
    """
    settings = Settings.from_environment()
    vault, target = vault_of(settings), Target(_instant(instant))
    if not yes:
        until = f"as of {target.instant:%Y-%m-%d %H:%M:%S} UTC" if target.instant else "as of last"
        click.confirm(f"Restore the inventory {until}?", abort=True, err=True)

    done = run(
        restore(
            settings.home,
            vault,
            target,
            put_right=put_right_of(settings, operator()),
            identifier=identifier,
            tell=_tell,
        )
    )
    taken = done.recovered.unpacking + done.recovered.recovering
    reached = f"{done.reached:%Y-%m-%d %H:%M:%S.%f} UTC" if done.reached else "the copy itself"
    click.echo(f"restored: {done.recovered.backup.id}, {done.recovered.segments} segments of log")
    click.echo(f"last commit: {reached}")
    click.echo(f"recovery time: {taken:.1f} s")
    click.echo(f"erased again: {done.erased}")
    if done.before:
        click.echo(f"what was there: {done.before}")
    click.echo("Now take a full backup (cinv db backup --full): the log begins anew.", err=True)


@click.command("drill")
@click.option("--audit/--no-audit", "is_audited", default=True, help="Audit what came back.")
@output_option
def drill_command(is_audited: bool, output: str) -> None:
    """Prove that the last backup can be restored.

    It is restored aside, compared and audited: every table is counted and hashed at one point of
    the log, here and there. The service may go on. Exit code 1 says that something did not come
    back.

    \b
    Example:
      cinv db drill
    """
    settings = Settings.from_environment()
    vault, server = vault_of(settings), EmbeddedServer(settings.home)

    async def work() -> Drill:
        async with opened(settings) as database:
            proof = await drill(
                server, vault, audit=audit_errors if is_audited else None, tell=_tell
            )
            await drilled.keep(database, proof, actor=operator())
            return proof

    done = run(work())
    show(_figures(done), output, columns=("figure", "value"), empty="")
    sys.exit(not done.is_proved)


@click.command("expire")
@click.option("--dry-run", is_flag=True, help="Say what would go.")
def expire_command(dry_run: bool) -> None:
    """Let go of backups that are old.

    Those that no restore within CINV_BACKUP_DAYS needs, and their log.

    \b
    Example:
      cinv db expire --dry-run
    """
    settings = Settings.from_environment()
    keep = timedelta(days=settings.backup_days)
    gone = expiring.expire(vault_of(settings).folder, keep, dry_run=dry_run)
    for identifier in gone.backups:
        click.echo(identifier)
    word = "would go" if dry_run else "went"
    click.echo(f"{len(gone.backups)} backups and {gone.segments} segments of log {word}", err=True)


def _figures(done: Drill) -> list[dict[str, Any]]:
    behind = "nobody kept the archive" if done.behind is None else f"{done.behind} bytes behind"
    figures = {
        "backup": done.backup.id,
        "recovery point": f"{done.point_seconds:.2f} s ({behind})",
        "recovery time": f"{done.recovery_seconds:.1f} s",
        "unpacking": f"{done.unpacking_seconds:.1f} s",
        "replaying": f"{done.recovering_seconds:.1f} s, {done.segments} segments of log",
        "compared": f"{done.tables} tables, {done.rows} rows",
        "different": ", ".join(each.table for each in done.differences) or "nothing",
        "audit": _audit_said(done.audit_errors),
    }
    return [{"figure": name, "value": value} for name, value in figures.items()]


def _audit_said(errors: int | None) -> str:
    if errors is None:
        return "not asked for"
    return f"{errors} rules could not be asked" if errors else "every rule could be asked"


def _row(each: catalogue.Backup) -> dict[str, Any]:
    row = msgspec.structs.asdict(each)
    seconds = round((each.ended_at - each.started_at).total_seconds(), 1)
    megabytes = {name: round(row[name] / _MEGABYTE, 1) for name in ("size", "stored")}
    return {**row, **megabytes, "seconds": seconds}


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    instant = parse_instant(text)
    if instant is None:
        raise Invalid(f"{text!r} is no instant.", path="to", hint="Give one as 2026-03-01T12:00Z.")
    if instant > now():
        raise Invalid(f"{text} is in the future.", path="to")
    return instant


class _Bytes:
    """Tells how much was copied, every hundred megabytes."""

    def __init__(self) -> None:
        self._said = 0

    def told(self, size: int) -> None:
        """Take note that `size` bytes were copied so far."""
        if size - self._said >= 100 * _MEGABYTE:
            self._said = size
            click.echo(f"{size // _MEGABYTE} MB …", err=True)
