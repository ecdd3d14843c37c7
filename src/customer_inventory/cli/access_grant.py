"""`cinv access`: grants from request to end."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import click

from customer_inventory.access import registration
from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import granting
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import Permission
from customer_inventory.cli.access_attribute import bound
from customer_inventory.cli.access_decision import as_option, changed, decided, in_database
from customer_inventory.cli.access_process import COLUMNS as PROCESS_COLUMNS
from customer_inventory.cli.access_purpose import person, purpose
from customer_inventory.cli.access_quota import quota_option, with_quotas
from customer_inventory.cli.access_scope import scope_option, with_scopes
from customer_inventory.cli.output import output_option, show
from customer_inventory.kit.ids import is_id
from customer_inventory.store.database import Database, Row

_GRANT_COLUMNS = (
    "id",
    "process",
    "purpose",
    "part",
    "version",
    "state",
    "permissions",
    "terms",
    "valid_to",
    "requested_by",
    "approvals_missing",
)


@click.command()
@click.argument("process")
@click.option("--purpose", required=True, help="A registered purpose.")
@click.option("--part", default="", help="A part of the purpose, in force beside others: a word.")
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    required=True,
    metavar="TYPE:OPERATION[,…]",
    help="What it asks to do, by record type. May be given several times.",
)
@quota_option
@click.option(
    "--groups",
    "shown",
    multiple=True,
    metavar="GROUP[,…]",
    help="Attributes shown: all, unless given.",
)
@click.option(
    "--mask",
    "masked",
    multiple=True,
    metavar="GROUP=WAY[,…]",
    help="Shown in part: contact=domain.",
)
@click.option(
    "--writes",
    "written",
    multiple=True,
    metavar="GROUP[,…]",
    help="Attributes that may be written.",
)
@scope_option
@click.option("--reason", required=True, help="What it is needed for.")
@click.option("--days", default=365, show_default=True, help="How long it is to be good, in days.")
@as_option
def request(
    process: str,
    purpose: str,
    part: str,
    allowed: tuple[str, ...],
    quotas: tuple[str, ...],
    shown: tuple[str, ...],
    masked: tuple[str, ...],
    written: tuple[str, ...],
    scopes: tuple[str, ...],
    reason: str,
    days: int,
    person: str | None,
) -> None:
    """Ask for a grant; its id is printed. Nothing is permitted before it is active.

    `cinv access groups` lists the groups of attributes that it can be bound to.

    \b
    Example:
      cinv access request billing --purpose billing --allow customer:read --reason "Invoices"
      cinv access request ads --purpose ads --allow customer:read --mask contact=domain --reason Ads
    """
    terms = bound(shown, masked, written)
    asked = [replace(Permission.parse(text, purpose), terms=terms) for text in allowed]
    permissions = with_scopes(with_quotas(asked, quotas), scopes)
    made = changed(
        lambda database: granting.request(
            database,
            process,
            permissions=permissions,
            valid_until=datetime.now(UTC) + timedelta(days=days),
            by=decided(person, reason),
            part=part,
        ),
        Operation.CREATE,
        "grant",
        about=f"{process} for {purpose}",
        ids=lambda grant: [grant],
    )
    click.echo(made)


@click.command()
@click.argument("process", required=False)
@output_option
def grants(process: str | None, output: str) -> None:
    """List the grants, latest first: all, or those of one process."""
    rows = in_database(lambda database: granting.grants(database, process=process))
    show(rows, output, columns=_GRANT_COLUMNS, empty="Nobody has asked for anything.")


@click.command("show")
@click.argument("name")
@output_option
def show_named(name: str, output: str) -> None:
    """Show one process, or one grant: what it asks for, and whose approval is missing.

    \b
    Example:
      cinv access show billing
      cinv access show qa06h0q9x2mrs6kz4c8v1tdw3e
    """

    async def work(database: Database) -> Sequence[Row]:
        if is_id(name):
            return await granting.grants(database, grant=name)
        return [await registration.one(database, name)]

    more = ("reason", "sha256") if is_id(name) else ("etom_id", "contact", "registered_by")
    columns = (*(_GRANT_COLUMNS if is_id(name) else PROCESS_COLUMNS), *more)
    show(in_database(work), output, columns=columns, empty="")


@click.command()
@click.argument("name")
@output_option
def history(name: str, output: str) -> None:
    """Show everything that a process or a grant was, by whom and why.

    \b
    Example:
      cinv access history billing
      cinv access history qa06h0q9x2mrs6kz4c8v1tdw3e
    """
    read = granting.history if is_id(name) else registration.history
    rows = in_database(lambda database: read(database, name))
    columns = ("number", "state", "changed_at", "changed_by", "entered_by", "reason")
    more = () if is_id(name) else ("name", "kind", "owner", "owner_person")
    show(rows, output, columns=(*columns, *more), empty="")


@click.command()
@click.argument("grant")
@click.option("--seen", help="SHA-256 of the content that was decided on, from `show`.")
@click.option("--reason", default="", help="What to remember of the decision.")
@as_option
def approve(grant: str, seen: str | None, reason: str, person: str | None) -> None:
    """Approve a reviewed grant, in every capacity of yours that it needs.

    \b
    Example:
      cinv access approve qa06h0q9x2mrs6kz4c8v1tdw3e --as ada
    """
    missing = changed(
        lambda database: granting.approve(database, grant, by=decided(person, reason), seen=seen),
        Operation.MODIFY,
        "grant",
        about="approve",
        ids=lambda _: [grant],
    )
    waiting = f"still needs {', '.join(missing)}" if missing else "approved"
    click.echo(f"{grant}: {waiting}", err=True)


def _step(
    name: str, done: str, step: Callable[..., Awaitable[None]], told: str, *, needs_reason: bool
) -> click.Command:
    """Return the command that takes one step of a grant's life."""

    def take(grant: str, reason: str, person: str | None) -> None:
        changed(
            lambda database: step(database, grant, by=decided(person, reason)),
            Operation.MODIFY,
            "grant" if is_id(grant) else "process",
            about=name if is_id(grant) else f"{name} {grant}",
            ids=lambda _: [grant] if is_id(grant) else [],
        )
        click.echo(f"{grant}: {done}", err=True)

    example = f"cinv access {name} qa06h0q9x2mrs6kz4c8v1tdw3e"
    if needs_reason:
        example += ' --reason "No longer needed"'
    take.__doc__ = f"{told}\n\n\b\nExample:\n  {example}\n"
    if needs_reason:
        with_reason = click.option("--reason", required=True, help="Why.")
    else:
        with_reason = click.option("--reason", default="", help="Why.")
    return click.command(name)(click.argument("grant")(with_reason(as_option(take))))


def _of_either(state: str, step: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return the step that brings a grant (by `step`) or a process into `state`."""

    async def take(database: Database, name: str, *, by: Decision) -> None:
        if is_id(name):
            await step(database, name, by=by)
        else:
            await registration.set_state(database, name, state, by=by)

    return take


COMMANDS: tuple[click.Command, ...] = (
    purpose,
    person,
    request,
    grants,
    show_named,
    history,
    approve,
    _step(
        "review",
        "reviewed",
        granting.review,
        "Find a request in order, as a reviewer.",
        needs_reason=False,
    ),
    _step(
        "activate",
        "active",
        granting.activate,
        "Put an approved grant in force.",
        needs_reason=False,
    ),
    _step("reject", "rejected", granting.reject, "Refuse what was asked for.", needs_reason=True),
    _step(
        "withdraw",
        "withdrawn",
        granting.withdraw,
        "Take back your own request.",
        needs_reason=False,
    ),
    _step(
        "suspend",
        "suspended",
        _of_either("suspended", granting.suspend),
        "Withdraw what a grant permits, or stop a process, at once.",
        needs_reason=True,
    ),
    _step(
        "revoke",
        "revoked",
        _of_either("revoked", granting.revoke),
        "Withdraw what a grant permits, or end a process, at once and for good.",
        needs_reason=True,
    ),
)
