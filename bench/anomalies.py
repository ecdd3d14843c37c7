"""Anomalies on generated traffic: what usual months raise for nothing, what of misuse is found.

`python -m bench.anomalies --seeds 20`: each seed is twelve weeks of six processes in a database of
its own, sealed, metered and looked at day by day as a service does; counted is the last month of
four weeks. With misuse planted it is looked at again. A minute or so for each seed.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.server import new_home
from bench.usual import DAYS, HISTORY_DAYS, START, World, misuse, usual
from customer_inventory.access.ledger import Entry, keep_with
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.usage.anomaly.held import Chosen, anomalies
from customer_inventory.usage.anomaly.looking import look
from customer_inventory.usage.metering.hourly import meter

_BY = Actor("bench", "benchmark")
_AT_ONCE = 5000
_USUAL, _APART = 30, 5
_EMPTY = """
    DO $$
    BEGIN
        TRUNCATE access.sealed, access.segment, access.checkpoint, usage.hourly, usage.habit,
            usage.anomaly CASCADE;
        UPDATE usage.metered SET place = 0;
        UPDATE usage.watched SET place = 0;
    END
    $$
"""


async def made_world(database: Database) -> World:
    """Make customers of two segments; return their ids."""
    inventory = Inventory(database)
    ids: dict[str, list[str]] = {"consumer": [], "vip": []}
    for place in range(_USUAL + _APART):
        segment = "consumer" if place < _USUAL else "vip"
        person = await inventory.create(
            TYPES["individual"],
            {"@type": "Individual", "givenName": "Ann", "familyName": f"Number {place}"},
            actor=_BY,
        )
        said = {
            "@type": "Customer",
            "name": f"Customer {place}",
            "engagedParty": {
                "@type": "PartyRef", "id": person.id, "@referredType": "Individual"
            },
            "characteristic": [
                {"@type": "StringCharacteristic", "name": "segment", "value": segment}
            ],
        }  # fmt: skip
        made = await inventory.create(TYPES["customer"], said, actor=_BY)
        ids[segment].append(made.id)
    return World(ids["consumer"], ids["vip"])


async def kept(database: Database, folder: Path, entries: Sequence[Entry]) -> None:
    """Keep entries in the ledger, seal them and meter them."""
    sealer = Sealer(database, Signer(Ed25519PrivateKey.generate()), Anchors(folder))
    for first in range(0, len(entries), _AT_ONCE):
        async with database.transaction() as connection:
            await keep_with(connection, entries[first : first + _AT_ONCE])
    await sealer.seal_all()
    await meter(database)


async def found(database: Database, *, month_alone: bool = True) -> list[tuple[str, str, str]]:
    """Return what was found, of the last four weeks: kind, process and what it is about."""
    since = START + timedelta(days=HISTORY_DAYS) if month_alone else None
    every = await anomalies(database, Chosen(states=None, since=since), limit=1000)
    return [(each["kind"], each["process"], each["about"]) for each in every]


async def _usual_month(
    database: Database, folder: Path, world: World, seed: int
) -> list[tuple[str, str, str]]:
    """Let a usual month pass, looked at once a day; return what was found in it."""
    made = usual(world, seed=seed)
    first = HISTORY_DAYS - 7
    for day in range(first, DAYS + 1):
        stop = START + timedelta(days=day)
        begun = START if day == first else stop - timedelta(days=1)
        part = [each for each in made if begun.isoformat() <= each.at < stop.isoformat()]
        await kept(database, folder, part)
        await look(database, at=stop)
    return await found(database)


async def _planted(
    database: Database, folder: Path, world: World, seed: int
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return what of misuse was planted and not found, and what was found besides."""
    planted = misuse(world, seed=seed)
    entries = [*usual(world, seed=seed), *(one for each in planted for one in each.entries)]
    await kept(database, folder, sorted(entries, key=lambda each: each.at))
    await look(database, at=START + timedelta(days=DAYS))
    there = {(kind, process) for kind, process, _ in await found(database)}
    wanted = {(each.kind, each.process) for each in planted}
    return wanted - there, there - wanted


async def _measure(first: int, seeds: int) -> None:
    alarms: list[int] = []
    async with new_home() as home, Database(home.dsn) as database:
        world = await made_world(database)
        for seed in range(first, first + seeds):
            began = time.monotonic()
            await database.execute(_EMPTY)
            raised = await _usual_month(database, home.folder, world, seed)
            await database.execute(_EMPTY)
            missed, besides = await _planted(database, home.folder, world, seed)
            alarms.append(len(raised))
            click.echo(
                f"seed {seed}: {len(raised)} alarms in a usual month {sorted(raised)}; of"
                f" misuse missed {sorted(missed)}, besides {sorted(besides)}"
                f" ({time.monotonic() - began:.0f} s)"
            )
    click.echo(
        f"{seeds} usual months: {sum(alarms)} alarms, {max(alarms)} in a month at most,"
        f" {sum(count > 2 for count in alarms)} months with more than two"
    )


@click.command()
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(1))
@click.option("--first", default=1, show_default=True, help="The first seed.")
def main(seeds: int, first: int) -> None:
    """Measure and print."""
    asyncio.run(_measure(first, seeds))


if __name__ == "__main__":
    main()
