"""`cinv db partition`, `retain` and `reindex`: the database kept in shape while it serves."""

import time
from typing import Any

import click

from customer_inventory.access.house import accounted, operator
from customer_inventory.access.log import partition
from customer_inventory.access.log.house import retirer_of
from customer_inventory.access.operation import Operation
from customer_inventory.background.retaining import chosen, retained
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.facilities import reindexing
from customer_inventory.facilities.partitioned import Part, partitions
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database

_PART = ("table", "month", "state", "gone_by", "rows", "megabytes")
_RETAINED = ("name", "what", "rule", "every", "holds", "due")
_REBUILT = ("index", "seconds", "megabytes_before", "megabytes_after")
_MEGABYTE = 1_000_000
_SAID_SECONDS = 2.0


@click.command("partition")
@click.option("--plan", "is_plan", is_flag=True, help="Show what there is; make and drop nothing.")
@click.option("--retire", is_flag=True, help="Also drop the months whose time has come.")
@output_option
def partition_command(is_plan: bool, retire: bool, output: str) -> None:
    """Make the partitions of the months to come, and show those there are.

    The service does that every night. A month goes with --retire only when its rule of retention
    says so, no legal hold keeps it, and it is proved to be as it was sealed.

    \b
    Example:
      cinv db partition --plan
    """
    settings = Settings.from_environment()

    async def work() -> tuple[int, int, list[Part]]:
        async with opened(settings) as database:
            retirer = retirer_of(database, settings)
            made = 0 if is_plan else await partition.make_ahead(database)
            gone = await retirer.run(actor=operator()) if retire and not is_plan else []
            return made, len(gone), await partitions(database, retirer)

    made, gone, there = run(work())
    rows = [
        {
            "table": each.table,
            "month": str(each.month),
            "state": each.state,
            "gone_by": each.standing.gone_by if each.standing else None,
            "rows": each.rows,
            "megabytes": round(each.size / _MEGABYTE, 1),
        }
        for each in there
    ]
    show(rows, output, columns=_PART, empty="There is no partition yet.")
    click.echo(f"{made} made, {gone} retired", err=True)


@click.command("retain")
@click.argument("names", nargs=-1)
@click.option("--plan", "is_plan", is_flag=True, help="Show what goes by which rule; no more.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
def retain_command(names: tuple[str, ...], is_plan: bool, yes: bool, output: str) -> None:
    """Let go of what is past its time: all that has a rule, or what is named.

    Records, months of the ledger, events, backups, files of downloads and what else is kept for
    some time only. Legal holds are heeded. The service does it by itself.

    \b
    Example:
      cinv db retain --plan
      cinv db retain events backups --yes
    """
    settings = Settings.from_environment()

    async def look() -> list[dict[str, Any]]:
        async with opened(settings) as database:
            every = retained(database, settings)
            wanted = chosen(every, names) if names else list(every.values())
            return [
                {
                    **{name: getattr(each, name) for name in ("name", "what", "rule", "every")},
                    "holds": "heeded" if each.heeds_holds else "do not reach it",
                    "due": await each.due() if each.is_on else "nothing ever goes",
                }
                for each in wanted
            ]

    async def do() -> list[dict[str, Any]]:
        async with opened(settings) as database:
            done = []
            for each in chosen(retained(database, settings), names):
                click.echo(f"{each.name} …", err=True)
                done.append(
                    {"name": each.name, "what": each.what, "gone": await each.run(operator())}
                )
            return done

    if is_plan:
        show(run(look()), output, columns=_RETAINED, empty="")
        return
    if not yes:
        click.confirm("What goes cannot be brought back. Go on?", abort=True, err=True)
    show(run(do()), output, columns=("name", "what", "gone"), empty="Nothing has a rule.")


@click.command("reindex")
@click.argument("name", required=False, metavar="[TABLE|INDEX]")
@click.option("--plan", "is_plan", is_flag=True, help="Show the indexes; build nothing.")
@output_option
def reindex_command(name: str | None, is_plan: bool, output: str) -> None:
    """Build indexes anew while all goes on: of one table, one index, or all, the smallest first.

    Nobody waits for it. What attempts that were cut short left is taken away first; a run that was
    cut short goes on where it was. There must be room for the largest index once more.

    \b
    Example:
      cinv db reindex record.customer
    """
    settings = Settings.from_environment()

    async def look(database: Database) -> list[dict[str, Any]]:
        rows, left = await reindexing.planned(database, name)
        return [
            {"index": row["name"], "table": row["table_name"],
             "megabytes": round(row["bytes"] / _MEGABYTE, 1),
             "state": "whole" if row["is_valid"] else "not finished"}
            for row in rows
        ] + [{"index": each, "state": "left over: goes"} for each in left]  # fmt: skip

    async def work() -> list[dict[str, Any]]:
        async with opened(settings) as database:
            if is_plan:
                return await look(database)
            done = await reindexing.reindex(database, name, actor=operator(), progress=_Said().told)
            about = f"reindex {name or 'all'}"
            await accounted(database, _nothing, Operation.MODIFY, "index", about=about)
            return [
                {"index": each.name, "seconds": round(each.seconds, 2),
                 "megabytes_before": round(each.before / _MEGABYTE, 2),
                 "megabytes_after": round(each.after / _MEGABYTE, 2)}
                for each in done
            ]  # fmt: skip

    columns = ("index", "table", "megabytes", "state") if is_plan else _REBUILT
    show(run(work()), output, columns=columns, empty="Nothing is left to build.")


async def _nothing(_: Database) -> None:
    """Change nothing: the entry of the ledger is what is wanted."""


class _Said:
    """Tells how far the building of indexes is, now and then."""

    def __init__(self) -> None:
        self._at = 0.0
        self._name = ""

    def told(self, name: str, phase: str, share: float | None) -> None:
        """Take note of a phase, and of the share of it that is done."""
        if name == self._name and time.monotonic() - self._at < _SAID_SECONDS:
            return
        self._name, self._at = name, time.monotonic()
        click.echo(f"{name}: {phase}{'' if share is None else f', {share:.0%}'}", err=True)
