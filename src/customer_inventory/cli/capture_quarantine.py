"""`cinv capture quarantine`: refused rows looked at, corrected, loaded again or dropped."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, get_args

import click

from customer_inventory.access.house import PROCESS, operator, trace
from customer_inventory.access.masking import masking_key_in
from customer_inventory.access.operation import Operation
from customer_inventory.capture.arrival.arriving import arrivals_of
from customer_inventory.capture.mapping import read_mapping
from customer_inventory.capture.quarantine import held
from customer_inventory.capture.quarantine.held import Chosen, State, Whose
from customer_inventory.capture.quarantine.replaying import replay
from customer_inventory.cli.failing import DONE, PARTLY
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import opened, run
from customer_inventory.kit.settings import Settings
from customer_inventory.record.retention.policy import policy_of
from customer_inventory.store.database import Database

_COLUMNS = ("id", "state", "source", "file", "line", "code", "requirement", "path", "reason")
_EVERYONE = Whose()

Command = Callable[..., Any]


@click.group()
def quarantine() -> None:
    """Rows that were refused: kept whole until they load or are dropped."""


def choosing(command: Command) -> Command:
    """Add the arguments and options that choose rows; without any, all that wait."""
    for option in (
        click.option("--path", help="With a problem at this path, such as individual.birthDate."),
        click.option("--requirement", metavar="REQ-nnn", help="That do not fulfil this one."),
        click.option("--code", help="Refused for a reason of this code."),
        click.option("--source", help="Of this source."),
        click.argument("rows", nargs=-1, type=click.IntRange(1)),
    ):
        command = option(command)
    return command


def _chosen(
    rows: tuple[int, ...], by: Mapping[str, str | None], state: State = "waiting"
) -> Chosen:
    return Chosen(state, by["source"], rows or None, by["code"], by["requirement"], by["path"])


@quarantine.command("list")
@choosing
@click.option("--state", type=click.Choice(get_args(State)), default="waiting", show_default=True)
@click.option("--after", default=0, help="Behind this row: where the last page ended.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
@output_option
def list_command(
    rows: tuple[int, ...], state: State, after: int, limit: int, output: str, **by: str | None
) -> None:
    """List rows by id, each with the first of its problems, a page at a time.

    \b
    Example:
      cinv capture quarantine list --requirement REQ-104
    """
    chosen = _chosen(rows, by, state)
    found = _within(Operation.READ, lambda database: held.find(
        database, chosen, _EVERYONE, after=after, limit=limit
    ))  # fmt: skip
    show(found, output, columns=_COLUMNS, empty="No such row is in quarantine.")


@quarantine.command("show")
@click.argument("row", type=click.IntRange(1))
@click.option("--history", is_flag=True, help="What was done to it, by whom, and what it said.")
@output_option
def show_command(row: int, history: bool, output: str) -> None:
    """Show a row: what it says, and all that is wrong with it; or its history.

    \b
    Example:
      cinv capture quarantine show 17 --history
    """

    async def work(database: Database) -> tuple[Any, Any]:
        whole = await held.one(database, row, _EVERYONE)
        about = held.steps if history else held.problems
        return whole, await about(database, row)

    whole, about = _within(Operation.READ, work)
    if history:
        columns = ("number", "step", "person", "process", "taken_at", "reason", "row_text")
        show(about, output, columns=columns, empty="Nothing was done to it yet.")
        return
    click.echo(f"{whole['file']}, line {whole['line']}: {whole['state']}", err=True)
    click.echo(whole["row_text"] or "(erased)", err=True)
    show(about, output, columns=("code", "requirement", "path", "reason"), empty="Nothing.")


@quarantine.command()
@choosing
@click.option("--text", type=click.File("r"), help="File with the whole row (- is standard input).")
@click.option("--set", "pairs", multiple=True, metavar="COLUMN=VALUE", help="Several times.")
@click.option("--reason", default="", help="Why it is corrected so.")
def fix(
    rows: tuple[int, ...], text: Any, pairs: tuple[str, ...], reason: str, **by: str | None
) -> None:
    """Correct rows: one by its whole text, or many by values of columns.

    In a value, a column in braces stands for what the row has there. What it said before is kept.

    \b
    Example:
      cinv capture quarantine fix 17 --set "born=10.12.1815"
      cinv capture quarantine fix --requirement REQ-104 --set "name={first} {last}"
      cinv capture quarantine replay --requirement REQ-104
    """
    values = dict(_pair(each) for each in pairs)
    if text and len(rows) != 1:
        raise click.UsageError("The text of a row is that of one: name it.")
    said = text.read().rstrip("\r\n") if text else None

    async def work(database: Database) -> int:
        fixed = await held.fix_every(
            database, _chosen(rows, by), _EVERYONE, text=said, values=values, actor=operator(),
            reason=reason,
        )  # fmt: skip
        return len(fixed)

    click.echo(f"{_within(Operation.MODIFY, work):,} corrected", err=True)


@quarantine.command("replay")
@choosing
@click.option("--mapping", metavar="NAME|FILE", help="By this mapping instead of theirs.")
@output_option
def replay_command(
    rows: tuple[int, ...], mapping: str | None, output: str, **by: str | None
) -> None:
    """Load rows that wait again, as the process that brought them and by their mapping.

    What loads leaves quarantine. Rows that were cut or are no UTF-8 are left until they are
    corrected. Exit code 4 says that some were refused again.

    \b
    Example:
      cinv capture quarantine replay --source crm --mapping crm-2.yaml
    """
    settings = Settings.from_environment()
    other = read_mapping(mapping) if mapping else None
    me = operator()
    done = _within(
        Operation.CREATE,
        lambda database: replay(
            database, arrivals_of(settings)[0], _chosen(rows, by), _EVERYONE,
            person=me.person, source=me.source, mapping=other,
            policy=policy_of(settings.retention),
            key_for=lambda who: b"" if who == PROCESS else masking_key_in(settings.home),
        ),
    )  # fmt: skip
    told = [
        {"source": each.source, "mapping": each.mapping, "rows": each.tally.rows,
         "refused": each.tally.refused, "load": each.id}
        for each in done
    ]  # fmt: skip
    columns = ("source", "mapping", "rows", "refused", "load")
    show(told, output, columns=columns, empty="No such row waits.")
    sys.exit(PARTLY if any(each.tally.refused for each in done) else DONE)


@quarantine.command()
@choosing
@click.option("--reason", required=True, help="Why they are not wanted.")
@click.confirmation_option(prompt="What they say is gone for good. Drop them?")
def drop(rows: tuple[int, ...], reason: str, **by: str | None) -> None:
    """Drop rows for good: what they say goes, who dropped them and why stays.

    \b
    Example:
      cinv capture quarantine drop 18 --reason "a test row"
    """

    async def work(database: Database) -> int:
        count = 0
        async for row in held.every(database, _chosen(rows, by), _EVERYONE):
            await held.drop(database, row, _EVERYONE, actor=operator(), reason=reason)
            count += 1
        return count

    click.echo(f"{_within(Operation.MODIFY, work):,} dropped", err=True)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"{text!r} is no COLUMN=VALUE.")
    return name.strip(), value


def _within(operation: Operation, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Return what `work` returns; what the rows say is data of customers, and it is traced."""

    async def opened_work() -> Any:
        async with opened(Settings.from_environment()) as database:
            await trace(database, operator(), operation, "quarantine", ())
            return await work(database)

    return run(opened_work())
