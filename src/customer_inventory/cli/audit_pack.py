"""`cinv audit packs`: rules between records that operators declare in files, and decide on."""

from typing import Any

import click

from customer_inventory.access.operation import AUDIT, Operation
from customer_inventory.audit import packs as register
from customer_inventory.cli.access_decision import as_option, changed, decided, in_database
from customer_inventory.cli.lifecycle import STEP_COLUMNS, Decided, Step, add_steps, reason_option
from customer_inventory.cli.output import output_option, show
from customer_inventory.record.document import parse
from customer_inventory.record.register.pack import read_pack, text_of
from customer_inventory.store.database import Database

_pack = click.argument("pack")
_COLUMNS = ("pack", "version", "state", "proposed_by", "proposed_at")
_RULE = ("rule", "severity", "dimension", "type", "path", "threshold", "name", "do")


@click.group()
def packs() -> None:
    """Packs of rules between records: declared in files, and decided on."""


@packs.command("list")
@output_option
def list_command(output: str) -> None:
    """List the packs, each with its latest version; `records`, the product's, is asked besides.

    \b
    Example:
      cinv audit packs list
    """
    rows = [{**dict(row), "pack": row["id"]} for row in in_database(register.latest)]
    show(rows, output, columns=_COLUMNS, empty="Nobody declared one yet.")


@packs.command("show")
@_pack
@click.option("--version", type=click.IntRange(1), help="This one.  [default: the latest]")
@click.option("--history", is_flag=True, help="Every version's steps: who decided what, and why.")
@output_option
def show_command(pack: str, version: int | None, history: bool, output: str) -> None:
    """Print what a version of a pack says, as its file did; or the history of the pack.

    \b
    Example:
      cinv audit packs show billing-agrees --version 1
      cinv audit packs show billing-agrees --history
    """
    if history:

        async def steps(database: Database) -> Any:
            await register.versions(database, pack)
            return await register.decisions(database, pack)

        show(in_database(steps), output, columns=STEP_COLUMNS, empty="Nothing was decided.")
        return
    known = in_database(lambda database: register.versions(database, pack))
    for row in known:
        if version in (None, row["version"]):
            click.echo(parse(row["content"])["text"], nl=False)
            click.echo(f"version {row['version']}, {row['state']}", err=True)
            return
    raise register.NoSuchPack(f"{pack}, version {version}")


@packs.command()
@click.argument("file")
@output_option
def check(file: str, output: str) -> None:
    """Check a file of rules without a database, and list what it says.

    What is wrong is told with the file, the line and the key.

    \b
    Example:
      cinv audit packs check billing.yaml
    """
    rows = [
        {
            "rule": each.id,
            "severity": each.severity,
            "dimension": each.dimension,
            "type": each.declared.name,
            "path": each.path,
            "threshold": each.threshold,
            "name": each.name,
            "means": each.means,
            "do": each.do,
        }
        for each in read_pack(file).rules
    ]
    show(rows, output, columns=_RULE, empty="It has none.")


@packs.command()
@click.argument("file")
@as_option
@reason_option
def propose(file: str, person: str | None, reason: str) -> None:
    """Propose what a file says, or the pack that comes with the product under that name.

    \b
    Example:
      cinv audit packs propose billing.yaml
    """
    name, by = read_pack(file).name, decided(person, reason)
    _, number = changed(
        lambda database: register.propose(database, text_of(file), by=by),
        Operation.CREATE, AUDIT, about=f"pack {name}",
    )  # fmt: skip
    click.echo(f"version {number} of {name}" if number else "says what is known", err=True)


add_steps(
    packs,
    Decided("PACK", AUDIT, "cinv audit packs", "billing-agrees", told="pack {}"),
    {
        "review": Step(
            register.review,
            "Find what is proposed in order: a reviewer does, who did not propose it.",
            "--as rita",
        ),
        "approve": Step(
            register.approve,
            "Approve what was reviewed: an owner of data does, who did neither.",
            "--as olaf",
        ),
        "reject": Step(
            register.reject,
            "Reject what is proposed or reviewed.",
            '--reason "accounts may be shared"',
        ),
        "enforce": Step(
            register.enforce, "Put what is approved in force: the next audit asks it of everything."
        ),
        "suspend": Step(
            register.suspend,
            "Let a pack rest: it is not asked until it is resumed, and what it found is verified.",
            '--reason "billing is being moved"',
        ),
        "resume": Step(register.resume, "Let a pack that rests be in force again."),
        "retire": Step(register.retire, "Let a pack be no more; its history stays."),
    },
)
