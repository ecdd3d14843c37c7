"""Bloat, measured page by page: indexes and tables that hold much room and little else.

What is measured takes as long as the object is large: each is looked at by itself, the largest
first, within the time of one check.
"""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "IDX07", "An index is mostly empty", SQL.index_bloat, "% empty", 50, 75,
        floor=100, floor_unit="MB", objects=SQL.indexes_by_size, evidence="simulated",
        risk="Searches read more pages, and the cache holds air.",
        remedy="REINDEX INDEX CONCURRENTLY.",
    ),
    Check(
        "TBL01", "A table is bloated", SQL.table_bloat, "% dead or free", 30, 60,
        floor=100, floor_unit="MB", objects=SQL.tables_by_size, evidence="simulated",
        risk="Scans read pages in which nothing is; backups carry them.",
        remedy="VACUUM it so that the room is used again; pg_repack or VACUUM FULL gives it back.",
    ),
)  # fmt: skip


def every_statement() -> dict[str, str]:
    """Return what can be planned in every database: pgstattuple is an extension."""
    return {name: SQL[name] for name in ("indexes_by_size", "tables_by_size")}
