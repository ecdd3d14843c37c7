"""`cinv capture reconcile rules|check`: packs of rules between records of several systems."""

from collections.abc import Sequence
from typing import Any

import click

from customer_inventory.access.house import trace
from customer_inventory.access.operation import Operation
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import worklist
from customer_inventory.capture.reconcile.checking import Checked, check
from customer_inventory.capture.reconcile.showing import seen
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import Reader, reading, reading_options
from customer_inventory.cli.running import run
from customer_inventory.kit.actor import Actor
from customer_inventory.record.register.pack import Pack, Rule, read_pack

_PAGE = 1000
_pack = click.option(
    "--pack",
    default="telecom",
    show_default=True,
    metavar="NAME|FILE",
    help="A pack that comes with the product, or a file of yours.",
)


@click.command()
@_pack
@output_option
def rules(pack: str, output: str) -> None:
    """List the rules of a pack: what must hold between customers, billing and charging.

    \b
    Example:
      cinv capture reconcile rules --pack telecom -o json
    """
    rows = [
        {"rule": each.id, "severity": each.severity, "dimension": each.dimension,
         "type": each.declared.name, "path": each.path, "name": each.name, "means": each.means,
         "do": each.do, "test": each.test.sql}
        for each in read_pack(pack).rules
    ]  # fmt: skip
    columns = ("rule", "severity", "dimension", "type", "path", "name", "do")
    show(rows, output, columns=columns, empty="It has none.")


@click.command("check")
@_pack
@click.option("--rule", "chosen", multiple=True, metavar="ID", help="Only this one; several times.")
@click.option("--count", is_flag=True, help="How many fail each rule, not which.")
@reading_options
@output_option
def check_command(
    pack: str, chosen: tuple[str, ...], count: bool, actor: Actor, output: str
) -> None:
    """Ask the rules of a pack of all that is held, and list every record that fails one.

    What fails is in the worklist, where it can be accepted; what fails no more is closed. Listed is
    what the process and purpose are shown, and what was not accepted. Exit code 1 says that
    something fails, or that a rule could not be asked.

    \b
    Example:
      cinv capture reconcile check --pack telecom
      cinv capture reconcile check --rule TEL-001 --rule TEL-002 --count
    """
    read = read_pack(pack)
    asked = _asked(read, chosen)

    async def work() -> tuple[Checked, list[dict[str, Any]]]:
        async with reading(actor, "reconciliation") as reader:
            for name in {rule.declared.name for rule in asked}:
                reader.demand(name)
            reason = f"check of the pack {read.name}"
            await trace(reader.database, actor, Operation.READ, "reconciliation", (), reason=reason)
            checked = await check(reader.database, read, asked, actor=actor, progress=_tell)
            return checked, [] if count else await _failing(reader, checked)

    checked, failing = run(work())
    if count:
        columns: tuple[str, ...] = (
            "rule",
            "severity",
            "type",
            "looked_at",
            "failed",
            "accepted",
            "error",
        )
        rows = [_counted(each, checked) for each in asked]
        show(rows, output, columns=columns, empty="It has no rules.")
    else:
        by_id = {rule.id: rule for rule in asked}
        rows = [{**each, "severity": by_id[each["rule"]].severity,
                 "do": by_id[each["rule"]].do} for each in failing]  # fmt: skip
        columns = ("id", "rule", "severity", "record_type", "record_id", "reason")
        show(rows, output, columns=columns, empty="All of it is consistent.")
    _report(asked, checked)
    if checked.faults or any(checked.failed[each] > checked.accepted.get(each, 0)
                             for each in checked.failed):  # fmt: skip
        raise SystemExit(1)


async def _failing(reader: Reader, checked: Checked) -> list[dict[str, Any]]:
    """Return what fails and is shown to the reader, all of it; the ledger has what is shown."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        rows = await worklist.find(
            reader.database, Chosen(run=checked.run), Whose(), after=after, limit=_PAGE
        )
        if not rows:
            return found
        shown = await seen(reader.database, rows, reader.sight)
        ids = sorted({each["record_id"] for each in shown})
        await reader.told("reconciliation", ids, {each["record_type"] for each in shown})
        found += shown
        after = rows[-1]["id"]


def _asked(pack: Pack, chosen: Sequence[str]) -> Sequence[Rule]:
    known = {rule.id: rule for rule in pack.rules}
    for name in chosen:
        if name not in known:
            raise click.UsageError(f"{pack.name} has no rule {name}: it has {', '.join(known)}.")
    return [rule for rule in pack.rules if not chosen or rule.id in chosen]


def _counted(rule: Rule, checked: Checked) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "type": rule.declared.name,
        "looked_at": checked.looked_at.get(rule.id, 0),
        "failed": checked.failed.get(rule.id, 0),
        "accepted": checked.accepted.get(rule.id, 0),
        "error": checked.faults.get(rule.id),
        "name": rule.name,
    }


def _report(asked: Sequence[Rule], checked: Checked) -> None:
    for rule in asked:
        if rule.id in checked.faults:
            click.echo(f"{rule.id} {checked.faults[rule.id]}", err=True)
    failed, accepted = sum(checked.failed.values()), sum(checked.accepted.values())
    click.echo(
        f"reconciliation {checked.run}: {len(asked)} rules, {failed:,} failures,"
        f" {accepted:,} of them accepted",
        err=True,
    )


def _tell(record_type: str, looked_at: int) -> None:
    click.echo(f"{record_type}: {looked_at:,} records looked at", err=True)


PACKS = (rules, check_command)
