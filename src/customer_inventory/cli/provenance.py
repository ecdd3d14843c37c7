"""`cinv customer provenance`: where each attribute of a record comes from, and why it is shown."""

from typing import Any

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.past import type_option
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.facet import facet_of
from customer_inventory.record.identity.surviving import Group, surviving
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.provenance import MOST_VERSIONS, Provenance, provenance
from customer_inventory.record.types import named

_COLUMNS = ("attribute", "shown", "rule", "value", "origin", "process", "at", "rank")


@click.command("provenance")
@click.argument("identifier", metavar="ID")
@type_option
@output_option
def provenance_command(identifier: str, record_type: str, output: str) -> None:
    """Show where each attribute of a record comes from: a row for each that says something of it.

    Of a merged record those that are shown come first, then those that lost, by the rule of the
    attribute (latest, trust, union).

    \b
    Example:
      cinv customer provenance qa06h0q9x2mrs6kz4c8v1tdw3e --type individual
    """
    declared = named(record_type)

    async def work() -> list[dict[str, Any]]:
        async with opened(Settings.from_environment()) as database:
            group = await surviving(database, declared, identifier)
            if group is not None:
                await trace(database, operator(), Operation.READ, record_type, group.origins)
                return _of_group(group)
            versions = await Inventory(database).versions(declared, identifier, limit=MOST_VERSIONS)
            await trace(database, operator(), Operation.READ, record_type, [identifier])
            rows = provenance(versions)
            return [_of_record(record_type, identifier, each) for each in rows]

    show(run(work()), output, columns=_COLUMNS, empty="It shows nothing.")


def _of_group(group: Group) -> list[dict[str, Any]]:
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
