"""`cinv usage`: who used the inventory, and whether the ledger that tells of it is whole."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.log.anchor import notes_of
from customer_inventory.access.log.house import anchors_of, sealer_of
from customer_inventory.access.log.note import Signer, is_of, origin_of
from customer_inventory.access.log.retired import Statement
from customer_inventory.access.log.sealing import log_of
from customer_inventory.access.log.verifying import Proof, Report, prove, verify
from customer_inventory.access.operation import Operation
from customer_inventory.cli.key import public_key
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.cli.usage_anomaly import anomalies_command, anomaly
from customer_inventory.cli.usage_meter import meter_command
from customer_inventory.cli.usage_report import report_command
from customer_inventory.cli.usage_retain import retain_command
from customer_inventory.cli.usage_span import instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.usage.seen_by import check_reason, seen_by


@click.group()
def usage() -> None:
    """Usage: who saw what and why, how much, and the ledger that proves it."""


usage.add_command(meter_command)
usage.add_command(report_command)
usage.add_command(anomalies_command)
usage.add_command(anomaly)


@usage.command("seen-by")
@click.argument("customer")
@click.option("--since", help="From this date or date-time on.")
@click.option("--until", help="Before this date or date-time.")
@click.option(
    "--last",
    default=1000,
    show_default=True,
    type=click.IntRange(1, 100_000),
    help="Most accesses to show.",
)
@click.option("--staff-because", metavar="CASE", help="Name the people too, for this case.")
@output_option
def seen_by_command(
    customer: str,
    since: str | None,
    until: str | None,
    last: int,
    staff_because: str | None,
    output: str,
) -> None:
    """List who saw a customer (by id), when, through which process and for what purpose.

    All records around the customer count: the party, accounts, agreements, interactions. People
    are left out unless you name the case you need them for.

    \b
    Example:
      cinv usage seen-by qa06h0q9x2mrs6kz4c8v1tdw3e --since 2026-01-01
    """

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            whole = await Inventory(database).around(customer, most=10_000)
            sightings = await seen_by(
                database,
                whole.record_ids,
                since=instant(since),
                until=instant(until),
                limit=last,
                with_staff=bool(staff_because),
            )
            reason = check_reason(staff_because) if staff_because else None
            actor = operator()
            await trace(database, actor, Operation.READ, "seenBy", [customer], reason=reason)
        columns = ["at", "process", "purpose", "operation", "record_type", "decision"]
        columns += ["person"] if staff_because else []
        show(
            (asdict(sighting) for sighting in sightings),
            output,
            columns=columns,
            empty="Nobody has seen this customer.",
        )

    run(work())


@usage.group()
def ledger() -> None:
    """The access ledger: sealed, anchored outside, verified, and proved entry by entry."""


ledger.add_command(retain_command)


@ledger.command("verify")
@click.option(
    "--anchor",
    "anchor",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of checkpoints that lay outside.  [default: those of the settings]",
)
@click.option("--key", metavar="HEX", help="Public key of the checkpoints.  [default: our own]")
@output_option
def verify_command(anchor: Path | None, key: str | None, output: str) -> None:
    """Verify every entry of the ledger, and say which is the first that is not as it was sealed.

    Exit code 0: as it was; 1: something is wrong.

    \b
    Example:
      cinv usage ledger verify
    """
    settings = Settings.from_environment()
    public = public_key(key) if key else Signer.kept_in(settings.home).public

    async def work() -> Report:
        async with opened(settings) as database:
            await sealer_of(database, settings).seal_all()
            log = await log_of(database)
            notes = _notes(anchor, log) if anchor else anchors_of(database, settings).notes(log)
            return await verify(database, public, notes, progress=_progress)

    report = run(work())
    rows = [{"place": fault.place, "what": fault.what} for fault in report.faults]
    if rows or output != "table":
        show(rows, output, columns=("place", "what"), empty="")
    said = (
        f"{report.entries:,} entries, {report.checkpoints:,} checkpoints, "
        f"anchored up to {report.anchored:,}: {'as sealed' if report.is_clean else 'NOT as sealed'}"
        f" ({report.seconds:.1f} s)."
    )
    click.echo(said, err=True)
    for gone in report.retired:
        click.echo(_retirement(gone.statement), err=True)
    if report.passed_over:
        click.echo(
            f"{report.passed_over:,} checkpoints lie within what was retired: not compared.",
            err=True,
        )
    sys.exit(0 if report.is_clean else 1)


@ledger.command("anchor")
def anchor_command() -> None:
    """Seal the ledger now and take the signed checkpoint outside; print it."""
    settings = Settings.from_environment()

    async def work() -> str | None:
        async with opened(settings) as database:
            sealer = sealer_of(database, settings)
            await sealer.seal_all()
            return await sealer.anchor()

    click.echo(run(work()) or "The ledger is empty.", nl=False)


@ledger.command("prove")
@click.argument("place", type=click.IntRange(0))
@output_option
def prove_command(place: int, output: str) -> None:
    """Print the proof that the entry at PLACE of the log is in it, for anyone who has the key.

    \b
    Example:
      cinv usage ledger prove 0 -o json
    """
    settings = Settings.from_environment()

    async def work() -> Proof:
        async with opened(settings) as database:
            await sealer_of(database, settings).seal_all()
            return await prove(database, place)

    proof = run(work())
    row = {
        "place": proof.place,
        "leaf": proof.leaf.hex(),
        "size": proof.size,
        "path": [step.hex() for step in proof.path],
        "note": proof.note,
        "key": Signer.kept_in(settings.home).public.hex(),
    }
    show([row], output, columns=("place", "leaf", "size"), empty="")


def _notes(file: Path, log: str) -> list[str]:
    """Return the notes of `log` in a file that several may share."""
    notes = notes_of(file)
    own = [note for note in notes if is_of(note, log)]
    if notes and not own:
        raise Invalid(
            f"{file} holds no checkpoint of this log, {origin_of(log)}.",
            hint="Give the file of this database; if it is, the log was replaced.",
        )
    return own


def _retirement(said: Statement) -> str:
    who = f"{said.process} ({said.person})" if said.person else said.process
    return (
        f"retired: {said.month}, {said.entries:,} entries from {said.first:,} to {said.last:,}, "
        f"by {who} on {said.at[:10]}, {said.rule}."
    )


def _progress(entries: int) -> None:
    if sys.stderr.isatty() and entries % 50_000 == 0:
        click.echo(f"{entries:,} entries …", err=True)
