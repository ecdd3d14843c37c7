"""`cinv customer tree` and `rollup`: who belongs to whom as of a date, and what hangs on them."""

from datetime import datetime
from typing import Any

import click

from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.past import Instant
from customer_inventory.cli.reading import reading, reading_options
from customer_inventory.cli.running import run
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.hierarchy.cycle import MOST_LEVELS
from customer_inventory.record.hierarchy.tree import (
    IN_TREES,
    KINDS,
    ROLLED_UP,
    Node,
    Span,
    Tree,
    rolled_up,
    tree,
)

_ENTRY = "hierarchy"

_as_of = click.option("--as-of", type=Instant(), help="The tree at this instant.  [default: now]")
_kind = click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Only this kind of tree."
)


@click.command("tree")
@click.argument("identifier", metavar="ID")
@_as_of
@_kind
@click.option(
    "--depth",
    default=10,
    show_default=True,
    type=click.IntRange(0, MOST_LEVELS),
    help="Levels below to show.",
)
@click.option(
    "--limit",
    default=1000,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Most records below to show.",
)
@reading_options
@output_option
def tree_command(
    identifier: str,
    as_of: datetime | None,
    kinds: tuple[str, ...],
    depth: int,
    limit: int,
    actor: Actor,
    output: str,
) -> None:
    """Show the tree around a party or customer: those above it, and those below it.

    \b
    Example:
      cinv customer tree qa06h0q9x2mrs6kz4c8v1tdw3e --as-of 2026-01-01
    """

    async def work() -> None:
        async with reading(actor, _ENTRY, [identifier]) as reader:
            span = Span(as_of or now(), reader.may(IN_TREES), kinds or KINDS)
            seen = await tree(
                reader.database, identifier, span, depth=depth, limit=limit, sight=reader.sight
            )
            nodes = (*seen.above, seen.node, *seen.below)
            ids = [node.id for node in nodes]
            await reader.told(_ENTRY, ids, {node.type for node in nodes})
        columns = ("level", "name", "type", "status", "kind", "id")
        show(_rows(seen, indented=output == "table"), output, columns=columns, empty="")
        if seen.known > len(seen.below):
            click.echo(f"The first {len(seen.below)} of {seen.known} below.", err=True)

    run(work())


@click.command()
@click.argument("identifier", metavar="ID")
@_as_of
@_kind
@reading_options
@output_option
def rollup(
    identifier: str, as_of: datetime | None, kinds: tuple[str, ...], actor: Actor, output: str
) -> None:
    """Count what hangs on a party or customer and on whoever is below it, by type and status.

    \b
    Example:
      cinv customer rollup qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work() -> None:
        async with reading(actor, _ENTRY, [identifier]) as reader:
            span = Span(as_of or now(), reader.may(IN_TREES), kinds or KINDS)
            seen = await rolled_up(
                reader.database, identifier, span, reader.may(ROLLED_UP), sight=reader.sight
            )
            await reader.told(_ENTRY, [seen.node.id], {seen.node.type, *seen.records})
        rows = [
            {"type": kind, "status": status, "records": count}
            for kind, by_status in seen.records.items()
            for status, count in by_status.items()
        ]
        show(rows, output, columns=("type", "status", "records"), empty="")

    run(work())


def _rows(seen: Tree, *, indented: bool) -> list[dict[str, Any]]:
    """Return the nodes from the top down, each followed by those below it."""
    rows = [_row(node, -node.level) for node in reversed(seen.above)]
    below: dict[str | None, list[Node]] = {}
    for node in seen.below:
        below.setdefault(node.from_id, []).append(node)
    stack = [seen.node]
    while stack:
        node = stack.pop()
        rows.append(_row(node, node.level))
        stack += reversed(below.get(node.id, []))
    if indented:
        highest = rows[0]["level"]
        for row in rows:
            row["name"] = "  " * (row["level"] - highest) + (row["name"] or "(not there)")
    return rows


def _row(node: Node, level: int) -> dict[str, Any]:
    return {
        "level": level,
        "name": node.name,
        "type": node.type,
        "status": node.status,
        "kind": node.kind,
        "from_id": node.from_id,
        "id": node.id,
    }
