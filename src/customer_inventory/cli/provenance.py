"""`cinv customer provenance`: where each attribute of a record comes from, and why it is shown."""

from typing import Any

import click

from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.past import type_option
from customer_inventory.cli.reading import reading, reading_options
from customer_inventory.cli.running import run
from customer_inventory.kit.actor import Actor
from customer_inventory.record.facet import facet_of
from customer_inventory.record.identity.surviving import Group, surviving
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.mask.node import CLEAR
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.provenance import MOST_VERSIONS, Provenance, provenance
from customer_inventory.record.types import named

_COLUMNS = ("attribute", "shown", "rule", "value", "origin", "process", "at", "rank")


@click.command("provenance")
@click.argument("identifier", metavar="ID")
@type_option
@reading_options
@output_option
def provenance_command(identifier: str, record_type: str, actor: Actor, output: str) -> None:
    """Show where each attribute of a record comes from: a row for each that says something of it.

    Of a merged record those that are shown come first, then those that lost, by the rule of the
    attribute (latest, trust, union).

    \b
    Example:
      cinv customer provenance qa06h0q9x2mrs6kz4c8v1tdw3e --type individual
    """
    declared = named(record_type)

    async def work() -> list[dict[str, Any]]:
        async with reading(actor, record_type, [identifier]) as reader:
            reader.demand(record_type)
            group = await surviving(reader.database, declared, identifier)
            shown = group.root if group else identifier
            versions = await Inventory(reader.database).versions(
                declared, shown, limit=MOST_VERSIONS, sight=reader.sight
            )
            ids = group.origins if group else [identifier]
            await reader.told(record_type, ids, [record_type])
            if group is not None:
                return _of_group(group, reader.sight.masks.get(record_type))
            rows = provenance(versions)
            return [_of_record(record_type, identifier, each) for each in rows]

    show(run(work()), output, columns=_COLUMNS, empty="It shows nothing.")


def _of_group(group: Group, mask: Mask | None) -> list[dict[str, Any]]:
    """Return a row for each that says something of an attribute which is shown as it is."""
    return [
        {
            "attribute": each.attribute,
            "shown": candidate.is_shown,
            "rule": each.rule,
            "value": candidate.value,
            "origin": candidate.origin,
            "process": candidate.source,
            "at": candidate.at,
            "rank": candidate.rank,
        }
        for each in group.attributes
        if mask is None or mask.node(each.attribute) is CLEAR
        for candidate in each.candidates
    ]


def _of_record(record_type: str, identifier: str, each: Provenance) -> dict[str, Any]:
    by = each.given.by
    return {
        "attribute": each.attribute,
        "shown": True,
        "rule": facet_of(record_type, each.attribute).survivorship,
        "value": each.given.value,
        "origin": identifier,
        "process": by.process,
        "at": by.recorded_from,
        "rank": None,
    }
