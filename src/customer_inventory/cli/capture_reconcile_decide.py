"""`cinv capture reconcile accept|reopen|repair`: what is decided of what does not agree."""

import sys
from datetime import datetime
from typing import Any, get_args

import click

from customer_inventory.access.house import PROCESS, accounted, operator, operator_sight, trace
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.operation import Operation
from customer_inventory.capture.arrival.arriving import arrivals_of
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import repairing, worklist
from customer_inventory.capture.reconcile.finding import Kind
from customer_inventory.capture.reconcile.repairing import Repaired
from customer_inventory.capture.reconcile.settling import Fate, settle
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.cli.access_decision import in_database
from customer_inventory.cli.failing import DONE, PARTLY
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import encode
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.store.database import Database

_EVERYONE = Whose()
_WORD = "reconciliation"
_ids = click.argument("ids", metavar="ITEM...", nargs=-1, required=True, type=click.IntRange(1))


@click.command()
@_ids
@click.option("--reason", required=True, help="Why it may be so.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="To this day; else for good.")
def accept(ids: tuple[int, ...], reason: str, until: datetime | None) -> None:
    """Let items be as they are. Each is open again when a side changes, or the day has passed.

    \b
    Example:
      cinv capture reconcile accept 17 18 --reason "the CRM is right in March" --until 2027-03-31
    """
    day = until.date() if until else None
    in_database(lambda database: accounted(
        database,
        lambda within: worklist.accept(
            within, ids, _EVERYONE, until=day, reason=reason, actor=operator()
        ),
        Operation.MODIFY, _WORD, about=f"accepted {_named(ids)}: {reason}",
    ))  # fmt: skip
    click.echo(f"{len(set(ids)):,} accepted", err=True)


@click.command()
@_ids
@click.option("--reason", required=True, help="Why it may be so no more.")
def reopen(ids: tuple[int, ...], reason: str) -> None:
    """Take back that items were accepted.

    \b
    Example:
      cinv capture reconcile reopen 17 --reason "was a mistake"
    """
    in_database(lambda database: accounted(
        database,
        lambda within: worklist.reopen(within, ids, _EVERYONE, reason=reason, actor=operator()),
        Operation.MODIFY, _WORD, about=f"reopened {_named(ids)}: {reason}",
    ))  # fmt: skip
    click.echo(f"{len(set(ids)):,} reopened", err=True)


@click.command()
@click.argument("ids", metavar="[ITEM...]", nargs=-1, type=click.IntRange(1))
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Of this kind.")
@click.option("--source", help="Of this source.")
@click.option("--type", "record_type", metavar="TYPE", help="Of records of this type.")
@click.option("--path", metavar="ELEMENT", help="That differ in this element.")
@click.option("--run", "number", type=click.IntRange(1), help="That this reconciliation found.")
@click.option("--whole", is_flag=True, help="Also rows that would take away what is not mapped, "
              "or take back what was accepted.")  # fmt: skip
@click.option("--delete", is_flag=True, help="Remove records that are missing there.")
@click.option("--status", metavar="WORD", help="Give records that are missing there this status.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
def repair(
    ids: tuple[int, ...],
    number: int | None,
    whole: bool,
    delete: bool,
    status: str | None,
    dry_run: bool,
    yes: bool,
    output: str,
    **by: Any,
) -> None:
    """Repair open items by capture: their rows are loaded again, as the process they came by.

    Each row is permitted, checked and refused as in any import, and a late older one is left out.
    What is refused waits in quarantine. Records that are missing there are left alone, unless
    --delete or --status says what becomes of them; then only those are looked at. Exit code 4 says
    that some items are as they were: `show ITEM --history` says why.

    \b
    Example:
      cinv capture reconcile repair --kind different --path status --dry-run
      cinv capture reconcile repair 17 18 --yes
      cinv capture reconcile repair --kind missingThere --status closed --yes
    """
    if delete and status is not None:
        raise click.UsageError("Either --delete or --status.")
    chosen = Chosen(run=number, ids=ids or None, **by)
    fate = Fate(status) if delete or status is not None else None
    if dry_run:
        _show_plan(chosen, fate, output, whole=whole)
        return
    if not yes:
        click.confirm("Records are changed. Go on?", abort=True)
    done = _repaired(chosen, fate, whole=whole)
    reasons = {**done.held_back, **done.left}
    rows = [{"item": each, "outcome": "repaired", "reason": ""} for each in sorted(done.repaired)]
    rows += [
        {"item": each, "outcome": "heldBack" if each in done.held_back else "left", "reason": why}
        for each, why in sorted(reasons.items())
    ]
    show(rows, output, columns=("item", "outcome", "reason"), empty="No such item is open.")
    sys.exit(PARTLY if reasons else DONE)


def _repaired(chosen: Chosen, fate: Fate | None, *, whole: bool) -> Repaired:
    settings = Settings.from_environment()

    def key_for(who: str) -> bytes:
        return b"" if who == PROCESS else masking_key_in(settings.home)

    async def work() -> Repaired:
        async with opened(settings) as database:
            await trace(database, operator(), Operation.MODIFY, _WORD, (), reason="repair")
            if fate is not None:
                return await settle(
                    database, chosen, _EVERYONE, fate, by=operator(), key_for=key_for,
                    policy=policy_of(settings.retention),
                )  # fmt: skip
            return await repairing.repair(
                database, arrivals_of(settings)[0], chosen, _EVERYONE, by=operator(),
                whole=whole, key_for=key_for,
            )  # fmt: skip

    return run(work())


def _show_plan(chosen: Chosen, fate: Fate | None, output: str, *, whole: bool) -> None:
    async def work(database: Database) -> list[dict[str, Any]]:
        await trace(database, operator(), Operation.READ, _WORD, (), reason="repair --dry-run")
        if fate is not None:
            return [
                {"item": row["id"], "type": row["record_type"], "record": row["record_id"],
                 "does": fate.said}
                async for row in worklist.every(database, chosen, _EVERYONE)
                if row["kind"] == "missingThere"
            ]  # fmt: skip
        return [
            {"item": each.item, "line": each.line, "type": each.record_type,
             "record": each.record_id, "does": each.does, "path": each.path,
             "here": _text(each.here), "there": _text(each.there), "reason": each.reason}
            for each in await repairing.plan(
                database, chosen, _EVERYONE, whole=whole, sight=operator_sight()
            )
        ]  # fmt: skip

    columns = ("item", "line", "type", "record", "does", "path", "here", "there", "reason")
    show(in_database(work), output, columns=columns, empty="No such item is open.")


def _named(ids: tuple[int, ...]) -> str:
    return ", ".join(map(str, sorted(set(ids))[:20])) + (" …" if len(set(ids)) > 20 else "")  # noqa: PLR2004


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else encode(value).decode()


DECIDING = (accept, reopen, repair)
