"""Indexes: missing, unused, of no use any more, too many."""

from customer_inventory.shortcomings.check import Check
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS = (
    Check(
        "IDX02", "A large table is read whole", SQL.scanned_whole, "rows a scan", 10_000, 1_000_000,
        floor=10_000, floor_unit="rows", least_days=7,
        risk="It takes longer the more the inventory holds.",
        remedy="An index on what it is selected by: STM01 and STM04 name the statements.",
    ),
    Check(
        "IDX03", "An index is not used", SQL.unused, "MB", 10, None,
        floor=10, floor_unit="MB", least_days=30,
        risk="Every write pays for it. It may serve a yearly job, or a replica: ask before.",
        remedy="Drop it (DROP INDEX CONCURRENTLY); one of a requirement: make that not searchable.",
    ),
    Check(
        "IDX04", "An index is covered by another", SQL.covered, "MB", 0, None,
        floor=0.1, floor_unit="MB",
        risk="Every write pays for both.",
        remedy="Drop the shorter one (DROP INDEX CONCURRENTLY).",
    ),
    Check(
        "IDX05", "An index is invalid", SQL.invalid, "index", 1, None,
        risk="It is written and never read; a rule that it should hold is not held.",
        remedy="REINDEX INDEX CONCURRENTLY, or drop it and build it again.",
    ),
    Check(
        "IDX06", "A reference has no index", SQL.references_without, "rows", 10_000, 10_000_000,
        floor=10_000, floor_unit="rows",
        risk="Whoever removes what is referred to waits for a scan of the whole table.",
        remedy="An index that begins with the referring columns.",
    ),
    Check(
        "IDX08", "Indexes are read from disk", SQL.missed_cache, "%", 5, 20,
        floor=1_000_000, floor_unit="pages", least_days=7,
        risk="Every search waits for the disk.",
        remedy="More memory for the database (shared_buffers), or fewer indexes (IDX03, IDX04).",
    ),
    Check(
        "IDX09", "Indexes outweigh their table", SQL.outweigh, "times", 3, None,
        floor=1000, floor_unit="MB", least_days=7,
        risk="Writes cost more than what is written.",
        remedy="Drop those that are not used (IDX03), rebuild those that are bloated.",
    ),
)  # fmt: skip
