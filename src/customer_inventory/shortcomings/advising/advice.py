"""Advice on indexes as a check: what the workload lacks, and how that was proved."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from customer_inventory.kit.errors import InventoryError
from customer_inventory.shortcomings.advising.candidate import Candidate
from customer_inventory.shortcomings.advising.hypothetical import Proposal, simulated
from customer_inventory.shortcomings.advising.trying import Tried, tried
from customer_inventory.shortcomings.advising.workload import (
    SQL,
    Limits,
    hypopg_schema,
    is_begun,
    statements,
)
from customer_inventory.shortcomings.assessing import Told, judged, skipped, statistics_days
from customer_inventory.shortcomings.check import Check, Outcome
from customer_inventory.store.database import Database

CHECK = Check(
    "IDX01", "An index is missing", "", "% of the effort is saved by it", 30, None,
    floor=50, floor_unit="calls of 5 ms and more", least_days=7,
    risk="Callers wait for scans that get longer as the inventory grows.",
    remedy="Build it (CREATE INDEX CONCURRENTLY), unless its writes cost more than it saves.",
)  # fmt: skip
CHECKS = (CHECK,)

_LIMITS = Limits()
NO_HYPOPG = (
    "the server has no hypopg: cinv shortcomings advise tries indexes on a restored copy instead"
)


async def of_indexes(
    server: Database, database: Database, limits: Limits = _LIMITS, least_days: float | None = None
) -> Outcome:
    """Return what came of the check of missing indexes, by hypothetical ones (evidence E2).

    `server` sees the statistics of statements, `database` is the service. Skipped without hypopg.
    """
    reason = await _too_young(server, least_days)
    if reason is not None:
        return skipped(CHECK, reason)
    try:
        schema = await hypopg_schema(server)
        if schema is None:
            return skipped(CHECK, NO_HYPOPG)
        workload = await statements(server, limits)
        proposals = await simulated(database, workload, schema, limits)
        written = await _written(server, [each.candidate for each in proposals])
    except InventoryError as error:
        return skipped(CHECK, str(error))
    return judged(CHECK, [_simulated(each, written) for each in proposals])


async def of_trial(
    server: Database, dsn: str, limits: Limits = _LIMITS, least_days: float | None = None
) -> Outcome:
    """Return what came of it on a restored copy at `dsn`, of the role that owns the tables (E3).

    The workload is that of `server`; statements are run on the copy alone.
    """
    reason = await _too_young(server, least_days)
    if reason is not None:
        return skipped(CHECK, reason)
    try:
        workload = await statements(server, limits)
        found = await tried(dsn, workload, limits)
        written = await _written(server, [each.proposal.candidate for each in found])
    except InventoryError as error:
        return skipped(CHECK, str(error))
    return judged(CHECK, [_tried(each, written) for each in found])


async def still_missing(database: Database, objects: Iterable[str]) -> list[str]:
    """Return those of the indexes, by what they are told by, that nobody has built since."""
    found = []
    for name in objects:
        table, _, columns = name.partition(" (")
        row = await database.row(SQL.table_of, table)
        if row is not None and not is_begun(columns.rstrip(")").split(", "), row["indexed"]):
            found.append(name)
    return found


async def _too_young(server: Database, least_days: float | None) -> str | None:
    needed = CHECK.least_days if least_days is None else least_days
    days = await statistics_days(server)
    if days >= needed:
        return None
    return f"the server's statistics are of {days:.1f} days, {needed:g} are needed"


async def _written(server: Database, every: Iterable[Candidate]) -> dict[str, float]:
    """Return how many rows of each table were written a day, as far as the server knows."""
    days = max(await statistics_days(server), timedelta(hours=1) / timedelta(days=1))
    found = {}
    for each in every:
        row = await server.row(SQL.table_of, each.table)
        found[each.table] = round(row["written"] / days) if row is not None else 0
    return found


def _simulated(proposal: Proposal, written: dict[str, float]) -> Told:
    return {
        "object": proposal.candidate.name,
        "value": round(100 * proposal.gain, 1),
        "figures": {
            **_index(proposal.candidate, written),
            "bytes at most": proposal.size,
            "statements": [
                {
                    "statement": each.statement.name,
                    "calls": each.statement.calls,
                    "ms": round(each.statement.mean, 2),
                    "cost before": round(each.before, 1),
                    "cost after": round(each.after, 1),
                }
                for each in proposal.helped
            ],
        },
        "evidence": "simulated",
    }


def _tried(tried_out: Tried, written: dict[str, float]) -> Told:
    writes = tried_out.writes
    return {
        "object": tried_out.proposal.candidate.name,
        "value": round(100 * tried_out.gain, 1),
        "figures": {
            **_index(tried_out.proposal.candidate, written),
            "bytes": tried_out.size,
            "build seconds": round(tried_out.seconds, 2),
            "writes cost more %": None if writes is None else round(100 * writes, 1),
            "statements": [
                {
                    "statement": each.statement.name,
                    "calls": each.statement.calls,
                    "ms before": round(each.before, 3),
                    "ms after": round(each.after, 3),
                    "runs": each.runs,
                }
                for each in tried_out.measured
            ],
        },
        "evidence": "tried on a restored backup",
    }


def _index(candidate: Candidate, written: dict[str, float]) -> dict[str, Any]:
    schema, _, table = candidate.table.rpartition(".")
    plain = [each.removesuffix(" DESC").strip('"') for each in candidate.columns]
    name = "_".join(["advised", table.strip('"'), *plain])[:63]
    return {
        "do": f'CREATE INDEX CONCURRENTLY "{name}" {candidate.definition}',
        "undo": f'DROP INDEX CONCURRENTLY {schema}."{name}"',
        "rows written a day": written.get(candidate.table, 0),
    }
