"""`cinv subject restrict`, `lift`, `restrictions`: restriction of processing (GDPR article 18)."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.subject import restriction
from customer_inventory.record.subject.restriction import Restriction
from customer_inventory.store.database import Database

_COLUMNS = (
    "id", "subject_id", "reason", "purposes", "records", "placed_at", "lifted_at", "informed",
)  # fmt: skip


@click.command()
@click.argument("identifier", metavar="ID")
@click.option("--reason", required=True, help="The case it is for, such as DSR-2026-17.")
@click.option(
    "--purpose-allowed",
    "purposes",
    multiple=True,
    metavar="PURPOSE",
    help="May process all the same, by the subject's consent; may be repeated.",
)
@click.option("--request", metavar="ID", help="The request of the subject that it answers.")
@output_option
def restrict(
    identifier: str, reason: str, purposes: tuple[str, ...], request: str | None, output: str
) -> None:
    """Restrict the processing of a subject's data: it is kept, and shown for no other purpose.

    ID is that of the party, or of any record of it. All that belongs to it is restricted at once,
    and whatever is recorded of it later.

    \b
    Example:
      cinv subject restrict qa06h0q9x2mrs6kz4c8v1tdw3e --reason DSR-2026-17
    """

    async def work(database: Database) -> Restriction:
        placed = await restriction.restrict(
            database,
            identifier,
            reason=reason,
            purposes=purposes,
            request=request,
            actor=operator(),
        )
        await _traced(database, placed)
        return placed

    _show([_run(work)], output)


@click.command()
@click.argument("identifier", metavar="RESTRICTION")
@click.option("--reason", required=True, help="The case that lifts it.")
@click.option(
    "--informed",
    required=True,
    help="How the subject was told of it before (article 18(3)), such as LETTER-2026-81.",
)
@output_option
def lift(identifier: str, reason: str, informed: str, output: str) -> None:
    """Lift a restriction, by its id: what it kept back is shown again.

    \b
    Example:
      cinv subject lift qa06h0q9x2mrs6kz4c8v1tdw3e --reason DSR-2026-17 --informed LETTER-2026-81
    """

    async def work(database: Database) -> Restriction:
        lifted = await restriction.lift(
            database, identifier, reason=reason, informed=informed, actor=operator()
        )
        await _traced(database, lifted)
        return lifted

    _show([_run(work)], output)


@click.command()
@click.option("--all", "every", is_flag=True, help="Those that were lifted too.")
@output_option
def restrictions(every: bool, output: str) -> None:
    """List the restrictions in force, newest first."""

    async def work(database: Database) -> list[Restriction]:
        found = await restriction.restrictions(database, in_force=not every)
        ids = list(dict.fromkeys(each.subject_id for each in found))
        await trace(database, operator(), Operation.READ, "restriction", ids)
        return found

    _show(_run(work), output)


async def _traced(database: Database, each: Restriction) -> None:
    await trace(database, operator(), Operation.MODIFY, "restriction", [each.subject_id])


def _run(work: Callable[[Database], Awaitable[Any]]) -> Any:
    async def entered() -> Any:
        async with opened(Settings.from_environment()) as database:
            return await work(database)

    return run(entered())


def _show(found: list[Restriction], output: str) -> None:
    rows = [{**asdict(each), "purposes": " ".join(each.purposes)} for each in found]
    show(rows, output, columns=_COLUMNS, empty="No restriction is in force.")
