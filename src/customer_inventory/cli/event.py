"""`cinv event`: who listens, how it goes, what was given up; replay, and the outbox as it grows."""

import asyncio
from typing import Any

import click

from customer_inventory.access.house import accounted, operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, quietly, run
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.record.event import outbox, progress
from customer_inventory.record.event import subscription as subscriptions
from customer_inventory.record.event.outbox import Told
from customer_inventory.store.database import Database

_TOLD = ("seq", "recorded_at", "type", "event", "id", "revision")
_LOOK_SECONDS = 0.5


@click.group()
def event() -> None:
    """Events: who is told of what happens to records, and how it goes."""


@event.command()
@output_option
def subscribers(output: str) -> None:
    """List the subscriptions: who is told of what."""
    columns = ("id", "process", "api", "version", "callback", "query", "health")
    run(_show_standing(output, columns))


@event.command()
@output_option
def health(output: str) -> None:
    """Tell how it goes with each subscription. Exit code 1 if one is not healthy."""
    columns = (
        "id", "process", "health", "behind", "waiting", "dead", "attempts", "failing_since",
        "last_delivered_at", "reason",
    )  # fmt: skip
    if any(
        row["health"] != "healthy" or row["dead"] for row in run(_show_standing(output, columns))
    ):
        raise SystemExit(1)


@event.command()
@click.option("--subscription", help="Of this subscription alone.")
@click.option(
    "--last",
    default=100,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Most to show.",
)
@output_option
def dead(subscription: str | None, last: int, output: str) -> None:
    """List dead letters: events that were given up, oldest first, with the reason."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await progress.dead_letters(database, subscription=subscription, limit=last)
            ids = sorted({row["record_id"] for row in rows})
            await trace(database, operator(), Operation.READ, "deadLetter", ids)
        columns = ("subscription", "seq", "record_type", "record_id", "event", "attempts", "reason")
        show(rows, output, columns=columns, empty="Nothing was given up.")

    run(work())


@event.command()
@click.argument("subscription")
@click.option("--after", type=click.IntRange(0), help="Tell what comes after this number again.")
@click.option("--from", "start", help="Tell what was recorded from this instant on again.")
@click.option("--dead", is_flag=True, help="Try the dead letters again.")
@click.option("--resume", is_flag=True, help="Tell a suspended subscription again at once.")
def replay(
    subscription: str, after: int | None, start: str | None, dead: bool, resume: bool
) -> None:
    """Tell a subscription again: from a number, an instant, its dead letters, or where it was.

    \b
    Example:
      cinv event replay qa06h0q9x2mrs6kz4c8v1tdw3e --from 2026-11-24T08:00:00Z
      cinv event replay qa06h0q9x2mrs6kz4c8v1tdw3e --dead
    """
    ways = (after is not None, start is not None, dead, resume)
    if sum(ways) != 1:
        raise click.UsageError("Give one of --after, --from, --dead and --resume.")

    async def work() -> str:
        async with opened(Settings.from_environment()) as database:
            return await accounted(
                database,
                lambda within: _replayed(within, subscription, after, start, is_dead=dead),
                Operation.READ,
                "subscription",
                about=f"replay {subscription}",
            )

    click.echo(f"{subscription}: {run(work())}", err=True)


@event.command()
@click.argument("subscription")
def secret(subscription: str) -> None:
    """Sign what a subscription is told with a new secret. It is printed once.

    \b
    Example:
      cinv event secret qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work() -> str:
        async with opened(Settings.from_environment()) as database:
            return await subscriptions.renew_secret(database, subscription)

    click.echo(run(work()))


@event.command()
@click.option(
    "--last",
    default=20,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Most to show.",
)
@click.option("-f", "--follow", is_flag=True, help="Go on as more happens, until interrupted.")
@output_option
def tail(last: int, follow: bool, output: str) -> None:
    """Show the latest that happened to records, oldest first."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await outbox.latest(database, last)
            await _show_told(database, rows, output)
            while follow:
                await asyncio.sleep(_LOOK_SECONDS)
                seen = max((told.seq for told in rows), default=0)
                news = [told for told in await outbox.latest(database, 1000) if told.seq > seen]
                if news:
                    rows = news
                    await _show_told(database, news, "ndjson" if output == "json" else output)

    quietly(work())


async def _show_standing(output: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    async with opened(Settings.from_environment()) as database:
        rows = await subscriptions.standing(database)
    show(rows, output, columns=columns, empty="Nobody listens.")
    return rows


async def _replayed(
    database: Database, identifier: str, after: int | None, start: str | None, *, is_dead: bool
) -> str:
    if is_dead:
        await subscriptions.get(database, identifier)
        return f"{await progress.revive(database, identifier)} dead letters are tried again"
    if start is not None:
        instant = parse_instant(start)
        if instant is None:
            raise Invalid(f"{start!r} is no date-time.", hint="Write 2026-01-31T12:00:00Z.")
        after = await outbox.seq_at(database, instant)
    if after is None:
        await subscriptions.resume(database, identifier)
        return "resumed"
    await subscriptions.replay(database, identifier, after=after)
    return f"everything after {after} is told again"


async def _show_told(database: Database, events: list[Told], output: str) -> None:
    ids = sorted({told.id for told in events})
    await trace(database, operator(), Operation.READ, "event", ids)
    rows = [{name: getattr(told, name) for name in _TOLD} for told in events]
    show(rows, output, columns=_TOLD, empty="Nothing has happened yet.")
