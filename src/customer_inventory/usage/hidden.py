"""Which records of past traffic would be kept from a session now, and by which rule."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from customer_inventory.access.scope import SCOPE
from customer_inventory.record.scope import EVERY_ROW
from customer_inventory.record.scoping.landing import in_scope
from customer_inventory.record.sight import CHOICE, Sight
from customer_inventory.record.subject.restriction import ProcessingRestricted, kept_back
from customer_inventory.record.subject.withholding import chosen_against
from customer_inventory.store.database import Database, Row

_AT_ONCE = 500

Hidden = Mapping[str, str]
"""Rules by the id of a record that they keep out."""


async def hidden_from(
    database: Database, traffic: AsyncIterator[Row], sight: Sight
) -> AsyncIterator[tuple[Row, Hidden]]:
    """Yield entries of the ledger, each with those of its records that are kept out now.

    Records that are not there any more are neither in nor out. Of several rules that keep a record
    out it is the first that the doors ask: scope, restriction, choice.
    """
    batch: list[Row] = []
    async for row in traffic:
        batch.append(row)
        if len(batch) == _AT_ONCE:
            for found in await _looked_up(database, batch, sight):
                yield found
            batch = []
    for found in await _looked_up(database, batch, sight):
        yield found


async def _looked_up(
    database: Database, batch: Sequence[Row], sight: Sight
) -> list[tuple[Row, Hidden]]:
    ids = {identifier for row in batch for identifier in row["record_ids"] if identifier}
    rules = await _rules(database, await in_scope(database, ids, EVERY_ROW), sight)
    return [
        (row, {each: rules[each] for each in row["record_ids"] if each in rules}) for row in batch
    ]


async def _rules(database: Database, present: Mapping[str, str], sight: Sight) -> dict[str, str]:
    chosen = await chosen_against(database, present, _whole(sight))
    restricted = await kept_back(database, present, sight)
    shown = present.keys()
    if sight.rows.by_type:
        shown = (await in_scope(database, present, sight.rows)).keys()
    return (
        dict.fromkeys(chosen, CHOICE)
        | dict.fromkeys(restricted, ProcessingRestricted.code)
        | dict.fromkeys(present.keys() - shown, SCOPE)
    )


def _whole(sight: Sight) -> Sight:
    """Return a sight that choices alone keep anything from."""
    return Sight(rows=replace(sight.rows, by_type=()))
