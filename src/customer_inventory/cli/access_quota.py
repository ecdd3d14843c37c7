"""`cinv access quota`: what a process has used of its quotas."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import click

from customer_inventory.access.quota.budget import checked
from customer_inventory.access.quota.use import Use, use_of
from customer_inventory.access.registration import Permission
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.settings import Settings

Command = Callable[..., Any]


def quota_option(command: Command) -> Command:
    """Add `--quota` to a command."""
    return click.option(
        "--quota",
        "quotas",
        multiple=True,
        metavar="TYPE:BUDGET=N[,…]",
        help="How much of it at most, such as customer:requestsPerMinute=60,rowsPerDay=5000.",
    )(command)


def with_quotas(permissions: Sequence[Permission], quotas: Sequence[str]) -> list[Permission]:
    """Return `permissions` with the quotas that are said of their types.

    Raises Invalid for a quota of a type that is not asked for, or one that is none.
    """
    said = dict(_quota(text) for text in quotas)
    asked = {permission.record_type for permission in permissions}
    for record_type in said.keys() - asked:
        raise Invalid(f"There is a quota of {record_type!r}, which is not asked for.")
    return [
        replace(each, terms={**each.terms, "quota": said[each.record_type]})
        if each.record_type in said
        else each
        for each in permissions
    ]


def _quota(text: str) -> tuple[str, dict[str, int]]:
    record_type, _, budgets = text.partition(":")
    pairs = (part.partition("=") for part in budgets.split(","))
    try:
        said = {name.strip(): int(most) for name, _, most in pairs}
    except ValueError:
        raise Invalid(
            f"{text!r} is no quota.", hint="Write customer:requestsPerMinute=60,rowsPerDay=5000."
        ) from None
    return record_type, checked(record_type, said)


@click.command()
@click.argument("process")
@output_option
def quota(process: str, output: str) -> None:
    """Show what PROCESS has used of its quotas in the present minute, hour and day (UTC).

    Services take a twentieth of a budget at a time: what is shown as taken may not be spent yet.

    \b
    Example:
      cinv access quota manage-customer-inventory
    """

    async def work() -> list[Use]:
        settings = Settings.from_environment()
        async with opened(settings) as database:
            return await use_of(database, process)

    rows = (asdict(use) for use in run(work()))
    columns = ("purpose", "record_type", "budget", "most", "taken", "resets_at")
    show(rows, output, columns=columns, empty="The process has no quotas.")
