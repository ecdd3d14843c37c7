"""`cinv access explain`: why something is permitted, or not."""

import sys
from dataclasses import asdict

import click

from customer_inventory.access.explain.explaining import Explanation, explain
from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.cli.failing import PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory


@click.command("explain")
@click.option("--process", required=True, help="A registered process.")
@click.option("--purpose", required=True, help="What it would act for.")
@click.option(
    "--op",
    "operation",
    required=True,
    type=click.Choice([str(each) for each in Operation]),
    help="What it would do.",
)
@click.option("--type", "record_type", required=True, help="On records of this type.")
@click.option("--record", metavar="ID", help="On this record.")
@output_option
def explain_command(
    process: str, purpose: str, operation: str, record_type: str, record: str | None, output: str
) -> None:
    """Say whether a process may do something, by which rule, and what each rule says.

    The doors' own functions are asked, as things stand now. With --record it is said whether that
    one is shown.

    Exit code 0: permitted; 1: not.

    \b
    Example:
      cinv access explain --process manage-customer-inventory --purpose inventoryManagement \\
        --op read --type customer
    """

    async def work() -> Explanation:
        async with opened(Settings.from_environment()) as database:
            explanation = await explain(
                Inventory(database),
                database,
                process=process,
                purpose=purpose,
                operation=Operation(operation),
                record_type=record_type,
                identifier=record,
            )
            if record:
                await trace(database, operator(), Operation.READ, record_type, [record])
        return explanation

    explanation = run(work())
    is_for_programs = output in ("json", "ndjson")
    rows = [explanation] if is_for_programs else explanation.steps
    show(map(asdict, rows), output, columns=("rule", "permits", "says"), empty="")
    verdict = "permitted" if explanation.permitted else "refused"
    click.echo(f"{verdict}, by the rule: {explanation.rule}", err=True)
    if not explanation.permitted:
        sys.exit(PROBLEMS)
