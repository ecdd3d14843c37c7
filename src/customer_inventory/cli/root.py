"""The command `cinv`: groups are imported only when they are called."""

import importlib
import sys

import click

from customer_inventory import __version__
from customer_inventory.cli.failing import exit_code
from customer_inventory.kit.errors import InventoryError

_COMMANDS = {
    "serve": "customer_inventory.cli.serve:serve",
    "status": "customer_inventory.cli.status:status",
    "db": "customer_inventory.cli.db:db",
    "record": "customer_inventory.cli.record:record",
    "customer": "customer_inventory.cli.customer:customer",
    "event": "customer_inventory.cli.event:event",
    "attachment": "customer_inventory.cli.attachment:attachment",
    "capture": "customer_inventory.cli.capture:capture",
    "access": "customer_inventory.cli.access:access",
    "subject": "customer_inventory.cli.subject:subject",
    "usage": "customer_inventory.cli.usage:usage",
    "demo": "customer_inventory.cli.demo:demo",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - a slip of ours, not of the caller
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cinv")
def cinv() -> None:
    """Customer Inventory: every customer of the enterprise, once, in full, and accounted for.

    \b
    Exit codes: 0 done, 1 problems found, 2 wrong use,
                3 cannot reach or not allowed, 4 partly done.

    Settings come from the environment (CINV_HOME, CINV_DATABASE_URL, …).
    """


def main() -> None:
    """Run the command line; a failure is one line on standard error and an exit code."""
    try:
        cinv(prog_name="cinv")
    except InventoryError as error:
        click.echo(f"cinv: {error}", err=True)
        sys.exit(exit_code(error))
    except BrokenPipeError:
        sys.exit(0)
