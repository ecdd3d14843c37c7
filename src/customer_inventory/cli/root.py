"""The command `cinv`: groups are imported only when they are called."""

import sys

import click

from customer_inventory import __version__
from customer_inventory.cli.failing import exit_code
from customer_inventory.cli.lazy import LazyGroup, There
from customer_inventory.kit.errors import InventoryError

_COMMANDS = {
    "serve": There(
        "customer_inventory.cli.serve:serve", "Serve the TM Forum APIs until interrupted."
    ),
    "status": There(
        "customer_inventory.cli.status:status", "Tell how the database and the records in it are."
    ),
    "db": There(
        "customer_inventory.cli.db:db", "Facilities: the database, its migrations, its address."
    ),
    "health": There(
        "customer_inventory.cli.health:health",
        "Ask the service at CINV_HOST and CINV_PORT how it is.",
    ),
    "record": There(
        "customer_inventory.cli.record:record",
        "Records: their types, what was observed at the door, what was found.",
    ),
    "customer": There(
        "customer_inventory.cli.customer:customer", "Customers: find, show, history, tree."
    ),
    "event": There(
        "customer_inventory.cli.event:event",
        "Events: who is told of what happens to records, and how it goes.",
    ),
    "attachment": There(
        "customer_inventory.cli.attachment:attachment",
        "Attachments: contracts, scans and other files that belong to records.",
    ),
    "req": There(
        "customer_inventory.cli.requirement:req",
        "Information requirements: what must be known of customers, declared once.",
    ),
    "capture": There(
        "customer_inventory.cli.capture:capture", "Capture: bring facts in from sources."
    ),
    "audit": There(
        "customer_inventory.cli.audit:audit",
        "Audit: whether the inventory holds what is required of it.",
    ),
    "access": There(
        "customer_inventory.cli.access:access", "Access: who may do what to customer data."
    ),
    "subject": There(
        "customer_inventory.cli.subject:subject", "Subjects: erase, hold, answer their requests."
    ),
    "usage": There(
        "customer_inventory.cli.usage:usage",
        "Usage: who saw what and why, how much, and the ledger that proves it.",
    ),
    "cost": There(
        "customer_inventory.cli.cost:cost",
        "Cost: pools and rates, allocated to the cent to the processes that cause them.",
    ),
    "monthly": There(
        "customer_inventory.cli.monthly:monthly",
        "The month's report: quality, usage, access and cost in one, delivered to its owners.",
    ),
    "shortcomings": There(
        "customer_inventory.cli.shortcoming:shortcomings",
        "Shortcomings: what is wrong with the repository, proved, and measured again.",
    ),
    "api": There("customer_inventory.cli.api:api", "API: what is served, described for programs."),
    "mcp": There(
        "customer_inventory.cli.mcp:mcp",
        "Serve an agent by the Model Context Protocol, on standard input and output.",
    ),
    "demo": There(
        "customer_inventory.cli.demo:demo",
        "Believable customers of several countries, made up, the same for the same seed.",
    ),
}


@click.group(
    cls=LazyGroup, there=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
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
