"""`cinv access`: the processes that are registered, and sandboxes."""

import click

from customer_inventory.access import registration, sandbox
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission
from customer_inventory.cli.access_decision import account, as_option, changed, decided, in_database
from customer_inventory.cli.output import output_option, show

_MOST = 100_000
COLUMNS = ("id", "name", "kind", "owner", "owner_person", "state", "permissions", "live_tokens")


@click.command()
@click.argument("process")
@click.option("--name", required=True, help="What people call it.")
@click.option("--owner", required=True, help="The organisation that answers for it.")
@click.option("--owner-person", help="The person in it who does.")
@click.option("--contact", help="How to reach them.")
@click.option(
    "--kind",
    type=click.Choice(registration.KINDS),
    default="process",
    show_default=True,
    help="What it is.",
)
@click.option("--etom", help="Identifier of the process in eTOM, such as 1.3.4.")
@click.option("--reason", default="", help="Why it is registered or changed.")
@click.option("--purpose", help="In a sandbox: what for, in one word; needed with --allow.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="TYPE:OPERATION[,…]",
    help="In a sandbox: what it may do, by record type; * is every type. Several times.",
)
def register(
    process: str,
    name: str,
    owner: str,
    owner_person: str | None,
    contact: str | None,
    kind: str,
    etom: str | None,
    reason: str,
    purpose: str | None,
    allowed: tuple[str, ...],
) -> None:
    """Register a process, or change what it is. What it may do is asked for with `request`.

    In a sandbox (`cinv access sandbox`) --allow permits at once, without a grant.

    \b
    Example:
      cinv access register marketing --name "Marketing" --owner "Sales" --owner-person ada
    """
    if allowed and not purpose:
        raise click.UsageError("--allow needs the --purpose it is for.")
    permissions = [Permission.parse(text, purpose or "") for text in allowed]
    is_new = changed(
        lambda database: registration.register(
            database,
            process,
            name=name,
            owner=owner,
            owner_person=owner_person,
            contact=contact,
            kind=kind,
            etom_id=etom,
            reason=reason,
            permissions=permissions,
            registered_by=account(),
        ),
        Operation.CREATE,
        "process",
        about=process,
    )
    click.echo(f"{process}: {'registered' if is_new else 'changed'}", err=True)


@click.command("list")
@click.option("--after", default="", help="Begin after this process.")
@click.option(
    "--limit", default=1000, show_default=True, type=click.IntRange(1, _MOST), help="Most to show."
)
@output_option
def list_command(after: str, limit: int, output: str) -> None:
    """List the registered processes, by id."""
    rows = in_database(
        lambda database: registration.processes(database, after=after, limit=limit + 1)
    )
    show(rows[:limit], output, columns=COLUMNS, empty="No process is registered.")
    if len(rows) > limit:
        click.echo(f"There are more: --after {rows[limit - 1]['id']}", err=True)


@click.command()
@click.argument("process")
@click.option("--reason", required=True, help="Why.")
@as_option
def resume(process: str, reason: str, person: str | None) -> None:
    """Let a suspended process act again.

    \b
    Example:
      cinv access resume billing --reason "Found in order"
    """
    by = decided(person, reason)
    changed(
        lambda database: registration.set_state(database, process, "active", by=by),
        Operation.MODIFY,
        "process",
        about=f"resume {process}",
    )
    click.echo(f"{process}: active", err=True)


@click.command("sandbox")
@click.option("--leave", is_flag=True, help="Put it into production: what nobody granted ends.")
def sandbox_command(leave: bool) -> None:
    """Make this inventory a sandbox, in which `register --allow` permits without a grant.

    That can be done before anybody is registered to decide on grants, and undone at any time.

    \b
    Example:
      cinv access sandbox
    """
    step = sandbox.leave if leave else sandbox.declare
    changed(
        lambda database: step(database, declared_by=account()),
        Operation.MODIFY,
        "access",
        about="production" if leave else "sandbox",
    )
    click.echo("in production" if leave else "a sandbox: for tries and tests alone", err=True)


COMMANDS: tuple[click.Command, ...] = (register, list_command, resume, sandbox_command)
