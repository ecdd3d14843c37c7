"""`cinv record trust`: how far sources are trusted where they disagree about a merged record."""

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.identity import trust as trusted
from customer_inventory.record.identity.trust import HIGHEST, Followed
from customer_inventory.store.together import together


@click.group()
def trust() -> None:
    """Trust: of sources that disagree, the one of the highest rank is shown."""


@trust.command("list")
@output_option
def list_command(output: str) -> None:
    """List how far each source is trusted, who said so when, and whether what is shown followed.

    Of elements that a capture process in force says something else of there is a line each.
    """

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = [dict(row) for row in await trusted.ranks(database)]
        columns = (
            "source",
            "element",
            "rank",
            "set_at",
            "process",
            "person",
            "done",
            "changed",
            "ended_at",
        )
        show(rows, output, columns=columns, empty="No source has a rank: all are equal.")

    run(work())


@trust.command("set")
@click.argument("source")
@click.argument("rank", type=click.IntRange(-HIGHEST, HIGHEST))
def set_command(source: str, rank: int) -> None:
    """Trust SOURCE (a process, or the source of a mapping) so far, and show merged records anew.

    Sources without a rank have 0. Broken off, the same command begins again and changes nothing
    twice.

    \b
    Example:
      cinv record trust set population-register 10
    """

    def tell(followed: Followed) -> None:
        click.echo(f"{followed.done} merged records shown, {followed.changed} differ", err=True)

    async def work() -> Followed:
        async with opened(Settings.from_environment()) as database:
            actor = operator()
            async with together(database) as within:
                change = await trusted.set_rank(within, source, rank, actor=actor)
                await trace(within, actor, Operation.MODIFY, "trust", [], reason=source)
            return await trusted.follow(database, change, actor=actor, progress=tell)

    followed = run(work())
    click.echo(f"{source}: rank {rank}, {followed.changed} of {followed.done} differ")
