"""`cinv audit findings`, `assign`, `accept` …: what audits found, and what people decide of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import click

from customer_inventory.access.house import operator, trace
from customer_inventory.access.operation import Operation
from customer_inventory.audit.finding import correcting, held
from customer_inventory.audit.finding.correcting import Corrected, Correction
from customer_inventory.audit.finding.deciding import Step, decide
from customer_inventory.cli.access_decision import changed
from customer_inventory.cli.audit_choosing import choosing, chosen_of, states_option
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.reading import Reader, reading, reading_options
from customer_inventory.cli.running import run
from customer_inventory.kit.actor import Actor
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.together import together

_AT_ONCE = 100
_COLUMNS = (
    "id", "state", "severity", "record_type", "record_id", "what", "value", "since", "source",
    "process", "owner", "assignee", "due_on", "reason",
)  # fmt: skip
_DATE = click.DateTime(["%Y-%m-%d"])


@click.command()
@choosing
@states_option
@click.option("--values", is_flag=True, help="With what the records say there, as you see it.")
@click.option("--last", default=100, show_default=True, type=click.IntRange(1, 1_000_000),
              help="Most findings to show.")  # fmt: skip
@click.option("--after", default=0, type=click.IntRange(0), help="Behind this number.")
@reading_options
@output_option
def findings(
    numbers: tuple[int, ...],
    record_types: tuple[str, ...],
    states: tuple[Any, ...],
    values: bool,
    last: int,
    after: int,
    actor: Actor,
    output: str,
    **by: Any,
) -> None:
    """List findings: which records fail which rule, since when, by whose doing, who sees to it.

    \b
    Example:
      cinv audit findings --severity high --overdue
      cinv audit findings --rule REQ-1004.completeness --values -o csv
    """

    async def work() -> list[dict[str, Any]]:
        async with reading(actor, "finding") as reader:
            chosen = chosen_of(numbers, record_types, states=states, may=reader.may, **by)
            rows, _ = await held.find(
                reader.database, chosen, after=after, limit=last, sight=reader.sight
            )
            said = await _values(reader, rows) if values else {}
            await _told(reader, rows)
            return [_row(row, said.get(row["id"])) for row in rows]

    show(run(work()), output, columns=_COLUMNS, empty="There is no such finding.")


@click.group()
def finding() -> None:
    """Findings: one of them, with its history."""


@finding.command("show")
@click.argument("number", type=click.IntRange(1))
@reading_options
@output_option
def show_command(number: int, actor: Actor, output: str) -> None:
    """Show a finding: what fails, what the record says, and all that became of it.

    \b
    Example:
      cinv audit finding show 17
    """

    async def work() -> tuple[dict[str, Any], Sequence[Row]]:
        async with reading(actor, "finding") as reader:
            types = reader.may(sorted(TYPES))
            row = await held.one(reader.database, number, types=types, sight=reader.sight)
            said = await _values(reader, [row])
            await _told(reader, [row])
            return _row(row, said[number]), await held.steps(reader.database, number)

    row, steps = run(work())
    if output != "table":
        show([row | {"step": [dict(each) for each in steps]}], output, columns=_COLUMNS, empty="")
        return
    told = [{"name": name, "value": value} for name, value in row.items() if value is not None]
    show(told, output, columns=("name", "value"), empty="")
    columns = ("number", "state", "person", "process", "run_id", "taken_at", "reason")
    show(steps, output, columns=columns, empty="Nothing became of it since it was opened.")


@click.command()
@choosing
@click.option("--to", required=True, help="Who sees to it.")
@click.option("--due", type=_DATE, help="Until when, a date.")
@click.option("--reason", help="Why they.")
def assign(
    numbers: tuple[int, ...],
    record_types: tuple[str, ...],
    to: str,
    due: datetime | None,
    reason: str | None,
    **by: Any,
) -> None:
    """Assign findings to somebody.

    \b
    Example:
      cinv audit assign --rule REQ-1004.completeness --source crm --to "party-data-steward"
    """
    step = Step("assigned", assignee=to, due_on=_day(due), reason=reason)
    _decide(numbers, record_types, step, by)


@click.command()
@choosing
@click.option("--reason", required=True, help="Why it is borne with.")
@click.option("--until", required=True, type=_DATE, help="Until which day.")
def accept(
    numbers: tuple[int, ...],
    record_types: tuple[str, ...],
    reason: str,
    until: datetime,
    **by: Any,
) -> None:
    """Accept findings until a day: they fail, and nobody has to do anything until then.

    \b
    Example:
      cinv audit accept 17 --reason "the register is closed over the holidays" --until 2027-01-10
    """
    _decide(numbers, record_types, Step("accepted", reason=reason, until=_day(until)), by)


@click.command("false-alarm")
@choosing
@click.option("--reason", required=True, help="Why the rule is wrong here.")
def false_alarm(
    numbers: tuple[int, ...], record_types: tuple[str, ...], reason: str, **by: Any
) -> None:
    """Say that findings are none: the rule is wrong here. They count no more.

    Once the rule says something else, what fails it is found again. Until then whoever keeps the
    requirement is told: the rule is in doubt (`cinv record findings`), in `cinv audit rules` and in
    the quality report.

    \b
    Example:
      cinv audit false-alarm 18 --reason "mononyms have no family name"
    """
    _decide(numbers, record_types, Step("falseAlarm", reason=reason), by)


@click.command()
@choosing
@click.option("--set", "text", metavar="VALUE", help="The value, or `{path}` of the record in it.")
@click.option("--replace", "pairs", multiple=True, metavar="OLD=NEW", help="Several times.")
@click.option("--remove", "is_removed", is_flag=True, help="Take the value away.")
@click.option("--reason", default="", help="Why it is corrected so.")
@click.option("--dry-run", is_flag=True, help="Show what it would be, and change nothing.")
@reading_options
@output_option
def correct(
    numbers: tuple[int, ...],
    record_types: tuple[str, ...],
    text: str | None,
    pairs: tuple[str, ...],
    is_removed: bool,
    reason: str,
    dry_run: bool,
    actor: Actor,
    output: str,
    **by: Any,
) -> None:
    """Correct the records of findings, all by one value or expression; the next audit verifies it.

    Each is changed as at any other door, as far as the process may. Exit code 4 says that some were
    not.

    \b
    Example:
      cinv audit correct --rule REQ-1012.validity --replace m=male --replace f=female --dry-run
      cinv audit correct 17 --set "{givenName} {familyName|title}" --reason "as in the contract"
    """
    correction = Correction(text, dict(_pair(each) for each in pairs), is_removed)

    async def work() -> list[Corrected]:
        async with reading(actor, "finding") as reader:
            chosen = chosen_of(numbers, record_types, may=reader.may, is_bulk=True, **by)
            found = held.every(reader.database, chosen, sight=reader.sight)
            rows = [row async for row in found]
            await _told(reader, rows)
            if dry_run:
                return await correcting.preview(
                    reader.database, rows, correction, sight=reader.sight
                )
            return await _corrected(reader, rows, correction, reason)

    told = [
        {"finding": each.finding, "record_id": each.record_id, "path": each.path,
         "before": list(each.before), "after": list(each.after), "problem": each.problem}
        for each in run(work())
    ]  # fmt: skip
    columns = ("finding", "record_id", "path", "before", "after", "problem")
    show(told, output, columns=columns, empty="There is no such finding.")
    if not dry_run and any(each["problem"] for each in told):
        raise SystemExit(4)


async def _corrected(
    reader: Reader, rows: Sequence[Row], correction: Correction, reason: str
) -> list[Corrected]:
    """Correct records, each hundred in one transaction with its entries in the ledger."""
    for record_type in sorted({row["record_type"] for row in rows}):
        reader.session.demand(Operation.UPDATE, record_type)
    done: list[Corrected] = []
    for first in range(0, len(rows), _AT_ONCE):
        async with together(reader.database) as within:
            some = await correcting.correct(
                within, rows[first : first + _AT_ONCE], correction, reason=reason,
                actor=reader.session.actor, sight=reader.sight,
            )  # fmt: skip
            for kind in sorted({each.record_type for each in some if each.problem is None}):
                ids = [e.record_id for e in some if e.problem is None and e.record_type == kind]
                await trace(within, reader.session.actor, Operation.UPDATE, kind, ids,
                            reason=reason or None)  # fmt: skip
        done += some
    return done


def _decide(
    numbers: Sequence[int], record_types: Sequence[str], step: Step, by: dict[str, Any]
) -> None:
    chosen = chosen_of(numbers, record_types, is_bulk=True, **by)

    async def work(database: Database) -> tuple[list[int], list[str]]:
        rows = [row async for row in held.every(database, chosen)]
        done = set(await decide(database, [row["id"] for row in rows], step, actor=operator()))
        ids = dict.fromkeys(row["record_id"] for row in rows if row["id"] in done)
        return sorted(done), list(ids)

    about = f"{step.state}: {step.reason or step.assignee}"
    done, _ = changed(work, Operation.MODIFY, "finding", about=about, ids=lambda made: made[1])
    click.echo(f"{len(done):,} {step.state}", err=True)


async def _values(reader: Reader, rows: Sequence[Row]) -> dict[int, Any]:
    return dict(await held.values(reader.database, rows, sight=reader.sight))


async def _told(reader: Reader, rows: Sequence[Row]) -> None:
    ids = list(dict.fromkeys(row["record_id"] for row in rows))
    await reader.told("finding", ids, {row["record_type"] for row in rows})


def _row(row: Row, said: Any) -> dict[str, Any]:
    return dict(row) | ({} if said is None else {"value": list(said)})


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.date()


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals:
        raise click.UsageError(f"{text!r} is no OLD=NEW.")
    return old, new
