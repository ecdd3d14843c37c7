"""`cinv access issuer`: external OpenID providers whose tokens show which client calls."""

from dataclasses import replace
from typing import IO

import click

from customer_inventory.access.oauth import issuer as issuers
from customer_inventory.access.oauth.issuer import ALGORITHMS, Issuer
from customer_inventory.access.oauth.key_set import MOST_BYTES, public_keys
from customer_inventory.access.operation import Operation
from customer_inventory.access.person import code_flow
from customer_inventory.cli.access_decision import account, changed
from customer_inventory.cli.lifetime import lifetime
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database
from customer_inventory.store.fetch import fetch
from customer_inventory.store.outward import Allowed
from customer_inventory.store.safe import Safe


@click.group()
def issuer() -> None:
    """External OpenID providers: they say which client calls, and permit nothing."""


@issuer.command()
@click.argument("name", metavar="ISSUER")
@click.option("--jwks-uri", required=True, help="Where its public keys are (RFC 7517); https.")
@click.option("--audience", required=True, help="What its tokens name in `aud`: this API there.")
@click.option(
    "--algorithm",
    "algorithms",
    multiple=True,
    type=click.Choice(ALGORITHMS),
    help="Signature that is accepted; several times.  [default: ES256, RS256]",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    help="`typ` of its access tokens; several times.  [default: at+jwt]",
)
@click.option("--client-claim", default="client_id", show_default=True, help="Names the client.")
@click.option("--scope-claim", default="scope", show_default=True, help="Names the purpose.")
@click.option("--longest-life", default="1h", show_default=True, help="Longest life of a token.")
@click.option("--leeway", default="30s", show_default=True, help="How much clocks may differ.")
@click.option("--no-check", is_flag=True, help="Do not fetch the keys now.")
def add(
    name: str,
    jwks_uri: str,
    audience: str,
    algorithms: tuple[str, ...],
    types: tuple[str, ...],
    client_claim: str,
    scope_claim: str,
    longest_life: str,
    leeway: str,
    no_check: bool,
) -> None:
    """Trust an issuer to say which client calls, or change how. Its keys are fetched once to see.

    Register its clients with `cinv access client add --issuer`.

    \b
    Example:
      cinv access issuer add https://login.example.com --no-check \\
        --jwks-uri https://login.example.com/jwks --audience https://inventory.example.com
    """
    settings = Settings.from_environment()
    told = Issuer(
        name,
        jwks_uri,
        audience,
        client_claim=client_claim,
        scope_claim=scope_claim,
        longest_life=lifetime(longest_life),
        leeway=lifetime(leeway),
    )
    told = replace(
        told,
        algorithms=algorithms or told.algorithms,
        accepted_types=types or told.accepted_types,
    )

    if not no_check:
        allowed = Allowed.parse(settings.callback_allow)
        public_keys(parse(run(fetch(jwks_uri, allowed, most=MOST_BYTES))))
    changed(
        lambda database: issuers.trust(database, told, registered_by=account()),
        Operation.CREATE,
        "issuer",
        about=name,
    )
    click.echo(f"{name}: trusted", err=True)


@issuer.command("list")
@output_option
def list_command(output: str) -> None:
    """List the issuers that are trusted."""

    async def work() -> None:
        async with opened(Settings.from_environment()) as database:
            rows = await issuers.issuers(database)
        columns = ("issuer", "audience", "jwks_uri", "client_claim", "scope_claim", "longest_life")
        spans = ("longest_life", "leeway")
        told = [{**dict(row), **{name: str(row[name]) for name in spans}} for row in rows]
        show(told, output, columns=columns, empty="No issuer is trusted.")

    run(work())


@issuer.command()
@click.argument("name", metavar="ISSUER")
@click.option("--title", required=True, help="What people read on the button.")
@click.option("--client", required=True, help="What this inventory is called there.")
@click.option("--authorization-endpoint", required=True, help="Where browsers are sent.")
@click.option("--token-endpoint", required=True, help="Where codes are exchanged.")
@click.option(
    "--secret-file",
    type=click.File("r"),
    help="File of the client's secret, or - for standard input; asked for without it.",
)
@click.option("--public", is_flag=True, help="The client has no secret there: PKCE alone.")
def offer(
    name: str,
    title: str,
    client: str,
    authorization_endpoint: str,
    token_endpoint: str,
    secret_file: IO[str] | None,
    public: bool,
) -> None:
    """Let people sign in at a trusted issuer (OpenID Connect). Who is who: `account link`.

    It sends them back to /sign-in/return of this service: register that address there.

    \b
    Example:
      cinv access issuer offer https://login.example.com --title "Company login" --client console \\
        --authorization-endpoint https://login.example.com/auth \\
        --token-endpoint https://login.example.com/token --public
    """
    settings = Settings.from_environment()
    secret = None
    if not public:
        secret = (
            secret_file.read().strip()
            if secret_file
            else click.prompt("Secret", hide_input=True, err=True)
        )

    async def work(database: Database) -> None:
        await code_flow.offer(
            database,
            Safe.kept_in(settings.home),
            name,
            title=title,
            client=client,
            secret=secret,
            authorization_endpoint=authorization_endpoint,
            token_endpoint=token_endpoint,
        )

    changed(work, Operation.MODIFY, "issuer", about=f"{name}: people sign in there")
    click.echo(f"{name}: people can sign in there", err=True)


@issuer.command()
@click.argument("name", metavar="ISSUER")
def remove(name: str) -> None:
    """Trust an issuer no more: its clients are revoked, its tokens end at once.

    \b
    Example:
      cinv access issuer remove https://login.example.com
    """
    changed(
        lambda database: issuers.remove(database, name),
        Operation.DELETE,
        "issuer",
        about=name,
    )
    click.echo(f"{name}: no longer trusted", err=True)
