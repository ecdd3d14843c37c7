"""Advice on indexes, wired: by hypothetical ones where the server knows them, else on a copy."""

from customer_inventory.facilities.backup.lending import restored
from customer_inventory.facilities.backup.restoring import Tell
from customer_inventory.facilities.backup.vault import vault_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.advising.advice import (
    NO_HYPOPG,
    of_indexes,
    of_trial,
)
from customer_inventory.shortcomings.check import Outcome
from customer_inventory.shortcomings.seeing import seeing_most
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer


async def advised(
    database: Database, settings: Settings, *, on_copy: bool, tell: Tell, actor: Actor
) -> Outcome:
    """Look for missing indexes, keep what was found, and return what came of it.

    `on_copy`: on a restored copy even where the server has hypopg. Raises what `restored` does.
    """
    async with seeing_most(database, settings) as server:
        outcome = await of_indexes(server, database)
    if settings.database_url is None and (on_copy or outcome.reason == NO_HYPOPG):
        with restored(EmbeddedServer(settings.home), vault_of(settings), tell) as scratch:
            tell("trying indexes on the copy")
            return await tried_on(database, settings, scratch.dsn, actor=actor)
    await held.meet(database, [outcome], now(), actor=actor)
    return outcome


async def tried_on(database: Database, settings: Settings, dsn: str, *, actor: Actor) -> Outcome:
    """Try indexes on the copy at `dsn`, keep what was found, and return what came of it."""
    async with seeing_most(database, settings) as server:
        outcome = await of_trial(server, dsn)
    await held.meet(database, [outcome], now(), actor=actor)
    return outcome
