"""What distributing an inventory would do, and what stands in its way; nothing is changed."""

from dataclasses import dataclass

from customer_inventory.facilities.distribution.layout import (
    COLUMN,
    Kind,
    copied,
    declared_local,
    lying,
    spread,
)
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures, migrate
from customer_inventory.store.database import Connection, connect
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_NOW = {("h", "s"): Kind.SPREAD, ("h", "c"): Kind.SPREAD, ("n", "t"): Kind.COPIED}


@dataclass(frozen=True, slots=True)
class Step:
    """A table: how it shall lie, by which column and why, how large it is, and whether it does.

    `rows` is what the server remembers.
    """

    table: str
    kind: Kind
    reason: str
    rows: int
    bytes: int
    is_done: bool

    @property
    def column(self) -> str:
        """The column by which its rows are spread, empty where they are not."""
        return COLUMN if self.kind is Kind.SPREAD else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in their order, those of tables that stay as they are last.

    With what stands in the way, each said with what to do about it.
    """

    steps: tuple[Step, ...]
    hindrances: tuple[str, ...]

    @property
    def to_do(self) -> tuple[Step, ...]:
        """The steps that have something to do."""
        return tuple(step for step in self.steps if not step.is_done)

    def demand(self) -> None:
        """Raise CannotDistribute when something stands in the way."""
        if self.hindrances:
            raise CannotDistribute(self.hindrances)


class CannotDistribute(Unavailable):
    """The inventory cannot be distributed as things are."""

    code = "cannotDistribute"

    def __init__(self, hindrances: tuple[str, ...]) -> None:
        super().__init__(
            "The inventory cannot be distributed: " + " ".join(hindrances),
            hint="docs/how-to/scale-out.md says how a cluster is made.",
        )


async def plan(dsn: str) -> Plan:
    """Return what there is to do in the database of `dsn`; raise Unavailable when out of reach."""
    pending = await migrate.pending(dsn)
    with failures.translated():
        connection = await connect(dsn)
        try:
            return await planned(connection, has_pending=bool(pending))
        finally:
            await connection.close()


async def planned(connection: Connection, *, has_pending: bool = False) -> Plan:
    """Return the plan of the database that `connection` is to."""
    # Shards are no tables of their own here, whatever sessions are told (see `distributing`).
    await connection.execute("SET citus.override_table_visibility TO on")
    hindrances = await _hindrances(connection, has_pending=has_pending)
    has_citus = await connection.fetchval("SELECT to_regclass('pg_dist_partition')") is not None
    rows = await connection.fetch(SQL.lying_now) if has_citus else []
    now = {row["table_name"]: _NOW.get((row["method"], row["model"])) for row in rows}
    sizes = {row["table_name"]: row for row in await connection.fetch(SQL.sizes)}
    moved = (*copied(), *spread())
    named = [table for table in (*moved, *declared_local()) if table in sizes]
    rest = [table for table in sizes if table not in named]
    steps = []
    for table in (*named, *rest):
        lies, size = lying(table), sizes[table]
        is_done = lies.kind is Kind.LOCAL or now.get(table) is lies.kind
        steps.append(Step(table, lies.kind, lies.reason, size["rows"], size["bytes"], is_done))
    return Plan(tuple(steps), tuple(hindrances))


async def _hindrances(connection: Connection, *, has_pending: bool) -> list[str]:
    citus = (await connection.fetch(SQL.citus_of_server))[0]
    if citus["installed"] is None:
        if citus["offered"] is None:
            return ["The server has no Citus; the embedded one never has. Use one that has it."]
        return ["The database lacks the extension: CREATE EXTENSION citus on every node."]
    found = []
    if has_pending:
        found.append("Migrations are pending: cinv db migrate.")
    nodes = await connection.fetch(SQL.nodes)
    coordinator = next((node for node in nodes if node["is_coordinator"]), None)
    if coordinator is None:
        found.append(
            "The coordinator is not among its nodes: SELECT citus_set_coordinator_host(HOST, PORT)."
        )
    elif not coordinator["is_here"]:
        found.append("This is a worker: connect to the coordinator.")
    if not any(node["has_shards"] and node["is_active"] for node in nodes):
        found.append("No node takes shards: SELECT citus_add_node(HOST, PORT) for each worker.")
    sessions = await connection.fetchval(SQL.sessions_of_services)
    if sessions:
        found.append(f"Services are connected ({sessions} sessions): stop them first.")
    return found


def every_statement() -> dict[str, str]:
    """Return what can be planned without Citus."""
    return {name: SQL[name] for name in ("sessions_of_services", "citus_of_server", "sizes")}
