"""The workload as the server knows it, and the plans of it: by text, never with a value."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from customer_inventory.kit.errors import InventoryError
from customer_inventory.shortcomings.advising.candidate import Candidate, Plan, candidates
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LEAST_CALLS, LEAST_MS = 50, 5.0
"""A statement is worth an index from so many calls of so many milliseconds on."""
_MOST_STATEMENTS = 50
_LEAST_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: its name (ours) or number, its normalised text, calls, mean milliseconds."""

    name: str
    text: str
    calls: int
    mean: float


@dataclass(frozen=True, slots=True)
class Limits:
    """From when on advice is given: calls, milliseconds, and rows of a table."""

    calls: int = LEAST_CALLS
    milliseconds: float = LEAST_MS
    rows: int = _LEAST_ROWS


async def statements(server: Database, limits: Limits) -> list[Statement]:
    """Return slow and frequent statements, those that take most first.

    Raises Invalid when the server keeps no statistics of statements.
    """
    rows = await server.fetch(SQL.statements, limits.calls, limits.milliseconds, _MOST_STATEMENTS)
    return [Statement(**row) for row in rows]


async def hypopg_schema(server: Database) -> str | None:
    """Return where the extension is that knows hypothetical indexes, None where it is not."""
    schema: str | None = await server.value(SQL.hypopg_schema)
    return schema


async def plan_of(within: Database, statement: Statement) -> Plan | None:
    """Return the generic plan of a statement, None for one that cannot be planned by its text.

    `within` is a transaction, of which a failed attempt is undone for itself.
    """
    try:
        async with within.transaction() as connection:
            await connection.fetchval(SQL.ask_for_plan, statement.text)
            await connection.execute(SQL.plan)
            told: list[dict[str, Plan]] | None = msgspec.json.decode(
                await connection.fetchval(SQL.planned)
            )
    except InventoryError:
        return None
    return told[0]["Plan"] if told else None


async def promising(within: Database, plan: Plan, limits: Limits) -> Sequence[Candidate]:
    """Return the indexes that might help a plan, and that nothing speaks against.

    Left out are small tables, parts of tables, wide columns, what begins with a column of few
    values, and what an index begins with already.
    """
    found = []
    for each in candidates(plan):
        table = await within.row(SQL.table_of, each.table)
        if table is None or table["is_part"] or table["rows"] < limits.rows:
            continue
        columns = [column.removesuffix(" DESC") for column in each.columns]
        if set(columns) & set(table["wide"]) or columns[0] in table["common"]:
            continue
        if not is_begun(columns, table["indexed"]):
            found.append(each)
    return found


def is_begun(columns: Sequence[str], indexed: Sequence[str]) -> bool:
    """Tell whether one of the indexes begins with these columns, whichever way they are sorted."""
    begun = ",".join(each.removesuffix(" DESC") for each in columns)
    return any(f"{known},".startswith(f"{begun},") for known in indexed)


def every_statement() -> dict[str, str]:
    """Return what can be planned in every database: DO has no plan, statistics are an extension."""
    return {name: text for name, text in SQL.items() if name not in ("plan", "statements")}
