"""`cinv capture stream` and `streams`: events of brokers taken in, and how that is."""

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import click

from customer_inventory.access.house import operator
from customer_inventory.capture.stream.broker.listening import check
from customer_inventory.capture.stream.declared import Stream, read_stream
from customer_inventory.capture.stream.running import Streams, streams
from customer_inventory.cli.failing import DONE, PARTLY
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.register.keeping import Editions
from customer_inventory.store.locate import watched

_COLUMNS = ("name", "state", "reason", "broker", "topic", "behind", "events", "refused",
            "duplicates", "late", "skipped", "event_at", "import")  # fmt: skip


@click.command("stream")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def stream_command(files: tuple[Path, ...]) -> None:
    """Take events from brokers, as stream files declare, until interrupted.

    CloudEvents, JSON and change events as Debezium shapes them, from NATS JetStream, the Kafka
    protocol and AMQP. Each has its effect once, however often it is delivered; what was said
    earlier overwrites nothing that was said later; what cannot be taken is refused with its place
    and holds up nothing. While the broker or the database is away, it waits.

    \b
    Example:
      cinv capture stream billing.stream.yaml
      cinv capture streams
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    declared = [read_stream(file) for file in files]
    for each in declared:
        check(each)
    run(_take_until_stopped(Settings.from_environment(), declared))


async def _take_until_stopped(settings: Settings, declared: Sequence[Stream]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(opened(settings))
        await stack.enter_async_context(watched(settings))
        editions = Editions(database, lambda: None)
        await editions.start()
        stack.push_async_callback(editions.stop)
        here = Streams(database, declared, operator(), settings)
        here.start()
        stack.push_async_callback(here.stop)
        click.echo(f"streams: {', '.join(each.name for each in declared)}")
        await stopped.wait()


@click.command("streams")
@output_option
def streams_command(output: str) -> None:
    """Show how each stream is, by its latest start.

    It is running, waiting (and why), stopped, or lost: nobody has heard of it for a minute. Exit
    code 4 says that one of them is waiting or lost.
    """

    async def work() -> bool:
        async with opened(Settings.from_environment()) as database:
            rows = await streams(database)
        show(rows, output, columns=_COLUMNS, empty="No stream was started yet.")
        return all(row["state"] in {"running", "stopped"} for row in rows)

    sys.exit(DONE if run(work()) else PARTLY)
