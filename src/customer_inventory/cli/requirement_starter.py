"""`cinv req starter`: what ships with the product, beside what the register says."""

from typing import Any

import click

from customer_inventory.cli.access_decision import as_option, decided, in_database
from customer_inventory.cli.output import output_option, show
from customer_inventory.requirements import register
from customer_inventory.requirements.starter.shipped import News, news
from customer_inventory.store.database import Database

_COLUMNS = ("id", "type", "path", "outcome", "keys", "name")


@click.command()
@click.option("--import", "imports", is_flag=True, help="Propose what is new or changed.")
@as_option
@click.option("--reason", default="Ships with the product.", help="Why it is taken over.")
@output_option
def starter(imports: bool, person: str | None, reason: str, output: str) -> None:
    """Tell what of the starter register is new or says something else than the register.

    A database that is prepared anew begins with the starter; later versions of the product may ship
    more. Nothing of it is taken over by itself: `--import` proposes it, people decide. What people
    retired stays retired, and what is under way or about an element of yours is left alone.

    \b
    Example:
      cinv req starter --import --reason "Version 0.2 has purposes of settlement accounts"
    """

    async def work(database: Database) -> list[News]:
        found = news(await register.latest(database))
        if imports:
            proposed = [each.requirement for each in found if each.can_be_proposed]
            await register.propose(database, proposed, by=decided(person, reason))
        return found

    rows = [_row(each, imports) for each in in_database(work)]
    show(rows, output, columns=_COLUMNS, empty="The register has all that ships.")


def _row(each: News, imports: bool) -> dict[str, Any]:
    return {
        "id": each.requirement.id,
        "type": each.requirement.type,
        "path": each.requirement.path,
        "outcome": "proposed" if imports and each.can_be_proposed else each.outcome,
        "keys": list(each.keys),
        "name": each.requirement.name,
    }
