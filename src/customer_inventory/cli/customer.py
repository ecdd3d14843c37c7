"""`cinv customer`: find customers, see one whole, follow what became of it."""

from typing import Any

import click
import msgspec

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli import hierarchy, past
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse_object
from customer_inventory.record.find import customers_named
from customer_inventory.record.inventory import Inventory


@click.group()
def customer() -> None:
    """Customers: find, show, history, tree. What you see is recorded in the access ledger."""


customer.add_command(past.history)
customer.add_command(past.diff)
customer.add_command(hierarchy.tree_command)
customer.add_command(hierarchy.rollup)


@customer.command()
@click.argument("name")
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Most customers to show.",
)
@output_option
def find(name: str, limit: int, output: str) -> None:
    """Find customers by a part of their name (three letters or more).

    \b
    Example:
      cinv customer find lundberg
    """

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await customers_named(database, name, limit=limit)
            ids = [row["id"] for row in rows]
            await trace(database, operator(), Operation.READ, "customer", ids)
        show(rows, output, columns=("id", "name", "status"), empty="No customer has such a name.")

    run(work())


@customer.command("show")
@click.argument("identifier", metavar="ID")
@click.option(
    "--limit",
    default=10,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="Most records of a type.",
)
@output_option
def show_command(identifier: str, limit: int, output: str) -> None:
    """Show a customer whole: person or organisation, accounts, agreements, interactions.

    \b
    Example:
      cinv customer show qa06h0q9x2mrs6kz4c8v1tdw3e -o json
    """

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            seen = await Inventory(database).around(identifier, most=limit)
            await trace(database, operator(), Operation.READ, "customer360", seen.record_ids)
        rows = [_row("customer", seen.id, seen.customer)]
        rows += [
            _row(kind, record_id, body)
            for kind, part in seen.parts.items()
            for record_id, body in part
        ]
        show(rows, output, columns=("type", "id", "name", "status"), empty="")
        for kind, count in seen.known.items():
            if count > len(seen.parts[kind]):
                click.echo(f"{kind}: the latest {len(seen.parts[kind])} of {count}", err=True)

    run(work())


def _row(kind: str, identifier: str, body: bytes) -> dict[str, Any]:
    document = parse_object(body)
    name = document.get("name") or " ".join(
        str(document[part]) for part in ("givenName", "familyName") if part in document
    )
    return {
        "type": kind,
        "id": identifier,
        "name": name or document.get("reason", ""),
        "status": document.get("status") or document.get("state", ""),
        "document": msgspec.Raw(body),
    }
