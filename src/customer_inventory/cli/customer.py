"""`cinv customer`: find customers, see one whole, follow what became of it."""

from datetime import datetime
from typing import Any

import click
import msgspec

from customer_inventory.cli import hierarchy, identity, past, provenance
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import reading, reading_options
from customer_inventory.cli.running import run
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import parse_instant
from customer_inventory.record.document import parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.search.candidate import SEARCHED
from customer_inventory.record.search.find import MOST_SHOWN
from customer_inventory.record.search.find import find as search
from customer_inventory.record.time.moment import Moment


@click.group()
def customer() -> None:
    """Customers: find, show, history, tree. What you see is recorded in the access ledger.

    You see what --process is shown for --purpose: restricted data is kept back here too.
    """


customer.add_command(past.history)
customer.add_command(past.diff)
customer.add_command(provenance.provenance_command)
customer.add_command(hierarchy.tree_command)
customer.add_command(hierarchy.rollup)
customer.add_command(identity.merge)
customer.add_command(identity.unmerge)
customer.add_command(identity.transfer)


@customer.command()
@click.argument("text")
@click.option(
    "--as-of", metavar="INSTANT", help="Count what held then (a number has many holders in time)."
)
@click.option(
    "--limit",
    default=20,
    show_default=True,
    type=click.IntRange(1, MOST_SHOWN),
    help="Most records to show.",
)
@reading_options
@output_option
def find(text: str, as_of: str | None, limit: int, actor: Actor, output: str) -> None:
    """Find customers by what is known of them, best answers first.

    TEXT is a name (misspelt, or its beginning), a telephone number in any notation, an e-mail
    address, an identifier, an address, an account or agreement, or a service number.

    \b
    Examples:
      cinv customer find "lundberg ada"
      cinv customer find "+46 70 174 06 05" --as-of 2024-05-01
    """
    instant = parse_instant(as_of) if as_of else None
    if as_of and instant is None:
        raise click.BadParameter("write a date or date-time as ISO 8601 does", param_hint="--as-of")

    async def work() -> None:
        async with reading(actor, "search") as reader:
            found = await search(
                reader.database,
                text,
                types=reader.may(SEARCHED),
                as_of=instant,
                limit=limit,
                sight=reader.sight,
            )
            ids = [hit.id for hit in found.hits]
            customers = [hit.customer_id for hit in found.hits if hit.customer_id]
            kinds = {hit.type for hit in found.hits} | ({"customer"} if customers else set())
            await reader.told("search", list(dict.fromkeys([*ids, *customers])), kinds)
        rows = [
            {
                "type": hit.type,
                "id": hit.id,
                "name": hit.name,
                "score": hit.score,
                "matched": ", ".join(dict.fromkeys(match.kind for match in hit.matched)),
                "customer_id": hit.customer_id or "",
                "customer": hit.customer_name or "",
            }
            for hit in found.hits
        ]
        columns = ("type", "id", "name", "score", "matched", "customer_id", "customer")
        show(rows, output, columns=columns, empty="Nothing answers that.")
        if found.after is not None or not found.is_complete:
            click.echo("There is more: a further word tells apart.", err=True)

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
@past.moment_options
@reading_options
@output_option
def show_command(
    identifier: str,
    limit: int,
    as_of: datetime | None,
    known_at: datetime | None,
    actor: Actor,
    output: str,
) -> None:
    """Show a customer whole: person or organisation, accounts, agreements, interactions.

    \b
    Example:
      cinv customer show qa06h0q9x2mrs6kz4c8v1tdw3e -o json
      cinv customer show qa06h0q9x2mrs6kz4c8v1tdw3e --as-of 2026-01-01
    """
    moment = Moment(as_of, known_at)

    async def work() -> None:
        async with reading(actor, "customer360", [identifier]) as reader:
            reader.demand("customer")
            seen = await Inventory(reader.database).around(
                identifier, most=limit, moment=moment, sight=reader.sight
            )
            kinds = reader.may(seen.parts)
            parts = [(kind, record) for kind in kinds for record in seen.parts[kind]]
            ids = [seen.id, *(record_id for _, (record_id, _) in parts)]
            await reader.told("customer360", ids, {"customer", *kinds})
        rows = [_row("customer", seen.id, seen.customer)]
        rows += [_row(kind, record_id, body) for kind, (record_id, body) in parts]
        show(rows, output, columns=("type", "id", "name", "status"), empty="")
        for kind in kinds:
            count, shown = seen.known[kind], len(seen.parts[kind])
            if count > shown:
                click.echo(f"{kind}: the latest {shown} of {count}", err=True)

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
