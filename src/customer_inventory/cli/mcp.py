"""`cinv mcp`: the door for agents, on standard input and output."""

import asyncio
import os
from typing import TYPE_CHECKING

import click

from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.kit.settings import said

if TYPE_CHECKING:
    from customer_inventory.client import ClientCredentials, Token


@click.command()
@click.option("--write", "may_write", is_flag=True, help="Give tools that change records, too.")
def mcp(may_write: bool) -> None:
    """Serve an agent by the Model Context Protocol, on standard input and output.

    It calls the API at CINV_URL as the client CINV_CLIENT_ID of a registered process, with
    CINV_CLIENT_SECRET, for CINV_PURPOSE; or with CINV_TOKEN. Secrets may be in files, named by the
    variable with _FILE. What the agent reads is masked, limited and kept as for every process.

    \b
    Example:
      cinv mcp --help
    """
    try:
        from customer_inventory.client import AsyncClient  # noqa: PLC0415 - of an extra
        from customer_inventory.mcp.server import server  # noqa: PLC0415 - of an extra
    except ImportError as error:
        hint = "Install customer-inventory[mcp]."
        raise Unavailable(f"{error.name} is not installed.", hint=hint) from error
    base = _needed("CINV_URL", "the address of the service")
    inventory = AsyncClient(base, _credential())
    asyncio.run(server(inventory, may_write=may_write).run_stdio_async())


def _credential() -> "Token | ClientCredentials":
    from customer_inventory.client import ClientCredentials, Token  # noqa: PLC0415 - of an extra

    token = said("CINV_TOKEN", os.environ)
    if token:
        return Token(token)
    client = _needed("CINV_CLIENT_ID", "the client of the agent's process (or CINV_TOKEN)")
    secret = _needed("CINV_CLIENT_SECRET", "its secret")
    return ClientCredentials(client, secret, said("CINV_PURPOSE", os.environ))


def _needed(variable: str, what: str) -> str:
    value = said(variable, os.environ)
    if not value:
        raise Invalid(f"{variable} is not set.", hint=f"It is {what}.")
    return value
