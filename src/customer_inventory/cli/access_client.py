"""`cinv access client` and `cinv access keys`: the clients of processes, and the signing keys."""

from pathlib import Path

import click

from customer_inventory.access.oauth import client as clients
from customer_inventory.access.oauth.signing import SigningKeys
from customer_inventory.access.operation import Operation
from customer_inventory.cli.access_decision import account, changed
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe


@click.group()
def client() -> None:
    """OAuth clients: how a process shows who it is to get short-lived tokens."""


@client.command()
@click.argument("name")
@click.option("--process", required=True, help="The registered process it belongs to.")
@click.option(
    "--jwks",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File of public keys (RFC 7517): it signs assertions instead of showing a secret.",
)
@click.option("--issuer", help="The trusted issuer that knows it: it has no secret here.")
@click.option("--external-id", help="What the issuer calls it; with --issuer.")
@click.option("--dpop", is_flag=True, help="Its tokens count only with a proof (RFC 9449).")
def add(
    name: str,
    process: str,
    jwks: Path | None,
    issuer: str | None,
    external_id: str | None,
    dpop: bool,
) -> None:
    """Register a client of a process. Its secret is printed once, unless it has keys.

    \b
    Example:
      cinv access client add billing-batch --process billing
    """
    if (issuer is None) != (external_id is None) or (issuer and jwks):
        raise click.UsageError("--issuer goes with --external-id, and without --jwks.")
    keys_given = jwks.read_bytes() if jwks else None

    async def work(database: Database) -> str | None:
        if issuer is not None and external_id is not None:
            await clients.register_external(
                database,
                name,
                process,
                issuer=issuer,
                external_id=external_id,
                registered_by=account(),
                dpop_required=dpop,
            )
            return None
        return await _registered(database, name, process, keys_given, dpop)

    secret = changed(work, Operation.CREATE, "client", about=f"{name} of {process}")
    click.echo(secret or f"{name}: registered", err=secret is None)


async def _registered(
    database: Database, name: str, process: str, jwks: bytes | None, dpop: bool
) -> str | None:
    """Register a client that authenticates here; return its secret, None where it has keys."""
    if jwks is not None:
        await clients.register_with_keys(
            database, name, process, jwks, registered_by=account(), dpop_required=dpop
        )
        return None
    secret, until = await clients.register_with_secret(
        database, name, process, registered_by=account(), dpop_required=dpop
    )
    click.echo(f"good until {until:%Y-%m-%d}; it is not shown again", err=True)
    return secret


@client.command("new-secret")
@click.argument("name")
def new_secret(name: str) -> None:
    """Print a new secret of a client; those before are good for 12 hours more.

    \b
    Example:
      cinv access client new-secret billing-batch
    """
    secret, until = changed(
        lambda database: clients.new_secret(database, name),
        Operation.MODIFY,
        "client",
        about=f"new secret of {name}",
    )
    click.echo(f"good until {until:%Y-%m-%d}; it is not shown again", err=True)
    click.echo(secret)


@client.command("list")
@output_option
def list_command(output: str) -> None:
    """List the clients of all processes."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await clients.clients(database)
        columns = (
            "id",
            "process",
            "auth_method",
            "issuer",
            "state",
            "secret_expires_at",
            "registered_by",
        )
        show(rows, output, columns=columns, empty="No client is registered.")

    run(work())


@client.command("end-tokens")
@click.argument("name")
def end_tokens(name: str) -> None:
    """End every access token of a client at once; it can get new ones.

    \b
    Example:
      cinv access client end-tokens billing-batch
    """
    changed(
        lambda database: clients.end_tokens(database, name),
        Operation.DELETE,
        "token",
        about=f"client {name}",
    )
    click.echo(f"{name}: tokens ended", err=True)


@client.command()
@click.argument("name")
def resume(name: str) -> None:
    """Let a client act again that was suspended because nobody used it.

    \b
    Example:
      cinv access client resume qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    changed(
        lambda database: clients.resume(database, name),
        Operation.MODIFY,
        "client",
        about=f"{name} resumed",
    )
    click.echo(f"{name}: active", err=True)


@client.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End a client for good, and its tokens at once.

    \b
    Example:
      cinv access client revoke billing-batch
    """
    changed(
        lambda database: clients.revoke(database, name),
        Operation.DELETE,
        "client",
        about=name,
    )
    click.echo(f"{name}: revoked", err=True)


@click.group()
def keys() -> None:
    """The keys that sign access tokens."""


@keys.command("list")
@output_option
def list_keys(output: str) -> None:
    """List the public keys that are published."""
    settings = Settings.from_environment()

    async def work() -> None:
        async with opened(settings) as database:
            rows = await SigningKeys(database, Safe.kept_in(settings.home)).listed()
        told = [
            {"kid": row["kid"], "state": row["state"], "changed_at": row["changed_at"],
             "public_jwk": parse(row["public_jwk"])}
            for row in rows
        ]  # fmt: skip
        show(told, output, columns=("kid", "state", "changed_at"), empty="No key was made yet.")

    run(work())


@keys.command()
def rotate() -> None:
    """Let the next key sign, and retire the one that did: tokens it signed still count.

    \b
    Example:
      cinv access keys rotate
    """
    settings = Settings.from_environment()

    async def work(database: Database) -> None:
        await SigningKeys(database, Safe.kept_in(settings.home)).rotate()

    changed(work, Operation.MODIFY, "signingKey", about="rotated")
    click.echo("rotated", err=True)
