"""`cinv access reporting`: roles of the database that read views, for a process and purpose."""

from datetime import UTC
from pathlib import Path

import click

from customer_inventory.access.operation import Operation
from customer_inventory.access.reporting import role
from customer_inventory.cli.access_decision import account, changed, in_database
from customer_inventory.cli.lifetime import lifetime
from customer_inventory.cli.output import output_option, show
from customer_inventory.kit.clock import now

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def reporting() -> None:
    """Roles of the database that read views, for a process and purpose."""


@reporting.command("add")
@click.argument("name")
@click.option("--process", required=True, help="A registered process.")
@click.option("--purpose", required=True, help="What it reads for.")
@click.option("--expires-in", default="90d", show_default=True, help="How long: 12h, 90d.")
@click.option("--password-file", type=_FILE, help="Holds the password; asked for otherwise.")
def add_role(
    name: str, process: str, purpose: str, expires_in: str, password_file: Path | None
) -> None:
    """Make the role cinv_report_NAME, and the views that it reads.

    It reads what the process may download for the purpose, in the clear, from views in a schema
    of its own name. The password is never an argument, and never sent to the server.

    \b
    Example:
      cinv access reporting add churn --process analytics --purpose retention --expires-in 30d
    """
    until = now() + lifetime(expires_in)
    password = (
        password_file.read_text("utf-8").strip()
        if password_file
        else click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    )
    whose = role.Reporting(role.role_of(name), process, purpose, until)
    types = changed(
        lambda database: role.add(database, whose, password=password, by=account()),
        Operation.CREATE,
        "reporting",
        about=f"{whose.role}: {process} for {purpose}",
    )
    said = f"{whose.role}: reads {', '.join(types)} until {until.astimezone(UTC):%Y-%m-%d}"
    click.echo(said, err=True)


@reporting.command("list")
@output_option
def list_roles(output: str) -> None:
    """List the roles, and whether their views are made of what is in force."""
    columns = ("role", "process", "purpose", "record_types", "valid_to", "is_current")
    show(in_database(role.roles), output, columns=columns, empty="There is no reporting role.")


@reporting.command("refresh")
@click.argument("name")
def refresh_role(name: str) -> None:
    """Make the views of a role anew, of what its process may download now.

    Once its grant, its purpose or its process changes, the views of a role show nothing until then.

    \b
    Example:
      cinv access reporting refresh churn
    """
    types = changed(
        lambda database: role.refresh(database, role.role_of(name), by=account()),
        Operation.UPDATE,
        "reporting",
        about=role.role_of(name),
    )
    click.echo(f"{role.role_of(name)}: reads {', '.join(types)}", err=True)


@reporting.command("end")
@click.argument("name")
def end_role(name: str) -> None:
    """End a role, its views and its sessions.

    \b
    Example:
      cinv access reporting end churn
    """
    changed(
        lambda database: role.end(database, role.role_of(name)),
        Operation.DELETE,
        "reporting",
        about=role.role_of(name),
    )
    click.echo(f"{role.role_of(name)}: ended", err=True)
